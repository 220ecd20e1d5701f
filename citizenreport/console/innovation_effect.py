"""`/petugas/inovasi/<id>/dampak`: what became of the reports that an innovation answers."""

from typing import Final
from uuid import UUID

from flask import Blueprint, render_template
from flask_babel import format_decimal

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.programme import queries
from citizenreport.programme.effect import LEAST_PLACEBOS, LEAST_REPORTS, Effect, NoClaim
from citizenreport.programme.effect_counts import Looked, Unmeasured, look
from citizenreport.web.context import current_city
from citizenreport.web.guards import requires
from citizenreport.web.sessions import current_actor
from citizenreport.web.translate import _

bp = Blueprint(
    "innovation_effect", __name__, url_prefix="/petugas/inovasi", template_folder="templates"
)

WHY_NOT: Final = {
    NoClaim.TOO_FEW_WEEKS: _n(
        "Belum cukup minggu sebelum dan sesudahnya. Empat minggu pertama tidak dihitung."
    ),
    NoClaim.TOO_FEW_REPORTS: _n(
        "Laporannya terlalu sedikit: perlu paling sedikit %(least)s laporan sebelum dan sesudah, "
        "di wilayahnya dan di pembandingnya."
    ),
    NoClaim.TOO_FEW_PLACEBOS: _n(
        "Pembandingnya terlalu sedikit: perlu paling sedikit %(placebos)s wilayah, kategori, dan "
        "waktu lain yang cukup laporannya."
    ),
    Unmeasured.NO_CATEGORY: _n("Catatan ini belum menyebut kategori laporan yang dijawabnya."),
    Unmeasured.NO_AREA: _n(
        "Catatan ini tidak menyebut kelurahan, atau menyebut semuanya: tidak ada pembanding."
    ),
    Unmeasured.NO_DAY: _n("Catatan ini belum menyebut kapan uji coba atau penerapannya dimulai."),
    Unmeasured.PROTECTED: _n(
        "Dampak pada kategori yang terbatas atau dilindungi tidak pernah diukur dari laporan."
    ),
}


@bp.get("/<uuid:innovation_id>/dampak")
@requires(Permission.READ_INNOVATIONS)
def show(innovation_id: UUID) -> str:
    """Say how the number of reports changed, or why nothing is claimed."""
    city = current_city()
    with transaction() as session:
        row = queries.innovation(session, city, current_actor(), innovation_id)
        looked = look(session, city, row, now=utcnow())
        chosen = [code for code in row.category_codes if code in city.categories]
        return render_template(
            "console/innovation_effect.html",
            row=row,
            looked=looked,
            effect=looked.outcome if isinstance(looked.outcome, Effect) else None,
            why_not=_why_not(looked),
            number=_number,
            categories=[city.categories[code].names.get("id", code) for code in chosen],
            areas=[city.areas[code].name for code in row.area_codes if code in city.areas],
        )


def _why_not(looked: Looked) -> str:
    if isinstance(looked.outcome, Effect):
        return ""
    return _(WHY_NOT[looked.outcome], least=LEAST_REPORTS, placebos=LEAST_PLACEBOS)


def _number(value: float, decimals: int = 2) -> str:
    return str(format_decimal(round(value, decimals), format=f"0.{'0' * decimals}"))
