"""Triage: takes an assigned report, gives a Ticket and carries it to its end.

in    report, assignment, the acts of staff and reporter
out   `Ticket` (state, clocks, visibility, version), replies, one event for everything that happened
never edits what the resident wrote; never decides what the public sees (publication does)
"""
