"""Parts of the importer (`pipeline/import_.py`), in the order a row goes through them.

`mapping` what the mapping file says · `files` rows out of CSV, JSON and GeoPackage · `cells` one
cell's value · `facts` what a row tells · `places` where it lies · `steps` its history · `clocks`
its deadlines · `store` what is known already and what is added · `rejects` what was refused
"""
