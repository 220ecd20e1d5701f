"""What our mails say, in Indonesian; the catalogues translate it. `%(name)s` takes a value.

A mail about a confidential report says nothing of it: whoever looks over the reporter's shoulder,
or reads an officer's mailbox, learns a code and a deadline (protection.md, section 5).
"""

from dataclasses import dataclass
from typing import Final

from citizenreport.core.text import _n


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """A subject and a text, as messages of the catalogues."""

    subject: str
    text: str


RECEIPT: Final = Template(
    subject=_n("Laporan %(code)s sudah kami terima"),
    text=_n("""\
Halo,

Terima kasih, laporan Anda sudah kami terima.

Nomor laporan: %(code)s
Tentang: %(category)s
Ditangani oleh: %(agency)s
Tanggapan pertama paling lambat: %(first_response_due)s
Target selesai: %(settlement_due)s

Ikuti perkembangannya di %(link)s
Tautan itu berlaku 30 hari. Simpan juga kode dan kata rahasia yang tampil saat laporan dikirim.

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

NEUTRAL_RECEIPT: Final = Template(
    subject=_n("Pesan Anda sudah kami terima"),
    text=_n("""\
Halo,

Pesan Anda sudah kami terima dengan nomor %(code)s.

Kelanjutannya dapat dilihat di %(link)s
Siapkan kode rahasia yang Anda simpan.

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

BREACH: Final = Template(
    subject=_n("Pemberitahuan tentang data Anda, laporan %(code)s"),
    text=_n("""\
Halo,

%(text)s

Halaman laporan Anda: %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

REPLY: Final = Template(
    subject=_n("Ada balasan untuk laporan %(code)s"),
    text=_n("""\
Halo,

%(agency)s membalas laporan Anda %(code)s:

%(text)s

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

STATE: Final = Template(
    subject=_n("Kabar laporan %(code)s: %(state)s"),
    text=_n("""\
Halo,

Keadaan laporan Anda %(code)s sekarang: %(state)s.

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

STATE_WITH_REASON: Final = Template(
    subject=STATE.subject,
    text=_n("""\
Halo,

Keadaan laporan Anda %(code)s sekarang: %(state)s.

Penjelasan dari %(agency)s:

%(text)s

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

RESOLVED: Final = Template(
    subject=STATE.subject,
    text=_n("""\
Halo,

%(agency)s menyatakan laporan Anda %(code)s selesai:

%(text)s

Masalahnya masih ada? Sampaikan sanggahan paling lambat %(contest_until)s di %(link)s
Setelah itu laporan ditutup.

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

QUESTION: Final = Template(
    subject=_n("Ada pertanyaan untuk laporan %(code)s"),
    text=_n("""\
Halo,

%(agency)s perlu keterangan Anda untuk laporan %(code)s:

%(text)s

Jawab di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

HANDED_OVER: Final = Template(
    subject=_n("Laporan %(code)s diserahkan"),
    text=_n("""\
Halo,

Laporan Anda %(code)s sekarang ditangani oleh %(agency)s.

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

CLOSED: Final = Template(
    subject=_n("Laporan %(code)s ditutup"),
    text=_n("""\
Halo,

Waktu untuk menyanggah sudah lewat, jadi laporan Anda %(code)s kami tutup.

Bagaimana pelayanannya? Nilai dalam satu menit di %(survey_link)s

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

SURVEY: Final = Template(
    subject=_n("Bagaimana penanganan laporan %(code)s?"),
    text=_n("""\
Halo,

Terima kasih, Anda menyatakan laporan %(code)s sudah beres.

Bagaimana pelayanannya? Nilai dalam satu menit di %(survey_link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

NEUTRAL_NEWS: Final = Template(
    subject=_n("Ada kabar untuk Anda"),
    text=_n("""\
Halo,

Ada kabar tentang pesan Anda %(code)s.

Bacalah di %(link)s dengan kode rahasia yang Anda simpan.

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)

URGENT: Final = Template(
    subject=_n("Laporan mendesak %(code)s"),
    text=_n("""\
Laporan mendesak baru masuk untuk %(agency)s.

Nomor: %(code)s
Kategori: %(category)s
Wilayah: %(area)s
Prioritas: %(priority)s
Tanggapan pertama paling lambat: %(first_response_due)s

Buka di %(link)s
"""),
)

NEUTRAL_URGENT: Final = Template(
    subject=_n("Tiket %(code)s menunggu"),
    text=_n("""\
Tiket %(code)s menunggu penangannya.

Tanggapan pertama paling lambat: %(first_response_due)s

Isinya hanya untuk petugas yang ditunjuk: %(link)s
"""),
)

UNOPENED: Final = Template(
    subject=_n("Tiket %(code)s belum dibuka"),
    text=_n("""\
Tiket %(code)s belum dibuka oleh penangannya.

Batas tanggapan pertama: %(first_response_due)s

Mohon pastikan penangannya membuka tiket itu. Isinya hanya untuk petugas yang ditunjuk.
"""),
)

DEADLINE_NEAR: Final = Template(
    subject=_n("Tenggat tiket %(code)s sudah dekat"),
    text=_n("""\
Tenggat %(clock)s tiket %(code)s sudah dekat: %(due)s.

Buka di %(link)s
"""),
)

FOLLOW_UP_DUE: Final = Template(
    subject=_n("Tindak lanjut tiket %(code)s hari ini"),
    text=_n("""\
Hari ini ada tindak lanjut yang dijanjikan pada tiket %(code)s.

Buka di %(link)s
"""),
)

DEADLINE_MISSED: Final = Template(
    subject=_n("Tenggat tiket %(code)s terlewati"),
    text=_n("""\
Tenggat %(clock)s tiket %(code)s sudah lewat: %(due)s.

Mohon pastikan instansi yang memegangnya menindaklanjuti. Isinya hanya untuk petugas yang berhak.
"""),
)

CALL: Final = Template(
    subject=_n("Panggilan piket: laporan %(code)s"),
    text=_n("""\
Ada laporan mendesak, dan Anda yang dipanggil.

Nomor: %(code)s
Kategori: %(category)s
Wilayah: %(area)s
Prioritas: %(priority)s
Tanggapan pertama paling lambat: %(first_response_due)s

Jawab dalam %(minutes)s menit: %(link)s
Sesudah itu panggilan pindah ke orang berikutnya.
"""),
)

NEUTRAL_CALL: Final = Template(
    subject=_n("Panggilan piket: tiket %(code)s"),
    text=_n("""\
Tiket %(code)s menunggu, dan Anda yang dipanggil.

Tanggapan pertama paling lambat: %(first_response_due)s

Jawab dalam %(minutes)s menit: %(link)s
Sesudah itu panggilan pindah ke orang berikutnya. Isinya hanya untuk petugas yang ditunjuk.
"""),
)

EXTENSION_ASKED: Final = Template(
    subject=_n("Tiket %(code)s: perpanjangan diminta"),
    text=_n("""\
Petugas meminta perpanjangan %(days)s hari kerja untuk tiket %(code)s.

Alasannya dan keputusan Anda: %(link)s
"""),
)

EXTENSION_GRANTED: Final = Template(
    subject=_n("Tiket %(code)s: perpanjangan disetujui"),
    text=_n("""\
Perpanjangan %(days)s hari kerja untuk tiket %(code)s disetujui.

Buka di %(link)s
"""),
)

EXTENSION_REFUSED: Final = Template(
    subject=_n("Tiket %(code)s: perpanjangan ditolak"),
    text=_n("""\
Perpanjangan %(days)s hari kerja untuk tiket %(code)s ditolak. Tenggatnya tetap.

Buka di %(link)s
"""),
)

EXTENDED_NEWS: Final = Template(
    subject=_n("Laporan %(code)s: perlu waktu tambahan"),
    text=_n("""\
Halo,

%(agency)s diberi waktu tambahan untuk laporan Anda %(code)s, dengan alasan:

%(text)s

Target selesai sekarang: %(settlement_due)s

Selengkapnya di %(link)s

Surel ini dikirim otomatis. Tidak perlu dibalas.
"""),
)
