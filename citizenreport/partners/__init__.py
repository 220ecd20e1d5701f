"""Other systems: how they speak.

georeport   GeoReport v2 as XML and JSON
"""
