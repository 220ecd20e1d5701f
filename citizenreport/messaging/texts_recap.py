"""What the weekly recap says by mail, in Indonesian; the catalogues translate it."""

from typing import Final

from citizenreport.core.text import _n
from citizenreport.messaging.texts import Template

RECAP: Final = Template(
    subject=_n("Rekap pekanan %(whose)s, %(week)s"),
    text=_n("""\
%(whose)s, %(week)s

%(figures)s

%(rows)s

%(hidden)s

Dihitung: laporan yang sudah tayang untuk umum. Laporan rahasia tidak dihitung.

Lembar A4 terlampir. Pekan-pekan lain: %(link)s
"""),
)
