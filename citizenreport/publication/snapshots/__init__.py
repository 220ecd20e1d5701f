"""Snapshots: a period's numbers as an immutable, numbered, signed folder of files.

in    published values, the tables of a release, what the door writes of them as files
out   a manifest over the files, signed by two people; rows that the public reads; events
never changes a snapshot: a correction is another one that says what changed and why
"""
