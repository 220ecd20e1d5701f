"""`/problems/<code>`: what a problem's `type` address says, in plain words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template

from citizenreport.core import errors
from citizenreport.core.text import _n
from citizenreport.web.csrf import ForgedRequest
from citizenreport.web.guards import LoginNeeded, public
from citizenreport.web.problems import FRAMEWORK, OTHER, REMEDY, status_of

bp = Blueprint("problems", __name__)

ADVICE: Final[Mapping[str, str]] = {
    errors.InvalidInput.code: _n(
        "Bagian yang keliru disebut satu per satu bersama cara memperbaikinya. "
        "Perbaiki, lalu kirim lagi. Tidak ada yang tersimpan sebelum semuanya benar."
    ),
    errors.NotFound.code: _n(
        "Periksa kembali alamat atau kodenya. Jika sesuatu ada tetapi bukan untuk Anda, "
        "jawabannya sama: begitulah kami menjaga kerahasiaan pelapor."
    ),
    errors.Conflict.code: _n(
        "Orang lain mengubahnya lebih dulu, atau langkah ini tidak cocok dengan keadaannya "
        "sekarang. Muat ulang untuk melihat keadaan terbaru, lalu putuskan lagi."
    ),
    errors.NotAllowed.code: _n(
        "Akun Anda tidak diberi wewenang untuk langkah ini. "
        "Jika seharusnya boleh, hubungi admin layanan di instansi Anda."
    ),
    errors.TooMany.code: _n(
        "Tunggu sesuai waktu yang disebut, lalu coba lagi. "
        "Nomor darurat selalu dapat dihubungi tanpa menunggu."
    ),
    errors.Unavailable.code: _n(
        "Bagian yang kami perlukan sedang tidak menjawab. Biasanya pulih dalam beberapa menit. "
        "Untuk keadaan darurat jangan menunggu: telepon nomor darurat."
    ),
    errors.CitizenReportError.code: _n("Coba lagi. Jika terulang, beri tahu kami."),
    LoginNeeded.code: _n(
        "Masuk lagi, lalu ulangi langkah Anda. Sesi petugas berakhir setelah 30 menit tanpa "
        "kegiatan dan paling lama 12 jam."
    ),
    ForgedRequest.code: _n(
        "Demi keamanan, formulir hanya berlaku dari halaman kami sendiri. Buka lagi halamannya, "
        "tempelkan tulisan Anda, lalu kirim. Cookie perlu diaktifkan."
    ),
    "malformed-request": _n(
        "Isi kiriman bukan JSON atau formulir yang sah. NaN, Infinity, dan susunan yang terlalu "
        "dalam tidak diterima."
    ),
    "method-not-allowed": _n("Lihat header Allow untuk cara permintaan yang diterima."),
    "not-acceptable": _n("Minta salah satu bentuk yang disebut di dokumentasi."),
    "precondition-failed": _n("Baca lagi data terbaru, lalu ulangi perubahan Anda."),
    "too-large": REMEDY[413],
    "address-too-long": _n("Kurangi isi alamatnya, lalu coba lagi."),
    "unsupported-media-type": REMEDY[415],
    "range-not-satisfiable": _n("Minta bagian yang ada di dalam berkas, atau berkas seutuhnya."),
    "precondition-required": _n("Kirim header If-Match dengan versi yang Anda baca."),
    "server-error": _n(
        "Catat nomor kejadiannya dan beri tahu kami. Coba lagi beberapa menit lagi."
    ),
    OTHER[0]: _n("Coba lagi. Jika terulang, beri tahu kami."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    code: str
    title: str
    status: int | None
    advice: str


def kinds(root: type[errors.CitizenReportError]) -> Iterator[type[errors.CitizenReportError]]:
    """Yield an error class and everything below it."""
    yield root
    for child in root.__subclasses__():
        yield from kinds(child)


def explanations() -> dict[str, Explanation]:
    """Return what there is to say about every code a problem may carry."""
    found = {
        code: Explanation(code=code, title=title, status=status, advice=ADVICE[code])
        for status, (code, title) in FRAMEWORK.items()
    }
    found[OTHER[0]] = Explanation(code=OTHER[0], title=OTHER[1], status=None, advice=ADVICE["http"])
    for kind in kinds(errors.CitizenReportError):
        advice = next(
            ADVICE[ancestor.code]
            for ancestor in kind.__mro__
            if issubclass(ancestor, errors.CitizenReportError) and ancestor.code in ADVICE
        )
        found[kind.code] = Explanation(
            code=kind.code, title=kind.title, status=status_of(kind), advice=advice
        )
    return found


@bp.get("/problems/<code>")
@public
def show(code: str) -> str:
    """Say what a problem means and what to do about it."""
    explanation = explanations().get(code)
    if explanation is None:
        raise errors.NotFound()
    return render_template("problem_explained.html", explanation=explanation)


@bp.get("/problems/")
@public
def every() -> str:
    """List every problem code."""
    found = sorted(explanations().values(), key=lambda item: item.code)
    return render_template("problems.html", explanations=found)
