"""The city as data: takes a pack (a folder of TOML, CSV and GeoJSON), gives one frozen `City`.

in    a folder, checked by `check.py`, which reports everything wrong at once
out   `City`: areas, agencies, categories, routing rows, clocks, calendar, texts
never holds a line of code that names a city, a category or an agency
"""
