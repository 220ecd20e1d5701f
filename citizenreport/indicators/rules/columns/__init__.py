"""Facts of very many reports as columns (numpy): folded and counted at once, not one by one.

The same numbers as `rules/facts.py` and `rules/cohorts.py` give report by report; tests hold the two
to each other to the last digit. Instants are microseconds since 2000 in UTC, as PostgreSQL sends
them; `NEVER` stands where a fact has none.
"""
