"""What mails say of a question to a body: to the body that it is asked, to its asker that it answered."""

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

QUESTION_ANSWERED: Final = Template(
    subject=_n("Tiket %(code)s: pertanyaan dijawab"),
    text=_n("""\
Pertanyaan pada tiket %(code)s sudah dijawab.

Masuk, lalu baca jawabannya di %(link)s
"""),
)
