"""GeoReport documents in both forms. Source: GeoReport v2, "JSON and XML conversion"."""

import json
import xml.etree.ElementTree as ET

import pytest

from citizenreport.partners.georeport import Content, Form, Repeated, render

REQUESTS = Repeated(
    item="request",
    items=[{"service_request_id": "638344", "lat": -7.5, "description": "", "metadata": True}],
)


def test_the_name_of_the_root_is_dropped_in_json() -> None:
    assert json.loads(render("service_requests", REQUESTS, Form.JSON)) == [
        {"service_request_id": "638344", "lat": -7.5, "description": None, "metadata": True}
    ]


@pytest.mark.parametrize("items", [[], ["text/xml"], ["text/xml", "application/json"]])
def test_a_container_is_a_list_also_with_none_or_one(items: list[Content]) -> None:
    content = {"formats": Repeated(item="format", items=items)}
    assert json.loads(render("endpoint", content, Form.JSON)) == {"formats": items}
    root = ET.fromstring(render("endpoint", content, Form.XML))
    assert [element.text for element in root.findall("./formats/format")] == items
    assert root.find("formats") is not None


def test_xml_has_a_declaration_and_no_namespace() -> None:
    written = render("service_requests", REQUESTS, Form.XML)
    assert written.startswith(b'<?xml version="1.0" encoding="utf-8"?>')
    assert b"xmlns" not in written
    assert b"<metadata>true</metadata>" in written
    assert b"<description/>" in written


def test_text_that_looks_like_markup_stays_text() -> None:
    said = "<b>&\"'</b> 𝄞 ꦗꦮ"
    root = ET.fromstring(render("error", {"description": said}, Form.XML))
    assert root.findtext("description") == said


def test_what_xml_cannot_hold_is_left_out() -> None:
    written = render("error", {"description": "a\x00b\x0bc\uffffd\te"}, Form.XML)
    assert ET.fromstring(written).findtext("description") == "abcd\te"
