"""Weekly recaps: what was overdue, contested, returned and slowest, against the week before.

In: events of the ledger and published rows. Out: figures of released public reports, exact, and one
coarse band of the rest. Never read: confidential tickets, words, places, people.
"""
