"""A data portal on the loopback that holds to the documented rules of CKAN's Action API.

No real CKAN can run in a test. What it answers, and what it refuses, follows docs.ckan.org (API guide:
"Making an API request", "Authentication and API tokens"; action reference: package_create,
package_update, package_show) and the rules of its 2.10: `ckan/logic/schema.py` for which fields a dataset,
a tag, an extra and a resource have, `ckan/logic/validators.py` for name_validator, tag_name_validator,
tag_length_validator, owner_org_validator, extra_key_not_in_root_schema. Files are links to the release's
own, which a portal takes without an upload.
"""

import json
import re
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from uuid import uuid4

from tests.tls import Asked

NAME = re.compile(r"[a-z0-9_-]{2,100}")
TAG = re.compile(r"[\w .-]{2,100}")
PREFIX = "/api/action/"
RESERVED = frozenset({"new", "edit", "search"})
ROOT_FIELDS = frozenset(
    {
        *(
            "id",
            "name",
            "title",
            "author",
            "author_email",
            "maintainer",
            "maintainer_email",
            "notes",
        ),
        *(
            "license_id",
            "url",
            "version",
            "state",
            "type",
            "owner_org",
            "private",
            "resources",
            "tags",
        ),
        *("extras", "groups", "relationships_as_object", "relationships_as_subject"),
    }
)


@dataclass
class Refusal(Exception):
    status: int
    kind: str
    detail: dict[str, Any]


@dataclass
class CkanPortal:
    """Datasets by name; `calls` are the actions asked for, in order."""

    token: str = "token-of-the-city"
    organisation: str = "kota-magelang"
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def answer(self, handler: BaseHTTPRequestHandler, asked: Asked) -> None:
        try:
            result = self._act(asked)
            self._say(handler, 200, {"success": True, "result": result})
        except Refusal as no:
            error = {"__type": no.kind, **no.detail}
            self._say(handler, no.status, {"success": False, "error": error})

    def _say(self, handler: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
        content = json.dumps({"help": "", **body}).encode()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json;charset=utf-8")
        handler.send_header("Content-Length", str(len(content)))
        handler.end_headers()
        handler.wfile.write(content)

    def _act(self, asked: Asked) -> dict[str, Any]:
        action = asked.path.removeprefix(PREFIX)
        actions = {
            "package_show": self._show,
            "package_create": self._create,
            "package_update": self._update,
        }
        if not asked.path.startswith(PREFIX) or action not in actions:
            raise Refusal(400, "Bad Request", {"message": f"Action name not known: {action}"})
        if asked.headers.get("content-type") != "application/json":
            raise Refusal(400, "Bad Request", {"message": "No request body data"})
        self.calls.append(action)
        if action != "package_show" and asked.headers.get("authorization") != self.token:
            raise Refusal(403, "Authorization Error", {"message": "Access denied: not authorized"})
        return actions[action](json.loads(asked.body))

    def _show(self, body: dict[str, Any]) -> dict[str, Any]:
        for dataset in self.datasets.values():
            if body["id"] in (dataset["id"], dataset["name"]):
                return dataset
        raise Refusal(404, "Not Found Error", {"message": "Not found: Dataset was not found."})

    def _create(self, body: dict[str, Any]) -> dict[str, Any]:
        if body.get("name") in self.datasets:
            raise Refusal(409, "Validation Error", {"name": ["That URL is already in use."]})
        return self._keep({**body, "id": str(uuid4())})

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        before = self._show({"id": body.get("id", body.get("name"))})
        del self.datasets[before["name"]]
        return self._keep({**body, "id": before["id"]})  # what is not sent again is gone

    def _keep(self, body: dict[str, Any]) -> dict[str, Any]:
        if not body.get("owner_org"):
            missing = {"owner_org": ["An organization must be provided"]}
            raise Refusal(409, "Validation Error", missing)
        if body["owner_org"] != self.organisation:
            wrong = {"owner_org": ["Organization does not exist"]}
            raise Refusal(409, "Validation Error", wrong)
        faults = dict(_faults(body))
        if faults:
            raise Refusal(409, "Validation Error", faults)
        kept = {**body, "resources": [{**r, "id": str(uuid4())} for r in body["resources"]]}
        self.datasets[body["name"]] = kept
        return kept


def _faults(body: dict[str, Any]) -> list[tuple[str, list[str]]]:
    found: list[tuple[str, list[str]]] = []
    if body.get("name") in RESERVED:
        found.append(("name", ["That name cannot be used"]))
    if not NAME.fullmatch(body.get("name", "")):
        found.append(("name", ["Must be purely lowercase alphanumeric and these symbols: -_"]))
    if any(not TAG.fullmatch(tag.get("name", "")) for tag in body.get("tags", [])):
        found.append(("tags", ["Tag can only contain alphanumeric characters, spaces, -_."]))
    keys = [extra.get("key") for extra in body.get("extras", [])]
    if len(set(keys)) < len(keys) or not all(keys) or ROOT_FIELDS.intersection(keys):
        found.append(("extras", ["There is a schema field with the same name"]))
    if any(not isinstance(extra.get("value"), str) for extra in body.get("extras", [])):
        found.append(("extras", ["Missing value"]))
    if any(not resource.get("url") for resource in body.get("resources", [])):
        found.append(("resources", ["Missing value"]))
    sizes = [resource["size"] for resource in body.get("resources", []) if "size" in resource]
    if any(type(size) is not int for size in sizes):
        found.append(("resources", ["Invalid integer"]))
    return found
