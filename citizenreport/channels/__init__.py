"""What carriers of messages post to us, below `/kanal`: checked, kept sealed, answered by a job.

A carrier that is not configured is not there (404); a wrong signature is refused before anything
is read. The answer says nothing but that the message has arrived.
"""
