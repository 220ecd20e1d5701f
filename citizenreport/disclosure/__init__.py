"""What may be told, to whom: visibility, published place and time (protection.md, sections 1 to 3).

in    a category's columns, the reporter's wish, a position
out   a visibility; a place and a time as the public may see them
never loosens what a reporter or the city pack made stricter
"""
