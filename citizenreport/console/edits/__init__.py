"""Forms for what the city desk edits of the pack: takes entries and a form, gives fields and patches."""
