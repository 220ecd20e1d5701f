"""Messaging: takes a mail that is ready, hands it to whoever carries it.

in    `Mail` (one address, subject, plain text, a stable Message-ID)
out   nothing but success; MailRefused when trying again is no use, MailUnavailable when it is
never reads the database, never queues, never logs an address or a text
"""
