"""What can be wrong with publishing a snapshot."""

from citizenreport.core.errors import Conflict, InvalidInput, NotAllowed, NotFound, Unavailable
from citizenreport.core.text import _n


class PeriodNotOver(InvalidInput):
    """The period is in the future, or partly open at the cut-off."""

    code = "period-not-over"
    title = _n("Periode ini belum berakhir. Angkanya baru dapat dirilis setelah hari terakhirnya.")


class NothingToPublish(InvalidInput):
    code = "nothing-to-publish"
    title = _n("Belum ada angka untuk periode ini.")


class PublicationRunning(Conflict):
    """Somebody else is at it: one publication at a time."""

    code = "publication-running"
    title = _n("Rilis lain sedang disiapkan. Tunggu sampai selesai, lalu coba lagi.")


class ReasonMissing(InvalidInput):
    """This period has a snapshot already: another one replaces it, and says why."""

    code = "revision-reason-missing"
    title = _n("Periode ini sudah punya rilis. Tulis alasan perubahan untuk merevisinya.")


class NothingToRevise(InvalidInput):
    code = "nothing-to-revise"
    title = _n("Periode ini belum punya rilis, jadi belum ada yang direvisi.")


class NothingChanged(Conflict):
    """The numbers are those of the snapshot that is there."""

    code = "nothing-changed"
    title = _n("Angkanya sama dengan rilis yang sudah ada. Tidak ada yang direvisi.")


class SnapshotNotFound(NotFound):
    code = "snapshot-not-found"
    title = _n("Rilis tidak ditemukan.")


class SnapshotChanged(Conflict):
    """The files are not those that were prepared."""

    code = "snapshot-changed"
    title = _n("Berkas rilis tidak lagi sama dengan yang disiapkan. Siapkan rilis baru.")


class SnapshotSettled(Conflict):
    """It was published or given up already."""

    code = "snapshot-settled"
    title = _n("Rilis ini sudah diterbitkan atau dibatalkan.")


class SignatureMissing(Conflict):
    """Two people sign, each with a key of their own."""

    code = "signature-missing"
    title = _n("Rilis harus ditandatangani dua orang dengan kunci masing-masing.")


class SigningKeyMissing(Unavailable):
    code = "signing-key-missing"
    title = _n("Kunci tanda tangan rilis tidak ada.")


class SigningKeyInvalid(NotAllowed):
    """The key is revoked, not valid yet or any more, or not the one that the list tells."""

    code = "signing-key-invalid"
    title = _n("Kunci tanda tangan ini dicabut, di luar masa berlaku, atau bukan yang terdaftar.")


class SameSigner(Conflict):
    """The second signature is another person's."""

    code = "same-signer"
    title = _n("Tanda tangan kedua harus dari orang lain.")


class Embargoed(Conflict):
    """The time from which it may be published has not come."""

    code = "embargoed"
    title = _n("Waktu terbit rilis ini belum tiba.")


class BadKeyList(InvalidInput):
    """A file does not hold a list of keys as this service publishes it."""

    code = "bad-key-list"
    title = _n("Berkas ini bukan daftar kunci rilis.")


class SnapshotOutdated(Conflict):
    """A report that it counts is no longer public: it must be prepared anew."""

    code = "snapshot-outdated"
    title = _n("Ada laporan yang tidak lagi publik sejak rilis ini disiapkan. Siapkan rilis baru.")
