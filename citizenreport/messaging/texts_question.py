"""What a body that is asked something is told by mail: that it is asked."""

from typing import Final

from citizenreport.core.text import _n
from citizenreport.messaging.texts import Template

QUESTION_WAITS: Final = Template(
    subject=_n("Ada pertanyaan untuk instansi Anda"),
    text=_n("""\
Pemerintah kota mengajukan pertanyaan kepada instansi Anda dan menunggu jawabannya.

Masuk, lalu baca dan jawab di %(link)s
"""),
)
