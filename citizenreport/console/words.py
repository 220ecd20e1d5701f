"""What the console calls things. Messages are marked here and translated where they are shown."""

from collections.abc import Mapping
from typing import Final

from citizenreport.cities.rules import City, Priority, Visibility
from citizenreport.core.text import _n
from citizenreport.disclosure.third_parties import MarkKind
from citizenreport.intake.rules import Channel
from citizenreport.pipeline.bulk import Kind
from citizenreport.publication.rules import ReleaseState
from citizenreport.triage.queue import DueWhen, Whose
from citizenreport.triage.states import State
from citizenreport.web.locale import in_page_language

PRIORITIES: Final[Mapping[str, str]] = {
    Priority.CRITICAL.value: _n("Kritis"),
    Priority.HIGH.value: _n("Tinggi"),
    Priority.MEDIUM.value: _n("Sedang"),
    Priority.LOW.value: _n("Rendah"),
}
VISIBILITIES: Final[Mapping[str, str]] = {
    Visibility.PUBLIC.value: _n("Umum"),
    Visibility.RESTRICTED.value: _n("Terbatas"),
    Visibility.CONFIDENTIAL.value: _n("Rahasia"),
}
CHANNELS: Final[Mapping[str, str]] = {
    Channel.WEB.value: _n("situs ini"),
    Channel.API.value: _n("aplikasi (API)"),
    Channel.GEOREPORT.value: _n("aplikasi (GeoReport)"),
    Channel.COUNTER.value: _n("loket"),
    Channel.PHONE.value: _n("telepon"),
    Channel.WHATSAPP.value: _n("WhatsApp"),
    Channel.SOCIAL.value: _n("media sosial"),
    Channel.TELEGRAM.value: _n("Telegram"),
    Channel.SMS.value: _n("SMS"),
    Channel.MAIL.value: _n("surel"),
    Channel.IMPORT.value: _n("impor"),
    Channel.DEMO.value: _n("data contoh"),
}
RELEASES: Final[Mapping[str, str]] = {
    ReleaseState.HELD.value: _n("Belum diputuskan"),
    ReleaseState.RELEASED.value: _n("Ditayangkan"),
    ReleaseState.REFUSED.value: _n("Tidak ditayangkan"),
}
STATE_TONES: Final[Mapping[State, str]] = {
    State.NEW: "info",
    State.VERIFIED: "accent",
    State.IN_PROGRESS: "accent",
    State.NEEDS_INFO: "warn",
    State.SCHEDULED: "accent",
    State.RETURNED: "warn",
    State.CONTESTED: "danger",
    State.REOPENED: "warn",
    State.RESOLVED: "good",
    State.CLOSED: "good",
}
STEPS: Final[Mapping[State, str]] = {
    State.NEW: _n("Lanjutkan: sudah jelas"),
    State.VERIFIED: _n("Verifikasi"),
    State.IN_PROGRESS: _n("Tindak lanjuti"),
    State.NEEDS_INFO: _n("Minta keterangan pelapor"),
    State.RETURNED: _n("Kembalikan: bukan wewenang kami"),
    State.RESOLVED: _n("Nyatakan selesai"),
    State.REOPENED: _n("Buka kembali"),
    State.DUPLICATE: _n("Gabungkan dengan laporan lain"),
    State.ARCHIVED: _n("Arsipkan"),
    State.EMERGENCY: _n("Alihkan ke layanan darurat"),
}
"""What the button of a step says, by the state it leads to."""

REASON_HINTS: Final[Mapping[State, str]] = {
    State.NEEDS_INFO: _n("Tulis apa yang perlu dijelaskan. Pelapor membacanya."),
    State.RETURNED: _n("Tulis mengapa, dan instansi mana yang menurut Anda tepat."),
    State.RESOLVED: _n("Tulis apa yang sudah dikerjakan. Pelapor membacanya."),
}
REASON_HINT: Final = _n("Satu kalimat yang dapat dimengerti pelapor.")

PART_EVENTS: Final = {
    "deadline_warned": _n("Diingatkan: tenggat bagian %(agency)s sudah dekat"),
    "deadline_missed": _n("Tenggat bagian %(agency)s terlewati: %(body)s diberi tahu"),
}
"""What is told of a part's own deadline."""

EVENTS: Final[Mapping[str, str]] = {
    "opened": _n("Laporan masuk"),
    "replied": _n("Jawaban kepada pelapor"),
    "breach_told": _n("Pelapor diberi tahu tentang datanya"),
    "assigned": _n("Diserahkan ke %(agency)s"),
    "deadlines_moved": _n("Tenggat dihitung ulang"),
    "released": _n("Ditayangkan untuk umum"),
    "photo_decided": _n("Foto diputuskan: %(release)s"),
    "visibility_raised": _n("Perlindungan dinaikkan: %(visibility)s"),
    "merged": _n("Digabung dengan laporan lain"),
    "person_assigned": _n("Penanggung jawab: %(person)s"),
    "priority_changed": _n("Prioritas menjadi %(priority)s"),
    "extension_asked": _n("Minta perpanjangan %(days)s hari kerja"),
    "extended": _n("Diperpanjang %(days)s hari kerja"),
    "duty_called": _n("Panggilan piket: %(called)s"),
    "duty_ended": _n("Panggilan piket selesai"),
    "duty_moved": _n("Panggilan piket tidak dijawab"),
    "duty_acknowledged": _n("Panggilan piket dijawab"),
    "deadline_warned": _n("Diingatkan: tenggat sudah dekat"),
    "deadline_missed": _n("Tenggat terlewati: %(body)s diberi tahu"),
    "escalated": _n("Belum dibuka penangannya: %(body)s diberi tahu"),
    "extension_refused": _n("Perpanjangan ditolak"),
    "copied_outside": _n("Disalin ke %(channel)s"),
    "question_put": _n("Hak jawab: pertanyaan kepada yang dilaporkan"),
    "question_answered": _n("Hak jawab: yang dilaporkan menjawab"),
    "mediation_opened": _n("Mediasi dibuka"),
    "mediation_noted": _n("Catatan mediasi ditambahkan"),
    "mediation_ended": _n("Mediasi berakhir"),
    "follow_up_due": _n("Diingatkan: tindak lanjut mediasi"),
    "referral_made": _n("Surat rujukan kepada %(body)s dibuat"),
    "referral_sent": _n("Surat rujukan kepada %(body)s dikirim"),
    "referral_answered": _n("%(body)s menjawab surat rujukan"),
    "referral_closed": _n("Rujukan kepada %(body)s ditutup"),
    "noted": _n("Catatan petugas"),
    "work_shown": _n("Foto sesudah ditambahkan"),
    "visited": _n("Petugas ke lokasi, belum selesai"),
    "added": _n("Tambahan dari pelapor"),
    "contact_changed": _n("Pelapor mengubah kontaknya"),
    "contact_revealed": _n("Kontak pelapor dibuka"),
    "erased": _n("Data pribadi pelapor dihapus"),
    "access_log_expired": _n("Catatan pembacaan dihapus: masa simpannya habis"),
    "contact_expired": _n("Kontak pelapor dihapus: masa simpannya habis"),
    "photos_expired": _n("Foto dihapus: masa simpannya habis"),
    "hold_placed": _n("Penghapusan data ditahan"),
    "hold_lifted": _n("Penghapusan data tidak ditahan lagi"),
    "corrected": _n("Dibetulkan menjadi %(category)s, %(area)s"),
    "joint_asked": _n("%(agency)s diminta ikut menangani"),
    "joint_closed": _n("Bagian %(agency)s selesai"),
    "joint_taken_back": _n("Bagian %(agency)s ditarik"),
    "joint_declined": _n("%(agency)s menolak bagiannya"),
    "split": _n("Dipecah: sebagian ditangani %(agency)s sebagai tiket tersendiri"),
    "split_off": _n("Dipecah dari tiket lain tentang laporan yang sama"),
    "unreleased": _n("Tayangan untuk umum ditarik"),
}
MARK_KINDS: Final[Mapping[MarkKind, str]] = {
    MarkKind.EMAIL: _n("alamat surel"),
    MarkKind.NIK: _n("nomor induk (NIK)"),
    MarkKind.PHONE: _n("nomor telepon"),
    MarkKind.ADDRESS: _n("alamat rumah"),
    MarkKind.PLATE: _n("pelat nomor"),
    MarkKind.NAME: _n("nama orang"),
}


NOTICES: Final[Mapping[str, str]] = {
    "panggilan": _n("Panggilan dijawab. Terima kasih."),
    "langkah": _n("Langkah tersimpan."),
    "jawaban": _n("Jawaban terkirim."),
    "tayang": _n("Keputusan tayang tersimpan."),
    "foto": _n("Keputusan foto tersimpan."),
    "perlindungan": _n("Perlindungan dinaikkan. Tayangan untuk umum sudah ditarik."),
    "serah": _n("Tiket diserahkan."),
    "gabung": _n("Laporan digabung."),
    "pecah": _n("Tiket kedua dibuat. Pelapor mengikuti keduanya dari satu halaman."),
    "bersama": _n("Instansi itu diminta ikut menangani, dan dapat membaca tiket ini."),
    "bagian-ditarik": _n("Bagian itu ditarik."),
    "bagian-selesai": _n("Bagian Anda selesai."),
    "bagian-ditolak": _n("Bagian itu ditolak. Instansi yang memimpin diberi tahu alasannya."),
    "penanggung": _n("Penanggung jawab tersimpan."),
    "prioritas": _n("Prioritas tersimpan."),
    "perpanjangan": _n("Permintaan perpanjangan terkirim. Pimpinan memutuskan."),
    "putusan": _n("Keputusan perpanjangan tersimpan."),
    "salinan": _n("Nomor di luar tersimpan."),
    "rujukan": _n("Surat rujukan dibuat. Cetak, kirim, lalu catat pengirimannya di sini."),
    "kirim-rujukan": _n("Laporan dikirim ke sistem instansi itu; perkembangannya tampil di sini."),
    "surat": _n("Perkembangan surat tersimpan."),
    "betulkan": _n("Jenis dan tempat dibetulkan. Tayangan untuk umum ditarik."),
    "kunjungan": _n("Kunjungan tersimpan."),
    "catatan": _n("Catatan tersimpan. Pelapor tidak melihatnya."),
}

DUE: Final[Mapping[DueWhen, str]] = {
    DueWhen.OVERDUE: _n("Terlambat"),
    DueWhen.TODAY: _n("Tenggat hari ini"),
}
WHOSE: Final[Mapping[Whose, str]] = {
    Whose.MINE: _n("Saya sendiri"),
    Whose.NOBODY: _n("Belum ada"),
    Whose.JOINED: _n("Bagian kami pada tiket instansi lain"),
}

BULK_KINDS: Final[Mapping[Kind, str]] = {
    Kind.ASSIGN: _n("Tetapkan penanggung jawab"),
    Kind.PRIORITY: _n("Ubah prioritas"),
    Kind.SCHEDULE: _n("Jadwalkan"),
    Kind.MOVE: _n("Ubah keadaan"),
}


def category_name(city: City, category_code: str) -> str:
    """Return a category's name in the reader's language, or its code when it is gone."""
    category = city.categories.get(category_code)
    return in_page_language(category.names) if category else category_code


def area_name(city: City, area_code: str | None) -> str | None:
    """Return an area's name, None when the place is not stated."""
    area = city.areas.get(area_code) if area_code else None
    return area.name if area else area_code


def agency_short_name(city: City, agency_code: str) -> str:
    """Return an agency's short name, or its code when it is gone."""
    agency = city.agencies.get(agency_code)
    return agency.short_name if agency else agency_code
