"""The worker: turns new events into work, and does what the clock asks for.

in    events of the ledger that nobody has dispatched; jobs by name with ids (`core/queue.py`)
out   mails, thumbnails, checkpoints, closed and escalated tickets

A door like the others: each job opens its own transaction. One module per job; `registry.py` lists
them, `dispatch.py` says which event asks for which, `worker.py` runs them. A job may run twice
(at least once is the promise): each is written so that this does no harm.
"""
