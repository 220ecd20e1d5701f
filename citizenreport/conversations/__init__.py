"""Reports by message: one dialogue for every carrier, ending at the same `Draft`.

Comes in: what somebody said (text, a place, photos) and the chat as it was. Goes out: the chat as
it is now, what to answer, and once everything is there the wish to send. It never reads tickets,
never writes a report itself, and keeps nothing of what looks protected: carriers read along.
"""
