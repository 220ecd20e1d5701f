"""What the service says in a chat. Short and plain: some of it travels as SMS."""

from typing import Final

from citizenreport.core.text import _n

GREETING: Final = _n(
    "Halo, ini layanan lapor %(city)s. Darurat? Telepon %(numbers)s dulu. Ceritakan apa yang"
    " terjadi, dalam satu pesan."
)
ASK_WHAT: Final = _n("Apa yang ingin dilaporkan? Ceritakan dalam satu pesan.")
TOO_SHORT: Final = _n("Ceritakan sedikit lebih banyak, paling sedikit %(least)s huruf.")
TOO_LONG: Final = _n("Pesannya terlalu panjang. Tulis paling banyak %(most)s huruf.")
CUT: Final = _n("Suratnya panjang: kami menyimpan %(most)s huruf pertama.")
ASK_CATEGORY: Final = _n(
    "Ini tentang apa? Balas dengan angkanya. Tidak ada yang cocok? Balas 0, atau DAFTAR untuk"
    " melihat semuanya."
)
NO_CATEGORY: Final = _n(
    "Kami belum tahu ini tentang apa. Balas 0 untuk lain-lain, DAFTAR untuk memilih, atau jelaskan"
    " lagi."
)
ASK_ASPECT: Final = _n("Pilih kelompoknya. Balas dengan angkanya, atau 0 untuk lain-lain.")
OTHER_CATEGORY: Final = _n("Lain-lain")
CHOOSE_AGAIN: Final = _n("Balas dengan salah satu angka di atas.")
CALL_FIRST: Final = _n("Kalau ada yang dalam bahaya sekarang, telepon %(numbers)s dulu.")
ASK_PLACE: Final = _n("Di mana? Kirim lokasi, atau tulis nama tempat dan kelurahannya.")
ASK_PLACE_IN_WORDS: Final = _n("Di mana? Tulis nama tempat dan kelurahannya.")
PLACE_MAY_BE_SKIPPED: Final = _n("Boleh dilewati: ketik LEWATI.")
WHICH_AREA: Final = _n("Di kelurahan mana? Balas dengan angkanya.")
WRITE_AREA: Final = _n("Kelurahannya belum ketemu. Tulis nama kelurahannya saja.")
ALL_AREAS: Final = _n("Kelurahan lain")
PLACE_TOO_LONG: Final = _n("Tempatnya terlalu panjang. Tulis paling banyak %(most)s huruf.")
OUTSIDE: Final = _n("Lokasi ini di luar kota. Laporkan lewat: %(channel)s")
OUTSIDE_NEIGHBOUR: Final = _n(
    "Lokasi ini di %(neighbour)s, di luar kota. Laporkan lewat: %(channel)s"
)
OTHER_PLACE: Final = _n("Kalau tempatnya di dalam kota, kirim lagi lokasinya.")
ASK_PHOTO: Final = _n("Ada foto? Kirim paling banyak %(most)s, atau ketik LEWATI.")
PHOTO_KEPT: Final = _n("Foto yang kami terima: %(number)s. Kirim lagi, atau ketik LANJUT.")
PHOTO_NOTED: Final = _n("Fotonya kami simpan untuk laporan ini.")
PHOTO_ENOUGH: Final = _n("Fotonya sudah %(most)s. Itu cukup.")
PHOTOS_FIRST: Final = _n("Fotonya banyak: kami menyimpan lima yang pertama.")
PHOTO_LOST: Final = _n("Fotonya belum bisa kami ambil. Coba kirim sekali lagi, atau lanjutkan.")
NO_PHOTOS_HERE: Final = _n("Lewat jalur ini foto tidak bisa dikirim. Laporan tetap bisa.")
ASK_CONTACT: Final = _n(
    "Boleh kami hubungi bila perlu? Tulis nomor HP atau surel, atau ketik TIDAK. Nama dan kontak"
    " tidak ditampilkan."
)
ASK_NUMBER: Final = _n(
    "Boleh kami hubungi di nomor ini bila perlu? Balas YA atau TIDAK. Nomor tidak ditampilkan."
)
CONTACT_WRONG: Final = _n("Itu bukan nomor HP atau alamat surel. Coba lagi, atau ketik TIDAK.")
YES: Final = _n("YA")
NO: Final = _n("TIDAK")
SKIP: Final = _n("LEWATI")
GO_ON: Final = _n("LANJUT")
SEND: Final = _n("KIRIM")
AGAIN: Final = _n("ULANG")
CANCEL: Final = _n("BATAL")
SUMMARY: Final = _n(
    "Kami catat: %(category)s.\nTempat: %(place)s.\nFoto: %(photos)s. Kontak: %(contact)s.\n"
    "Balas KIRIM untuk mengirim, ULANG untuk mulai lagi, BATAL untuk berhenti."
)
BY_POINT: Final = _n("lokasi yang Anda kirim")
NO_PLACE: Final = _n("tidak disebut")
WITH_CONTACT: Final = _n("ada")
WITHOUT_CONTACT: Final = _n("tidak ada")
SENT: Final = _n(
    "Terima kasih, laporan diterima. Kode: %(code)s. Ikuti di %(link)s (berlaku 30 hari, jangan"
    " diteruskan)."
)
SENT_AGENCY: Final = _n("Ditangani oleh %(agency)s.")
CANCELLED: Final = _n("Baik, dibatalkan. Semua yang Anda tulis tadi sudah dihapus.")
NOTHING_TO_CANCEL: Final = _n("Tidak ada laporan yang sedang ditulis.")
RESTARTED: Final = _n("Baik, mulai dari awal.")
HELP: Final = _n(
    "Jawab pertanyaan satu per satu. BATAL: berhenti dan hapus. ULANG: mulai lagi. STATUS lalu"
    " kode: melihat kabar laporan. ID, EN, JV: ganti bahasa. Formulir: %(form)s"
)
PROTECTED: Final = _n(
    "Hal ini mungkin perlu dilindungi, dan penyedia pesan dapat ikut membaca. Jangan tulis"
    " rinciannya di sini. Laporkan lewat formulir kami: %(form)s. Darurat? Telepon %(numbers)s. Yang"
    " Anda tulis tadi tidak kami simpan. Kalau bukan hal seperti itu, ceritakan dengan kata lain."
)
NEEDS_FORM: Final = _n("Kategori ini punya pertanyaan tambahan. Laporkan lewat: %(form)s")
UNKNOWN_KIND: Final = _n(
    "Maaf, kami belum bisa membaca stiker, suara, video, atau berkas. Kirim tulisan, foto, atau"
    " lokasi."
)
TOO_MANY_MESSAGES: Final = _n(
    "Pesannya terlalu banyak, paling banyak %(most)s dalam satu jam. Coba lagi nanti, atau lapor"
    " lewat %(form)s"
)
TOO_MANY_REPORTS: Final = _n(
    "Hari ini sudah %(most)s laporan dari Anda. Lanjutkan besok, atau lapor lewat %(form)s"
)
TOO_MANY_CHATS: Final = _n("Sedang sangat ramai. Lapor lewat %(form)s, atau coba lagi nanti.")
STATUS_USAGE: Final = _n("Tulis STATUS lalu kode laporan, misalnya STATUS AB2CD3EF4G.")
STATUS_OF: Final = _n("Laporan %(code)s: %(state)s. Lihat %(link)s")
STATUS_NONE: Final = _n(
    "Laporan ini tidak ditemukan, atau tidak untuk umum. Pelapor melihatnya dengan kata rahasia di"
    " %(link)s"
)
LANGUAGE_CHOSEN: Final = _n("Baik, kita pakai bahasa Indonesia.")
LETTER_MISSING_PLACE: Final = _n(
    "Terima kasih. Satu hal kurang: di mana tempatnya? Balas surel ini dengan nama tempat dan"
    " kelurahannya."
)
LETTER_MISSING_WHAT: Final = _n(
    "Terima kasih. Ceritakan apa yang terjadi dan di mana: balas surel ini."
)
LETTER_CONTACT: Final = _n(
    "Kabar laporan ini dikirim ke alamat surel Anda. Lain kali tidak mau? Tulis ANONIM di dalam"
    " surat. Surat Anda sendiri kami hapus dari kotak masuk."
)
MAIL_SUBJECT: Final = _n("Laporan Anda kepada %(city)s")
ASPECT_WORDS: Final = {
    "aman": _n("Aman"),
    "nyaman": _n("Nyaman"),
    "toleransi": _n("Toleransi"),
    "harmoni": _n("Harmoni"),
    "lainnya": _n("Lainnya"),
}
STATE_OTHER: Final = _n("sedang diproses")
STATE_WORDS: Final = {
    "new": _n("diterima, menunggu pemeriksaan"),
    "resolved": _n("sudah ditangani, menunggu tanggapan pelapor"),
    "closed": _n("selesai"),
    "scheduled": _n("dijadwalkan"),
    "referred": _n("diteruskan ke badan lain"),
    "duplicate": _n("digabung dengan laporan yang sama"),
    "archived": _n("diarsipkan"),
}
