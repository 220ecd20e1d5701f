"""What a reminder of One Agency One Innovation says by mail, in Indonesian; the catalogues translate it."""

from collections.abc import Mapping
from typing import Final

from citizenreport.core.text import _n
from citizenreport.messaging.texts import Template

SUBMIT: Final = Template(
    subject=_n("Ajukan inovasi %(year)s paling lambat %(day)s"),
    text=_n("""\
%(agency)s belum mengajukan inovasi untuk tahun %(year)s. Batasnya %(day)s.

Tulis inovasinya, lengkapi rancang bangunnya, lalu ajukan:
%(link)s
"""),
)
ENDORSE: Final = Template(
    subject=_n("Sahkan inovasi %(year)s paling lambat %(day)s"),
    text=_n("""\
%(agency)s belum punya inovasi tahun %(year)s yang disahkan pimpinannya. Batasnya %(day)s.

Lihat keadaan catatannya:
%(link)s
"""),
)
APPLY: Final = Template(
    subject=_n("Terapkan inovasi %(year)s paling lambat %(day)s"),
    text=_n("""\
%(agency)s belum punya inovasi tahun %(year)s yang sudah diterapkan. Batasnya %(day)s.

Lihat keadaan catatannya:
%(link)s
"""),
)
REMINDERS: Final[Mapping[str, Template]] = {"submit": SUBMIT, "endorse": ENDORSE, "apply": APPLY}
"""By the deadline of the pack."""
