"""What can be wrong with a record, a file or a step. Pure."""

from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed, NotFound
from citizenreport.core.text import _n


class InnovationNotFound(NotFound):
    code = "innovation-not-found"
    title = _n("Inovasi ini tidak ada, atau bukan untuk Anda.")


class InnovationAgencyMissing(InvalidInput):
    code = "innovation-agency-missing"
    title = _n("Pilih instansi yang punya inovasi ini.")


class InnovationNameMissing(InvalidInput):
    code = "innovation-name-missing"
    title = _n("Tulis nama inovasinya, paling banyak 200 huruf.")


class InnovationYearInvalid(InvalidInput):
    code = "innovation-year-invalid"
    title = _n("Tulis tahun inovasinya, misalnya 2026, paling jauh tahun depan.")


class InnovationDatesInvalid(InvalidInput):
    code = "innovation-dates-invalid"
    title = _n("Tulis tanggal seperti 2026-01-31.")


class InnovationDatesUpsideDown(InvalidInput):
    code = "innovation-dates-upside-down"
    title = _n("Tanggal penerapan lebih awal daripada tanggal uji coba. Periksa keduanya.")


class InnovationTextTooLong(InvalidInput):
    code = "innovation-text-too-long"
    title = _n("Tulisan ini terlalu panjang. Ringkas, lalu simpan lagi.")


class InnovationChoiceInvalid(InvalidInput):
    code = "innovation-choice-invalid"
    title = _n("Pilih salah satu dari daftar.")


class VideoLinkInvalid(InvalidInput):
    code = "innovation-video-invalid"
    title = _n("Tautan video harus diawali https:// dan menuju salah satu situs yang diizinkan.")


class DesignTooShort(InvalidInput):
    code = "innovation-design-too-short"
    title = _n("Rancang bangun belum 300 kata. Lengkapi kelima bagiannya.")


class InnovationPartMissing(InvalidInput):
    code = "innovation-part-missing"
    title = _n("Bagian ini perlu diisi sebelum inovasi diajukan.")


class InnovationReasonMissing(InvalidInput):
    code = "innovation-reason-missing"
    title = _n("Tulis alasannya, supaya yang lain tahu apa yang perlu diperbaiki.")


class NoveltyUndecided(InvalidInput):
    code = "innovation-novelty-undecided"
    title = _n(
        "Putuskan apakah inovasi ini baru. Bila mirip dengan tahun lalu, tulis juga alasannya."
    )


class DocumentNotPdf(InvalidInput):
    code = "innovation-document-not-pdf"
    title = _n("Berkas ini bukan PDF yang utuh. Simpan ulang sebagai PDF, lalu unggah lagi.")


class DocumentTooLarge(InvalidInput):
    code = "innovation-document-too-large"
    title = _n("Dokumen lebih dari 5 MB. Kecilkan, lalu unggah lagi.")


class TooManyFiles(InvalidInput):
    code = "innovation-too-many-files"
    title = _n("Satu inovasi menyimpan paling banyak 12 berkas. Hapus satu dulu.")


class FileTitleMissing(InvalidInput):
    code = "innovation-file-title-missing"
    title = _n("Tulis judul berkasnya, paling banyak 300 huruf.")


class InnovationChanged(Conflict):
    code = "innovation-changed"
    title = _n(
        "Orang lain mengubah catatan ini lebih dulu. Lihat keadaannya sekarang, lalu putuskan lagi."
    )


class InnovationNotEditable(Conflict):
    code = "innovation-not-editable"
    title = _n("Catatan ini sudah diajukan, jadi tidak diubah lagi. Minta dikembalikan dulu.")


class InnovationStepClosed(Conflict):
    code = "innovation-step-closed"
    title = _n("Langkah ini tidak terbuka dari keadaan inovasi sekarang.")


class InnovationNotYours(NotAllowed):
    code = "innovation-not-yours"
    title = _n("Langkah ini milik pihak lain: instansinya, pimpinannya, atau meja kota.")
