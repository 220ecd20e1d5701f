"""citizenreport: from a resident's report to a published Smart Society indicator.

Read `pipeline/submit.py` first. This file imports nothing, on purpose: the import graph stays a tree.
"""
