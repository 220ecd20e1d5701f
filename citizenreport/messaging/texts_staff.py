"""What staff are told together, or by messenger: codes and deadlines only."""

from typing import Final

from citizenreport.core.text import _n
from citizenreport.messaging.texts import Template

STAFF_DIGEST: Final = Template(
    subject=_n("Kabar tiket Anda"),
    text=_n("""\
Sejak kabar terakhir:

%(lines)s

Buka di %(link)s
"""),
)
TICKET_LINE: Final = _n("Tiket %(code)s, tenggat %(due)s")
CALL_LINE: Final = _n("Panggilan piket: tiket %(code)s, tanggapan paling lambat %(due)s")
FLOOD: Final = Template(
    subject=_n("Kiriman laporan sedang melonjak"),
    text=_n("""\
%(lines)s

Belum tentu serangan: bencana juga membuat banyak orang melapor bersamaan. Lihat di %(link)s
"""),
)
NUMBER_CODE: Final = _n(
    "Kode %(code)s: masukkan di halaman Kapan saya dikabari, %(city)s. Bukan Anda? Abaikan."
)
