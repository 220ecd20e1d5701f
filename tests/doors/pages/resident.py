"""A resident with a browser without JavaScript: opens pages, fills in forms, presses buttons."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse


@dataclass
class Form:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def value(self, name: str) -> str | None:
        return next((value for known, value in self.fields if known == name), None)


@dataclass
class Page:
    """What a page says and which forms it has; `ids` are all ids, to prove that links arrive."""

    response: TestResponse
    title: str = ""
    text: str = ""
    forms: list[Form] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.response.status_code

    def form(self, action: str) -> Form:
        return next(form for form in self.forms if form.action == action)


class Reader(HTMLParser):
    """Reads controls as a browser would send them: checked ones, selected options, texts."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._form: Form | None = None
        self._within: list[str] = []
        self._select = ""
        self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in ("a", "b", "span"):
            self._page.text += " "
        if "id" in given:
            self._page.ids.append(given["id"])
        if tag in ("title", "script", "style", "textarea"):
            self._within.append(tag)
        if tag == "a" and "href" in given:
            self._page.links.append(given["href"])
        if tag == "form":
            self._form = Form(action=given.get("action", ""), method=given.get("method", "get"))
            self._page.forms.append(self._form)
        self._control(tag, given)

    def handle_endtag(self, tag: str) -> None:
        if self._within and self._within[-1] == tag:
            self._within.pop()
        if tag == "form":
            self._form = None
        if tag == "textarea" and self._form is not None and self._textarea:
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        where = self._within[-1] if self._within else ""
        if where == "title":
            self._page.title += data
        elif where == "textarea" and self._form is not None:
            name, before = self._form.fields.pop()
            self._form.fields.append((name, before + data))
        elif not where:
            self._page.text += data

    def _control(self, tag: str, given: Mapping[str, str]) -> None:
        if self._form is None:
            return
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button":
            self._form.buttons.append((name, value))
        elif tag == "textarea":
            self._textarea = name
            self._form.fields.append((name, ""))
        elif tag == "select":
            self._select = name
            self._form.fields.append((name, ""))
        elif tag == "option" and "selected" in given:
            self._form.fields = [pair for pair in self._form.fields if pair[0] != self._select]
            self._form.fields.append((self._select, value))
        elif tag == "input" and name and given.get("type") != "file":
            is_choice = given.get("type") in ("radio", "checkbox")
            if not is_choice or "checked" in given:
                self._form.fields.append((name, value))


def read(response: TestResponse) -> Page:
    page = Page(response=response)
    Reader(page).feed(response.text.replace("\r\n", "\n"))  # as a browser reads
    page.text = " ".join(page.text.split())
    return page


@dataclass
class Resident:
    client: FlaskClient

    def open(self, path: str, **query: str) -> Page:
        return read(self.client.get(path, query_string=query or None))

    def press(self, page: Page, action: str, **filled: Any) -> Page:
        """Fill in a form of the page and send it, as the browser would; follow where it leads."""
        return self.follow(self.send(page, action, **filled))

    def send(self, page: Page, action: str, **filled: Any) -> TestResponse:
        """As `press`, without following. A name may hold a dot: `**{"answers.jenis": "x"}`."""
        form = page.form(action)
        sent: MultiDict[str, Any] = MultiDict(form.fields)
        for name, value in filled.items():
            sent.setlist(name, value if isinstance(value, list) else [value])
        return self.client.post(action, data=sent, content_type="multipart/form-data")

    def follow(self, response: TestResponse) -> Page:
        if response.status_code == 303:
            return self.open(response.headers["Location"])
        return read(response)

    def report(self, category_code: str = "A04", **filled: Any) -> Page:
        """Report the usual thing, as a new one whatever is similar; return the page with the code."""
        page = self.open("/lapor", kategori=category_code)
        return self.press(page, "/lapor", **({**USUAL, "as_new": "1", **filled}))


USUAL = {
    "description": "Lampu jalan mati sejak tiga hari.",
    "area_code": "33.71.03.1005",
    "landmark": "dekat pos ronda",
}


def receipt_of(page: Page) -> tuple[str, str]:
    """Return code and secret as the page shows them."""
    words = page.text.split()
    code = words[words.index("laporan", words.index("Kode")) + 1]
    secret = words[words.index("rahasia", words.index("Kata")) + 1]
    return code, secret
