"""`/petugas/saran`: the card of the suggestions: from what they come, how good they were, version by version."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Blueprint, render_template
from flask_babel import format_decimal

from citizenreport.core.db import transaction
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.suggestions import service
from citizenreport.suggestions.models import SuggestionModel
from citizenreport.web.guards import requires
from citizenreport.web.translate import _

bp = Blueprint(
    "suggestion_card", __name__, url_prefix="/petugas/saran", template_folder="templates"
)

QUESTIONS: Final = {
    "category": _n("Jenis, dipelajari"),
    "agency": _n("Instansi, dipelajari"),
    "pack": _n("Jenis, dari kata cari dan contoh paket kota"),
}

NAMES: Final = {
    "accuracy": _n("Tepat"),
    "top3": _n("Tepat di tiga teratas"),
    "macro_f1": _n("F1 rata-rata jenis"),
    "ece": _n("Galat kalibrasi"),
    "brier": _n("Skor Brier"),
    "most_frequent": _n("Selalu menebak yang tersering"),
}


@bp.get("")
@requires(Permission.READ_TICKETS, Permission.READ_INDICATORS)
def show() -> str:
    """Show the newest version with its figures, and the ones before it."""
    with transaction() as session:
        rows = service.cards(session)
        is_learned = service.current_version(session) is not None
        return render_template(
            "console/suggestion_card.html",
            newest=rows[0] if rows else None,
            figures=_figures(rows[0]) if rows else [],
            earlier=[(row, _figures(row)) for row in rows[1:]],
            is_learned=is_learned,
            names=[_(name) for name in NAMES.values()],
        )


def _figures(row: SuggestionModel) -> list[tuple[str, int, list[str]]]:
    """Return the rows of the table: question, number of texts, cells."""
    return [
        (_(label), int(row.figures[name]["count"]), _cells(row.figures[name]))
        for name, label in QUESTIONS.items()
        if name in row.figures
    ]


def _cells(figures: Mapping[str, Any]) -> list[str]:
    return [format_decimal(figures[key], "0.00") for key in NAMES]
