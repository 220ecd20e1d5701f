"""The services of the running application, as the doors reach them.

They hang on the application, not on a module: two applications in one process (tests do that)
never share a city, a key or a folder.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from typing import Final

from flask import Flask, current_app

from citizenreport.cities.rules import City
from citizenreport.core.clock import utcnow
from citizenreport.core.errors import CitizenReportError, Unavailable
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.storage.rules import Storage

log = logging.getLogger(__name__)

EXTENSION: Final = "citizenreport"


class CityMissing(Unavailable):
    code = "city-missing"
    title = _n("Data kota belum dimuat. Coba lagi sebentar lagi.")


class KeysMissing(Unavailable):
    code = "keys-missing"
    title = _n("Kunci layanan belum dipasang. Coba lagi sebentar lagi.")


class StorageMissing(Unavailable):
    code = "storage-missing"
    title = _n("Tempat penyimpanan berkas belum dipasang. Coba lagi sebentar lagi.")


class CityHolder:
    """Holds the city as it is now; a changed pack replaces it whole, between two requests.

    `load` reads the city anew, and says so with CityMissing when there is none to read. It is
    asked again when a new day begins in the city, for rows of the pack are valid from day to day.
    """

    def __init__(self, load: Callable[[], City] | None = None) -> None:
        self._load = load
        self._city: City | None = None
        self._read_on: date | None = None
        self._seen: int | None = None
        self._reading = Lock()

    @property
    def city(self) -> City:
        """The city, read when it is first needed.

        Raises:
            CityMissing: no pack has been loaded yet.
        """
        if self._city is None or self._city.local_date(utcnow()) != self._read_on:
            self.refresh()
        assert self._city is not None
        return self._city

    @property
    def held(self) -> City | None:
        """The city as it was read last, or None; asks nobody."""
        return self._city

    def refresh(self) -> None:
        """Read the city anew. Raises CityMissing and keeps the old one."""
        if self._load is None:
            raise CityMissing
        self.replace(self._load())

    def replace(self, city: City) -> None:
        """Serve this city from the next request on."""
        self._city, self._read_on, self._seen = city, city.local_date(utcnow()), None

    def keep_up(self, edition: int) -> None:
        """Read the city anew when another edition of its pack is in force than the one it was read from.

        Whoever asks while it is being read waits for it. An edition that cannot be read leaves the
        city as it is.
        """
        if self._city is None or edition == self._seen:
            return
        with self._reading:
            if edition != self._seen and self._is_other(edition):
                self._read_anew()
            self._seen = edition

    def _is_other(self, edition: int) -> bool:
        held = self._city.pack_version if self._city else 0
        return held != edition and (held > 0 or self._seen is not None)

    def _read_anew(self) -> None:
        try:
            self.refresh()
        except CitizenReportError as error:
            log.warning("the pack in force cannot be read: %s", error.code)

    def forget(self) -> None:
        """Read the city anew when it is next needed."""
        self._city = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What create_app puts into `app.extensions["citizenreport"]`."""

    city_holder: CityHolder = field(default_factory=CityHolder)
    keys: KeyRing | None = None
    storage: Storage | None = None


def attach(app: Flask, services: Services) -> None:
    """Give an application its services, and templates `site_name`; `create_app` does it once."""
    app.extensions[EXTENSION] = services
    app.context_processor(lambda: {"site_name": _site_name()})


def current_services() -> Services:
    services = current_app.extensions[EXTENSION]
    assert isinstance(services, Services)
    return services


def current_city() -> City:
    """Return the city of this application.

    Raises:
        CityMissing: no pack has been loaded yet.
    """
    return current_services().city_holder.city


def current_keys() -> KeyRing:
    """Return the keys of this application.

    Raises:
        KeysMissing: it was started without any.
    """
    keys = current_services().keys
    if keys is None:
        raise KeysMissing()
    return keys


def current_storage() -> Storage:
    """Return the file storage of this application.

    Raises:
        StorageMissing: it was started without any.
    """
    storage = current_services().storage
    if storage is None:
        raise StorageMissing
    return storage


def refresh_city() -> None:
    """Read the city anew, after a pack was loaded elsewhere. Raises CityMissing."""
    current_services().city_holder.refresh()


def _site_name() -> str:
    """Return the city's name for page titles; a page about a missing city still has one."""
    try:
        return current_city().name
    except CityMissing:
        return "citizenreport"
