"""What was learned, held by each process until another version is there."""

import logging
from threading import Lock
from typing import Final

from flask import Flask, current_app
from sqlalchemy.orm import Session

from citizenreport.suggestions.learned import Learned, ModelUnreadable
from citizenreport.suggestions.service import learned_of

log = logging.getLogger(__name__)

EXTENSION: Final = "citizenreport.suggester"


class Suggester:
    """Holds one version; what cannot be read counts as nothing learned."""

    def __init__(self) -> None:
        self._newest: int | None = None
        self._held: int | None = None
        self._learned: Learned | None = None
        self._reading = Lock()

    def note(self, version: int | None) -> None:
        """Know of the newest version, None where there is none; nothing is read yet."""
        self._newest = version

    def now(self, session: Session) -> Learned | None:
        """Return what is learned now; None in a new city, or after a text was taken back."""
        with self._reading:
            if self._newest != self._held:
                self._learned = self._read(session, self._newest)
                self._held = self._newest
            return self._learned

    def _read(self, session: Session, version: int | None) -> Learned | None:
        try:
            return learned_of(session, version) if version is not None else None
        except ModelUnreadable:
            log.warning("suggestions: version %s cannot be read", version)
            return None


def init_app(app: Flask) -> None:
    """Give an application its suggester."""
    app.extensions[EXTENSION] = Suggester()


def note_version(version: int | None) -> None:
    """Know of the newest version, as `web/edition.py` has just seen it."""
    _suggester().note(version)


def learned_now(session: Session) -> Learned | None:
    """Return what is learned now; a statement only for a version that is not held yet."""
    return _suggester().now(session)


def _suggester() -> Suggester:
    suggester = current_app.extensions[EXTENSION]
    assert isinstance(suggester, Suggester)
    return suggester
