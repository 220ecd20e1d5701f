"""Suggestions: hints for staff, each with its reasons; a person decides.

in    a ticket and its report, as somebody who may read them sees them
out   readable tickets near it, and those that may be about the same thing
never reads a ticket except through `readable_tickets`, and never a sealed word; joins nothing itself
"""
