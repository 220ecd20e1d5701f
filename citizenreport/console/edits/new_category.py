"""A category that is not in force yet: its code, and everything that protects its reporters."""

import re
from collections.abc import Mapping
from typing import Final

from citizenreport.cities.edits import CATEGORIES, Entry
from citizenreport.cities.findings import Finding
from citizenreport.cities.rules import (
    ComplaintClass,
    Priority,
    ProtectionClass,
    PublicPrecision,
    Visibility,
)
from citizenreport.console.edits.fields import Entries, Field, Form, choice
from citizenreport.console.edits.words import column_name
from citizenreport.core.text import _n
from citizenreport.pipeline.pack_edits import EditRefused
from citizenreport.routing.rules import ASK_THE_DESK
from citizenreport.web.translate import _

CODE: Final = re.compile(r"[A-Z][A-Z0-9]{1,7}")
BEGINS: Final[Mapping[str, str]] = {
    "priority": Priority.MEDIUM,
    "complaint_class": ComplaintClass.ORDINARY,
    "lead": ASK_THE_DESK,
    "visibility": Visibility.RESTRICTED,
    "protection_class": ProtectionClass.NONE,
    "public_precision": PublicPrecision.GRID_100M,
}
"""What an empty form begins with: nothing is shown to the public unless someone says so."""

SHUT: Final = {"public_precision": PublicPrecision.NONE.value, "public_photo": "no"}
"""What a category that is not public has. Source: protection.md, section 1."""


def code_field() -> Field:
    """Return the control of the code."""
    return Field(
        name="category_code",
        label=column_name("category_code"),
        hint=_("Huruf besar lalu huruf atau angka, misalnya N19. Tidak dapat diubah lagi."),
        is_required=True,
        most=8,
    )


def code_of(entries: Entries, form: Form) -> str:
    """Return the code that was typed. Raises EditRefused where it is none or taken."""
    code = form.line("category_code")
    if not CODE.fullmatch(code):
        problem = _n("Kode “%(code)s” tidak dapat dipakai.")
        remedy = _n("Tulis huruf besar lalu huruf atau angka, misalnya N19.")
    elif code in entries[CATEGORIES]:
        problem, remedy = _n("Kode %(code)s sudah dipakai."), _n("Pilih kode lain.")
    else:
        return code
    found = Finding(
        file=CATEGORIES,
        row=None,
        problem_text=problem,
        remedy_text=remedy,
        values={"code": code},
    )
    raise EditRefused([found])


def protection_lead() -> str:
    """Return what to know before choosing."""
    return _(
        "Tempat dan foto hanya tampil bila keterbukaannya Umum. Setelah berlaku hanya dapat diperketat, dan kategori dengan kelas perlindungan tidak dapat diakhiri dari sini."
    )


def protection_fields(entry: Entry) -> tuple[Field, ...]:
    """Return the controls of what protects: who sees a report, and what of it the public sees."""
    # What was shut is offered as an empty form offers it, for who then chooses to open it.
    is_shut = entry.get("visibility") != Visibility.PUBLIC
    shown = {**entry, **({"public_precision": PublicPrecision.GRID_100M} if is_shut else {})}
    return (
        choice("visibility", entry),
        choice("protection_class", entry),
        choice("public_precision", shown),
        flag("public_photo", entry),
    )


def protection(form: Form) -> dict[str, str]:
    """Return the columns that follow from what was chosen, as the checker of packs wants them."""
    visibility, protection_class = form.line("visibility"), form.line("protection_class")
    is_protected = protection_class != ProtectionClass.NONE
    is_shut = is_protected or visibility != Visibility.PUBLIC
    is_secret = is_protected or visibility == Visibility.CONFIDENTIAL
    opened = {
        "public_precision": form.line("public_precision"),
        "public_photo": "yes" if form.text("public_photo") else "no",
    }
    return {
        "complaint_class": form.line("complaint_class"),
        "is_physical": "yes" if form.text("is_physical") else "no",
        "visibility": visibility,
        "protection_class": protection_class,
        **(SHUT if is_shut else opened),
        "village_access": "tidak" if is_secret else "ya",
        "may_be_suggested": "no" if is_secret else "yes",
    }


def flag(column: str, entry: Entry) -> Field:
    """Return the control of a column that says yes or no."""
    value = "1" if entry.get(column) == "yes" else ""
    return Field(name=column, label=column_name(column), kind="flag", value=value)
