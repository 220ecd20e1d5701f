"""What mails and pushes say to people who asked to be told: confirming, and digests.

Neutral like all the others: a mail to confirm an address says nothing of a report, for nobody
knows yet whose address it is.
"""

from typing import Final

from citizenreport.core.text import _n
from citizenreport.messaging.texts import Template

CHECK_CONTACT: Final = Template(
    subject=_n("Pastikan alamat surel Anda"),
    text=_n("""\
Halo,

Alamat surel ini dicantumkan untuk menerima kabar dari layanan warga %(city)s.

Kalau benar Anda, buka tautan ini dalam 7 hari:
%(link)s

Kalau bukan Anda, abaikan saja. Tidak ada surel lain yang kami kirim.

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

CHECK_STAFF: Final = Template(
    subject=_n("Pastikan alamat surel Anda"),
    text=_n("""\
Halo,

Alamat surel ini dicantumkan seorang petugas %(city)s untuk menerima panggilan dan kabar tugasnya.

Kalau benar Anda, buka tautan ini dalam 48 jam:
%(link)s

Kalau bukan Anda, abaikan saja. Tidak ada surel lain yang kami kirim.

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

CHECK_SUBSCRIPTION: Final = Template(
    subject=_n("Pastikan langganan Anda"),
    text=_n("""\
Halo,

Alamat surel ini didaftarkan untuk menerima ringkasan laporan warga: %(what)s.

Kalau benar Anda, buka tautan ini dalam 48 jam:
%(link)s

Kalau bukan Anda, abaikan saja. Pendaftaran ini terhapus sendiri.

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

DIGEST: Final = Template(
    subject=_n("Laporan warga: %(what)s"),
    text=_n("""\
Halo,

%(count)s

%(reports)s

Selengkapnya di %(list_link)s

Anda menerima ini karena berlangganan: %(what)s.
Atur langganan: %(link)s
Berhenti: %(stop_link)s
"""),
)

NEWS_PUSH: Final = Template(
    subject=_n("Ada kabar untuk Anda"), text=_n("Laporan %(code)s: %(news)s")
)

STOP: Final = _n("""
Tidak ingin surel tentang ini lagi? %(stop_link)s
""")
"""Put below every notice to a reporter."""
