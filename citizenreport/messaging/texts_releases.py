"""What a reminder of a release says by mail, in Indonesian; the catalogues translate it."""

from typing import Final

from citizenreport.core.text import _n
from citizenreport.messaging.texts import Template

DUE: Final = Template(
    subject=_n("Rilis angka %(period)s: %(day)s"),
    text=_n("""\
Rilis angka untuk %(period)s dijadwalkan %(day)s.

Siapkan rilisnya, baca berkasnya, lalu setujui. Rilis terbit setelah dua orang setuju dan menandatangani.

%(link)s
"""),
)
