"""GeoReport v2 below /open311/v2, over the same rooms as every door.

answers     documents and errors in the asked form; what an address may carry
discovery   where this endpoint is and what it speaks
services    categories and their questions
requests    published reports, and sending one
updates     what became of published reports

Reads are published rows only. A new request can be read after its release.
"""

from flask import Flask

from citizenreport.open311 import answers
from citizenreport.web.problems import BODIES


def init_app(app: Flask) -> None:
    """Have errors below /open311 answered as GeoReport answers them."""
    app.extensions.setdefault(BODIES, {})[answers.PREFIX] = answers.refuse
