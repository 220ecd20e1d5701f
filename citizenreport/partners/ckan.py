"""A data portal that runs CKAN: one dataset a period, its files as links to the release's own.

The portal keeps titles, times and the SHA-256 of each file; the files stay where they are signed.
Source: docs.ckan.org, Action API (package_show, package_create, package_update).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import ckanapi

from citizenreport.core.errors import NotAllowed, Unavailable
from citizenreport.core.outgoing import Outgoing
from citizenreport.core.text import _n

AGENT: Final = "citizenreport"


class PortalRefused(NotAllowed):
    """The portal does not take this token, or not for this organisation."""

    code = "portal-refused"
    title = _n("Portal data menolak token atau organisasinya.")


class PortalFault(Unavailable):
    """The portal answered what its API does not say, or calls our record wrong."""

    code = "portal-fault"
    title = _n("Portal data tidak menerima catatan ini.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Portal:
    """Where to write, as whom. No repr: it would bring the token into logs."""

    url: str
    token: str
    organisation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    status_code: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _ThroughTheGuard:
    """Stands for the session of `requests` that ckanapi would open itself."""

    outgoing: Outgoing

    def post(self, url: str, *, data: bytes, headers: Mapping[str, str], **_asked: object) -> _Said:
        answer = self.outgoing.post(url, body=data, headers=headers)
        return _Said(status_code=answer.status, text=answer.body.decode("utf-8", "replace"))

    def close(self) -> None:
        """Nothing stays open."""


def push_dataset(outgoing: Outgoing, portal: Portal, dataset: Mapping[str, Any]) -> str:
    """Create the dataset of this name, or replace it whole; return its id at the portal.

    Raises:
        AddressNotAllowed, NoAnswer: see `core.outgoing`.
        PortalRefused, PortalFault
    """
    remote = ckanapi.RemoteCKAN(
        portal.url,
        apikey=portal.token,
        user_agent=AGENT,
        session=_ThroughTheGuard(outgoing=outgoing),
    )
    record = {**dataset, "owner_org": portal.organisation}
    try:
        found = _found(remote, str(dataset["name"]))
        if found is None:
            result = remote.call_action("package_create", record)
        else:
            result = remote.call_action("package_update", {**record, "id": found})
        return str(result["id"])
    except ckanapi.NotAuthorized:
        raise PortalRefused from None
    except ckanapi.ValidationError as error:
        raise PortalFault(fields=sorted(set(error.error_dict) - {"__type"})) from None
    except (ckanapi.CKANAPIError, ckanapi.NotFound, KeyError, TypeError):
        raise PortalFault from None


def _found(remote: Any, name: str) -> str | None:
    try:
        return str(remote.call_action("package_show", {"id": name})["id"])
    except ckanapi.NotFound:
        return None
