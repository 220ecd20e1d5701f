"""What mails say when a report is not one agency's alone: parts of it, its splitting, its joining.

Those to staff name a code only; what is asked and why is read in the console.
"""

from typing import Final

from citizenreport.core.text import _n
from citizenreport.messaging.texts import STATE, Template

PART_ASKED: Final = Template(
    subject=_n("Tiket %(code)s: bagian untuk instansi Anda"),
    text=_n("""\
%(lead)s meminta instansi Anda ikut menangani tiket %(code)s.

Tugasnya ada di %(link)s
Kalau bukan wewenang instansi Anda, tolak di sana dengan alasan.
"""),
)

PART_DONE: Final = Template(
    subject=_n("Tiket %(code)s: satu bagian selesai"),
    text=_n("""\
%(partner)s menyatakan bagiannya pada tiket %(code)s selesai.

Hasilnya ada di %(link)s
"""),
)

PART_DECLINED: Final = Template(
    subject=_n("Tiket %(code)s: satu bagian ditolak"),
    text=_n("""\
%(partner)s menolak bagiannya pada tiket %(code)s.

Alasannya ada di %(link)s
"""),
)

PART_TAKEN_BACK: Final = Template(
    subject=_n("Tiket %(code)s: bagian instansi Anda ditarik"),
    text=_n("""\
Bagian instansi Anda pada tiket %(code)s ditarik. Tidak ada lagi yang perlu dikerjakan.
"""),
)

PART_NEWS: Final = Template(
    subject=_n("Laporan %(code)s: satu bagian selesai"),
    text=_n("""\
Halo,

%(partner)s, yang ikut menangani laporan Anda %(code)s, menyelesaikan bagiannya:

%(text)s

Laporannya sendiri masih ditangani %(agency)s.

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

SPLIT_NEWS: Final = Template(
    subject=_n("Laporan %(code)s kini ditangani per bagian"),
    text=_n("""\
Halo,

Laporan Anda %(code)s berisi lebih dari satu masalah. Tiap masalah kini ditangani sendiri:

%(parts)s

Kodenya tetap satu: dengan %(code)s dan kata rahasia yang sama Anda mengikuti semua bagian.

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

JOINED_NEWS: Final = Template(
    subject=STATE.subject,
    text=_n("""\
Halo,

Laporan Anda %(code)s digabung dengan laporan %(first_code)s, yang lebih dulu masuk tentang hal yang sama.

Keadaan laporan itu sekarang: %(state)s.

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

JOINED_PUSH: Final = _n("Laporan %(code)s, lewat laporan yang digabung dengannya: %(news)s")
