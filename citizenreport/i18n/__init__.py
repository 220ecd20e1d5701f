"""Languages: which ones there are, how one is chosen, and the catalogues. Knows no framework.

Messages are written in Indonesian in the code; `catalogues/` translates them. The names of
categories, areas and agencies are the city pack's, not a catalogue's.
"""
