"""The city as data: takes a pack (a folder of TOML, CSV and GeoJSON), gives one frozen `City`.

in    a folder, read by `pack.py` (`format/`), checked by `checks/`, which report everything wrong
out   `City` (`rules.py`): areas, agencies, categories, routing rows, clocks, texts; working days
      and deadlines (`calendar.py`); which pack a database runs on, and what changed (`service.py`)
never holds a line of code that names a city, a category or an agency
"""
