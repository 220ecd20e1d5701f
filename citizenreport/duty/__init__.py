"""Duty: who is called, warned and told in time.

In: tickets with their running clocks, rosters that agencies enter. Out: calls and notices, each an
event of codes on the ticket's stream. Never reads: what a report says, or who sent it.
"""
