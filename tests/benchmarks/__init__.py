"""Figures to hold: `make bench` prints one JSON line per figure.

Every figure is a ratio of two things measured side by side in one run, or a percentile in one
process. None of them is a test: a machine that is busy must not turn the tests red.
"""
