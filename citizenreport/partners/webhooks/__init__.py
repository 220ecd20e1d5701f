"""Webhooks: short signed messages to systems that asked for them, about what is public.

rules     kinds of messages, when they are tried again, what a message says
signing   secrets and signatures as Standard Webhooks has them
models    who asked for what, and every message with its fate
queries   reads
service   writes
"""
