"""`/petugas/indikator`: figures of other bodies, and where the public sees them."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from citizenreport.core.clock import utcnow
from citizenreport.indicators.models import ImportedIndicatorValue
from citizenreport.indicators.rules.imported import (
    MAX_EVIDENCE_BYTES,
    EvidenceInvalid,
    check_evidence,
)
from citizenreport.jobs.forgetting import sweep_files
from citizenreport.web.context import current_storage
from tests.doors.console.conftest import TOKEN, Desk, Visitor
from tests.doors.console.people import DESK

PAGE = "/petugas/indikator"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
GIVEN = {"code": "I07", "year": "2024", "value": "6,248", "source": "SETARA Institute, IKT 2024"}


def send(visitor: Visitor, evidence: bytes = PDF, **changes: str) -> TestResponse:
    match = TOKEN.search(visitor.get(PAGE).text)
    assert match is not None
    fields = GIVEN | {"csrf_token": match[1]} | changes
    return visitor.client.post(
        PAGE,
        data=fields | {"evidence": (BytesIO(evidence), "bukti.pdf")},
        content_type="multipart/form-data",
    )


def rows(session: Session) -> list[tuple[str, int, int, Decimal]]:
    session.expire_all()
    row = ImportedIndicatorValue
    query = select(row).order_by(row.code, row.year, row.revision)
    return [(v.code, v.year, v.revision, v.value) for v in session.scalars(query)]


def test_a_figure_enters_and_anyone_reads_it_with_its_source(
    desk: Desk, session: Session, client: FlaskClient
) -> None:
    visitor = desk.person(DESK)
    done = send(visitor)
    assert (done.status_code, done.headers["Location"]) == (303, f"{PAGE}?beres=simpan")
    assert rows(session) == [("I07", 2024, 1, Decimal("6.2480"))]
    page = visitor.get(PAGE).text
    assert "6,248" in page
    document = visitor.get(f"{PAGE}/bukti/I07/2024/1")
    assert (document.data, document.headers["Content-Type"]) == (PDF, "application/pdf")
    assert document.headers["Content-Disposition"].startswith("attachment")
    public = client.get("/indikator/I07").text
    assert "6,248" in public
    assert "SETARA Institute, IKT 2024" in public
    assert "6,248" in client.get("/indikator").text
    assert client.get(f"{PAGE}/bukti/I07/2024/1").status_code == 303  # to the login


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"value": "7,001"}, "value"),
        ({"value": "0,99"}, "value"),
        ({"value": "-1"}, "value"),
        ({"value": "enam"}, "value"),
        ({"code": "I08", "value": "100.01"}, "value"),
        ({"code": "I21", "value": "10,5"}, "value"),
        ({"code": "I01", "value": "5"}, "code"),
        ({"code": "I99", "value": "5"}, "code"),
        ({"year": "1999"}, "year"),
        ({"year": "2999"}, "year"),
        ({"year": "dua"}, "year"),
        ({"source": "  "}, "source"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    desk: Desk, session: Session, changes: dict[str, str], field: str
) -> None:
    refused = send(desk.person(DESK), **changes)
    assert refused.status_code == 422
    assert f'href="#{field}"' in refused.text
    assert rows(session) == []
    typed = GIVEN | changes
    assert f'value="{typed["year"]}"' in refused.text  # filled in as it was


@pytest.mark.parametrize(
    "evidence",
    [b"", b"GIF89a", b"%PDF-1.7\ncut off"],
    ids=["nothing", "picture", "cut"],
)
def test_without_a_whole_pdf_nothing_is_kept(desk: Desk, session: Session, evidence: bytes) -> None:
    refused = send(desk.person(DESK), evidence)
    assert refused.status_code == 422
    assert 'href="#evidence"' in refused.text
    assert rows(session) == []


def test_a_correction_needs_a_reason_and_keeps_what_was(
    desk: Desk, session: Session, client: FlaskClient
) -> None:
    visitor = desk.person(DESK)
    assert send(visitor).status_code == 303
    assert send(visitor).status_code == 303  # pressed twice
    assert len(rows(session)) == 1
    refused = send(visitor, value="6,25")
    assert refused.status_code == 409
    assert 'href="#correction"' in refused.text
    assert send(visitor, value="6,25", correction="Salah ketik").status_code == 303
    assert [row[2:] for row in rows(session)] == [(1, Decimal("6.2480")), (2, Decimal("6.2500"))]
    public = client.get("/indikator/I07").text
    assert "<b>6,250</b>" in public
    assert "<b>6,248</b>" not in public
    assert "Salah ketik" not in public


def test_the_evidence_is_not_swept_away(desk: Desk, session: Session) -> None:
    send(desk.person(DESK))
    key = session.scalars(select(ImportedIndicatorValue.evidence_key)).one()
    storage = current_storage()
    sweep_files(storage, now=utcnow() + timedelta(days=2))
    assert storage.get(key) == PDF


def test_documents_that_are_not_there(desk: Desk) -> None:
    visitor = desk.person(DESK)
    for rest in ("I07/2024/1", "I99/2024/1", "I07/99999999999/1", "I07/2024/99999999999"):
        assert visitor.get(f"{PAGE}/bukti/{rest}").status_code == 404


def test_a_document_has_a_bearable_size() -> None:
    check_evidence(PDF)
    with pytest.raises(EvidenceInvalid):
        check_evidence(b"%PDF-1.7\n" + b"0" * MAX_EVIDENCE_BYTES + b"%%EOF")
