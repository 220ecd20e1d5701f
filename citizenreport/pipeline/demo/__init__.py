"""The demo: made-up reports of twelve months that go through the real pipeline with a moved clock.

in    the city, a seed, how many reports and until when
out   reports, tickets, events and published rows like any others, each marked `is_demo`
never runs outside a private service, and never beside real reports

`plan` writes every life first, purely (the same seed gives the same lives); `play` then acts one
out: submit, verify, reply, release, resolve … as reporter and staff would. The words are in `texts/`.
"""
