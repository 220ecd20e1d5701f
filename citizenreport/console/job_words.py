"""What a job does and why it failed, in words of the city desk."""

from collections.abc import Iterator, Mapping
from typing import Final

from citizenreport.core.errors import CitizenReportError
from citizenreport.core.text import _n
from citizenreport.web.translate import _

JOBS: Final[Mapping[str, str]] = {
    "send_receipt": _n("Surel tanda terima untuk pelapor"),
    "check_contact": _n("Surel untuk memastikan alamat pelapor"),
    "check_staff_address": _n("Surel untuk memastikan alamat petugas"),
    "check_subscription": _n("Surel untuk memastikan langganan"),
    "alert_agency": _n("Pemberitahuan laporan mendesak kepada instansi"),
    "send_call": _n("Panggilan piket"),
    "mail_call": _n("Surel panggilan piket"),
    "mail_body": _n("Surel panggilan kepada instansi"),
    "push_call": _n("Panggilan piket ke peramban"),
    "tell_reporter": _n("Kabar kepada pelapor"),
    "tell_browsers": _n("Kabar ke peramban pelapor"),
    "push_news": _n("Kabar ke satu peramban"),
    "send_digest": _n("Ringkasan untuk pelanggan"),
    "send_recap": _n("Rekap mingguan"),
    "make_thumbnail": _n("Gambar kecil dari foto"),
    "tell_next_body": _n("Pemberitahuan laporan rahasia yang belum dibuka"),
    "tell_of_deadline": _n("Peringatan tenggat"),
    "tell_of_follow_up": _n("Pengingat tindak lanjut mediasi"),
    "tell_body_of_question": _n("Pertanyaan kepada instansi yang diadukan"),
    "message_staff": _n("Pesan singkat kepada petugas"),
    "message_call": _n("Pesan singkat panggilan piket"),
    "send_staff_digest": _n("Ringkasan untuk petugas"),
    "mail_deadline": _n("Surel peringatan tenggat"),
    "tell_of_extension": _n("Kabar perpanjangan"),
    "mail_extension": _n("Surel perpanjangan"),
    "tell_of_part": _n("Kabar bagian bersama"),
    "mail_part": _n("Surel bagian bersama"),
    "tell_joined": _n("Kabar kepada yang ikut melapor"),
    "mail_joined": _n("Surel kepada yang ikut melapor"),
    "push_joined": _n("Kabar ke peramban yang ikut melapor"),
    "work_outside_request": _n("Rujukan ke sistem instansi luar"),
    "start_outside_requests": _n("Rujukan ke sistem instansi luar yang gilirannya tiba"),
    "deliver_webhook": _n("Kabar kepada sistem lain (webhook)"),
    "start_webhooks": _n("Pengiriman webhook yang waktunya tiba"),
    "note_erasure": _n("Catatan penghapusan untuk cadangan"),
    "move_deadlines": _n("Hitung ulang tenggat"),
    "run_import": _n("Impor laporan dari berkas"),
    "harvest_reports": _n("Pengambilan laporan dari kota lain"),
    "undo_import": _n("Pembatalan impor"),
    "replay_rules": _n("Uji rancangan aturan"),
    "apply_rules": _n("Pemindahan tiket menurut aturan baru"),
    "restore_rules": _n("Pengembalian tiket setelah aturan dibatalkan"),
    "begin_rules": _n("Aturan yang harinya tiba"),
    "begin_pack_changes": _n("Perubahan isi yang harinya tiba"),
    "move_calls": _n("Panggilan yang berpindah ke orang berikutnya"),
    "make_checkpoint": _n("Tanda tangan catatan"),
    "close_uncontested": _n("Penutupan tiket yang tidak disanggah"),
    "take_up_scheduled": _n("Tiket terjadwal yang harinya tiba"),
    "escalate_unopened": _n("Pemeriksaan laporan rahasia yang belum dibuka"),
    "watch_deadlines": _n("Pemeriksaan tenggat"),
    "watch_part_deadlines": _n("Pemeriksaan tenggat bagian bersama"),
    "remind_of_follow_ups": _n("Pengingat tindak lanjut"),
    "recompute_indicators": _n("Hitung ulang indikator"),
    "publish_pulse": _n("Penerbitan rasa aman"),
    "start_digests": _n("Pengiriman ringkasan pelanggan"),
    "start_staff_digests": _n("Pengiriman ringkasan petugas"),
    "start_recaps": _n("Pengiriman rekap"),
    "forget": _n("Penghapusan data sementara"),
    "watch_floods": _n("Pemeriksaan banjir laporan"),
    "tell_of_answer": _n("Kabar jawaban instansi"),
    "learn_suggestions": _n("Belajar saran"),
    "learn_again": _n("Belajar saran lagi"),
    "rewrap_keys": _n("Penggantian kunci"),
    "prepare_snapshot": _n("Penyiapan terbitan angka"),
    "mail_release_reminder": _n("Surel pengingat terbitan angka"),
    "mail_innovation_reminder": _n("Surel pengingat tenggat inovasi"),
    "remind_of_innovations": _n("Pengingat tenggat inovasi"),
    "remind_of_releases": _n("Pengingat terbitan angka"),
    "message_code": _n("Pesan singkat berisi kode"),
    "fetch_letters": _n("Pengambilan surel laporan"),
    "answer_chat": _n("Jawaban atas pesan warga"),
    "send_chat": _n("Pengiriman jawaban pesan"),
    "erase_expired": _n("Penghapusan menurut masa simpan"),
}
NOTICES: Final = ("send_", "mail_", "push_", "tell_", "alert_", "message_", "check_")
"""How the names of jobs begin that bring somebody news."""

REASONS: Final[Mapping[str, str]] = {
    "operational-error": _n("Basis data tidak menjawab."),
    "deadlock-detected": _n("Dua pekerjaan saling menunggu di basis data."),
    "timeout-error": _n("Terlalu lama tidak ada jawaban."),
    "connection-refused-error": _n("Layanan yang dihubungi tidak menjawab."),
    "file-not-found-error": _n("Berkas yang diperlukan tidak ada."),
    "permission-error": _n("Layanan tidak boleh membuka berkas yang diperlukan."),
    "os-error": _n("Penyimpanan berkas bermasalah; mungkin penuh."),
    "memory-error": _n("Memori server tidak cukup."),
}
UNKNOWN: Final = _n("Kesalahan yang belum dikenal. Beri tahu pengelola server dengan kode ini.")


def job_words(name: str) -> str:
    """Return what a job does."""
    return _(JOBS[name]) if name in JOBS else name


def reason_words(code: str) -> str:
    """Return why a job failed: our own errors in their words, the others by kind."""
    own = {error.code: error.title for error in _errors(CitizenReportError)}
    return _(own.get(code) or REASONS.get(code, UNKNOWN))


def is_known(code: str) -> bool:
    """Say whether a reason has words of its own."""
    return code in REASONS or any(error.code == code for error in _errors(CitizenReportError))


def kind_words(name: str) -> str:
    """Return whether a job is news for somebody or other work."""
    return _("Kabar") if name.startswith(NOTICES) else _("Pekerjaan")


def _errors(base: type[CitizenReportError]) -> Iterator[type[CitizenReportError]]:
    yield base
    for error in base.__subclasses__():
        yield from _errors(error)
