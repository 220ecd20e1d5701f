"""The format of a pack: takes the text of its files, gives values with the place they stand at.

in    TOML, CSV and GeoJSON as they lie on disk, with every fault a person can put into them
out   `Parts`, and `City` once `cities/checks/` has found nothing wrong
"""
