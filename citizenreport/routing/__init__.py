"""Routing: takes a placed report, gives an Assignment to the responsible agency (OPD).

in    category, answers, area, time, whom the report is about
out   agency, with the rule that decided and why, so that it can be explained and replayed
never leaves a report nowhere: without a rule it goes to the city desk
"""
