"""Indicators: from the event log to the numbers the city publishes.

in    the events of tickets (facts are folded from them), the city's areas, calendar, population
out   definitions as data, and one published row for each indicator, period and area
never reads a resident's words, never writes to tickets; counts the public universe only: released
      public reports, so that no published row depends on a report that is not public
"""
