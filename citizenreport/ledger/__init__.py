"""The ledger: append-only, hash-chained streams of events, one per ticket, pack, role or read log.

in    facts that happened (type, codes and ids; never text, never personal data)
out   the history, the audit trail, the outbox and the source of the indicators
never updates or deletes an event: the application's role may only INSERT and SELECT
"""
