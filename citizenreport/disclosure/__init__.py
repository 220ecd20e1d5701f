"""What may be told, to whom: visibility, published place and time, cells of a release (protection.md, sections 1 to 4).

in    a category's columns, the reporter's wish, a position; counts of linked tables
out   a visibility; a place and a time as the public may see them; which cells to withhold, and a proof
never loosens what a reporter or the city pack made stricter
"""
