"""Publication: what the public sees, as rows of its own (protection.md, section 3).

in    the act that releases, raises, corrects or erases (pipeline), in the same transaction
out   published reports, photos and replies; every public read
never computes a place, a time or a text at the moment of reading: what is stored is what is shown
"""
