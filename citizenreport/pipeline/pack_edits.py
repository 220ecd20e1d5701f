"""Drafts of holidays, replies, texts, categories and agencies: saved by one editor at a time, checked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from citizenreport.cities import edits
from citizenreport.cities.edit_models import PackDraft
from citizenreport.cities.edited_files import ROUTING
from citizenreport.cities.edited_rules import routed
from citizenreport.cities.edits import EditKind, Entry, EntryChange, Patch
from citizenreport.cities.findings import Finding, Severity
from citizenreport.cities.loosening import Loosened, loosened
from citizenreport.cities.pack import check_pack
from citizenreport.cities.queries import current_pack
from citizenreport.cities.reply_templates import placeholders_of
from citizenreport.cities.rules import City
from citizenreport.cities.service import edits_in_force
from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.ledger.rules import Payload
from citizenreport.routing.drafts import DraftChanged, note

LOCK: Final = "pack-draft"


class EditRefused(InvalidInput):
    """What the checker of packs has against a draft."""

    code = "edit-refused"
    title = _n("Isian ini belum dapat dipakai.")

    def __init__(self, findings: Iterable[Finding]) -> None:
        super().__init__()
        self.findings = tuple(findings)


class ProtectionLoosened(InvalidInput):
    """Categories may be made stricter here, never looser."""

    code = "protection-loosened"
    title = _n(
        "Perlindungan pelapor tidak dapat dilonggarkan dari sini. Ubah paket kota bersama Inspektorat."
    )

    def __init__(self, found: Iterable[Loosened]) -> None:
        super().__init__()
        self.found = tuple(found)


class HolidayPassed(InvalidInput):
    code = "holiday-passed"
    title = _n(
        "Hari sebelum perubahan ini berlaku tidak dapat diubah: tenggat sudah dihitung dengan hari itu."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Drafted:
    """A draft beside what is in force. `wanted` and `in_force`: entries by file and key."""

    kind: EditKind
    version: int
    patch: Patch
    files: Mapping[str, Any]
    in_force: Mapping[str, Mapping[str, Entry]]
    wanted: Mapping[str, Mapping[str, Entry]]

    @property
    def changes(self) -> list[EntryChange]:
        """What the draft changes."""
        return edits.changes(self.in_force, self.wanted)

    def put_together(self, from_day: date) -> dict[str, Any]:
        """Return the files of the kind as they would be from a day on."""
        return edits.put_together(self.kind, self.files, self.wanted, from_day=from_day)


def drafted(session: Session, city: City, kind: EditKind) -> Drafted:
    """Return the draft of a kind; version 0 and nothing changed while nobody has begun one."""
    row = session.get(PackDraft, (city.city_code, kind.code))
    pack = current_pack(session)
    files = {name: pack.content.get(name) for name in kind.files} if pack else {}
    patch = edits.trimmed(kind, files, row.patch) if row else {}
    return Drafted(
        kind=kind,
        version=row.version if row else 0,
        patch=patch,
        files=files,
        in_force=edits.wanted(kind, files, {}),
        wanted=edits.wanted(kind, files, patch),
    )


def save(
    session: Session,
    city: City,
    kind: EditKind,
    patch: Patch,
    *,
    seen: int,
    pack: str,
    by: UUID,
    now: datetime,
) -> None:
    """Put entries into the draft of a kind, if the whole pack still passes its check.

    Raises:
        DraftChanged: another editor saved since `seen`; nothing was written.
        EditRefused, ProtectionLoosened, HolidayPassed.
    """
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(LOCK, 0))))
    now_drafted = drafted(session, city, kind)
    if now_drafted.version != seen:
        raise DraftChanged
    merged = {
        file: {**now_drafted.patch.get(file, {}), **patch.get(file, {})} for file in kind.files
    }
    merged = edits.trimmed(kind, now_drafted.files, merged)
    today = city.local_date(now)
    check_holidays(merged, today)
    entries = edits.wanted(kind, now_drafted.files, merged)
    files = edits.put_together(kind, now_drafted.files, entries, from_day=today)
    check_placeholders(now_drafted.in_force, merged)
    check_files(session, city, files, pack=pack, day=today)
    _write(session, city, kind, merged, by=by, now=now)
    keys = sorted(key for entries_of in patch.values() for key in entries_of)
    payload: Payload = {"kind": kind.code, "draft_version": seen + 1, "entries": keys}
    note(session, city, "pack_drafted", payload, by=by, now=now)


def discard(
    session: Session, city: City, kind: EditKind, *, seen: int, by: UUID, now: datetime
) -> None:
    """Begin anew from what is in force. Raises DraftChanged."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(LOCK, 0))))
    if drafted(session, city, kind).version != seen:
        raise DraftChanged
    _write(session, city, kind, {}, by=by, now=now)
    payload: Payload = {"kind": kind.code, "draft_version": seen + 1}
    note(session, city, "pack_draft_discarded", payload, by=by, now=now)


def check_files(
    session: Session, city: City, files: Mapping[str, Any], *, pack: str, day: date
) -> City:
    """Return the city with these files in force, checked as `city check` does.

    `pack`: the folder or name of the pack they stand over. Raises EditRefused, ProtectionLoosened.
    """
    checked = check_pack(pack, edited={**edits_in_force(session), **with_rules(session, files)})
    if checked.city is None:
        raise EditRefused(checked.of(Severity.ERROR))
    found = loosened(city, checked.city, day)
    if found:
        raise ProtectionLoosened(found)
    return checked.city


def with_rules(session: Session, files: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return files with the rules of their categories: a new one goes to its lead."""
    pack = current_pack(session)
    if edits.CATEGORIES not in files or pack is None:
        return files
    return {**files, ROUTING: routed(pack.content[ROUTING], files[edits.CATEGORIES])}


def check_holidays(patch: Patch, day: date) -> None:
    """Refuse to touch holidays before a day. Raises HolidayPassed."""
    if any(key < day.isoformat() for key in patch.get(edits.HOLIDAYS, {})):
        raise HolidayPassed(pointer="#/date")


def check_placeholders(in_force: Mapping[str, Mapping[str, Entry]], patch: Patch) -> None:
    """Refuse texts that lose or add a name that the page fills in. Raises EditRefused."""
    found = []
    for key, entry in patch.get(edits.TEXTS, {}).items():
        before = _names_in(in_force[edits.TEXTS].get(key))
        if _names_in(entry) != before:
            found.append(
                Finding(
                    file=edits.TEXTS,
                    row=None,
                    problem_text=_n("Nama dalam kurung kurawal di teks %(key)s berubah."),
                    remedy_text=_n("Pakai persis: %(names)s.")
                    if before
                    else _n("Hapus kurungnya."),
                    values={"key": key, "names": ", ".join(f"{{{n}}}" for n in sorted(before))},
                )
            )
    if found:
        raise EditRefused(found)


def _names_in(entry: Entry | None) -> set[str]:
    return {name for text in (entry or {}).values() for name in placeholders_of(str(text))}


def _write(
    session: Session, city: City, kind: EditKind, patch: Patch, *, by: UUID, now: datetime
) -> None:
    row = session.get(PackDraft, (city.city_code, kind.code), with_for_update=True)
    plain = {file: dict(entries) for file, entries in patch.items()}
    if row is None:
        session.add(
            PackDraft(
                city_code=city.city_code,
                kind=kind.code,
                version=1,
                patch=plain,
                edited_at=now,
                edited_by=by,
            )
        )
    else:
        row.version, row.patch = row.version + 1, plain
        row.edited_at, row.edited_by = now, by
    session.flush()
