"""Someone of the city desk who edits what the pack says, as a browser would send it."""

import re
from datetime import date, timedelta
from html import unescape
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.cities.edit_models import PackChange, PackDraft
from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.ledger.queries import history
from citizenreport.ledger.rules import StreamKind
from citizenreport.routing.drafts import stream_of
from citizenreport.web.context import EXTENSION, CityHolder
from tests.doors.console.conftest import Visitor

ROOT = "/petugas/isi"
FIELD = re.compile(
    r'<(?:input|textarea|select)[^>]*\bname="([^"]+)"[^>]*>(?:([^<]*)</textarea>)?', re.DOTALL
)


class Editing:
    """Someone of the city desk at one kind."""

    def __init__(self, app: Flask, session: Session, visitor: Visitor, city: City) -> None:
        self.session, self.visitor, self.city_code = session, visitor, city.city_code
        self.holder: CityHolder = app.extensions[EXTENSION].city_holder
        self.log = stream_of(city)

    @property
    def city(self) -> City:
        return self.holder.city

    @property
    def today(self) -> date:
        return self.city.local_date(utcnow())

    def version(self, kind: str) -> str:
        self.session.expire_all()
        draft = self.session.get(PackDraft, (self.city_code, kind))
        return str(draft.version if draft else 0)

    def filled(self, kind: str, key: str) -> dict[str, Any]:
        """Return what the form of an entry holds, as a browser would send it back."""
        page = self.visitor.get(f"{ROOT}/{kind}/butir/{key}").text
        form = page[page.index(f'action="{ROOT}/{kind}/butir') :]
        found: dict[str, Any] = {}
        for match in FIELD.finditer(form):
            tag, name = match[0], match[1]
            value = re.search(r'\bvalue="([^"]*)"', tag)
            if tag.startswith("<textarea"):
                found[name] = unescape(match[2] or "")
            elif tag.startswith("<select"):
                chosen = re.search(
                    rf'name="{name}".*?<option value="([^"]*)" selected', form, re.DOTALL
                )
                found[name] = chosen[1] if chosen else ""
            elif 'type="checkbox"' not in tag:
                found[name] = unescape(value[1] if value else "")
            elif " checked" in tag and value:
                found.setdefault(name, []).append(value[1])
        found.pop("csrf_token", None)
        return found

    def save(self, kind: str, key: str, /, **fields: str) -> TestResponse:
        page = f"{ROOT}/{kind}/butir/{key}"
        given = self.filled(kind, key) | {k.replace("__", "."): v for k, v in fields.items()}
        return self.visitor.send(page, page=page, **given)

    def decide(self, kind: str, *, days: int = 0, reason: str = "Sudah diputuskan.") -> PackChange:
        sent = self.try_to_decide(kind, days=days, reason=reason)
        assert sent.status_code == 303, sent.text
        newest = select(PackChange).order_by(PackChange.decided_at.desc())
        row = self.session.scalars(newest).first()
        assert row is not None
        return row

    def try_to_decide(self, kind: str, *, days: int = 0, **fields: str) -> TestResponse:
        page = f"{ROOT}/teks/butir/keep_code"
        day = (self.today + timedelta(days=days)).isoformat()
        given = {"seen": self.version(kind), "from_day": day, "reason": "Ya."} | fields
        return self.visitor.send(f"{ROOT}/{kind}/berlaku", page=page, **given)

    def undo(self, row: PackChange) -> TestResponse:
        page = f"{ROOT}/teks/butir/keep_code"
        return self.visitor.send(f"{ROOT}/perubahan/{row.id}/batal", page=page, reason="Keliru.")

    def logged(self) -> list[str]:
        return [event.type for event in history(self.session, StreamKind.PACK, self.log)]
