"""Intake: takes a resident's draft, gives a Report.

in    `Draft` (from any door: API, form, GeoReport, import, a messaging channel)
out   `Report`, its photos, the sealed contact, the tracking code and secret
never reads tickets, assignments or indicators: those rooms read intake, not the reverse
"""
