"""`/indikator/peringkat` and `/indikator/komposit`."""

from datetime import UTC, datetime
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.indicators.models import PublishedRanking
from tests.figures import TOLERANCE, add_figures

AT = datetime(2026, 6, 30, 17, tzinfo=UTC)


def place(subject: str, **changes: object) -> PublishedRanking:
    given: dict[str, object] = {
        "measure": "I02",
        "kind": "instansi",
        "year": 2026,
        "subject_code": subject,
        "mix": "category",
        "n": 120,
        "coverage": Decimal("88.00"),
        "value": Decimal("71.25"),
        "low": Decimal("62.40"),
        "high": Decimal("78.60"),
        "first": 1,
        "last": 2,
        "why_not": None,
        "cut_off_at": AT,
    }
    return PublishedRanking(**(given | changes))  # type: ignore[arg-type]


def test_overlapping_intervals_are_shown_as_a_tie(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    few = {"value": None, "low": None, "high": None, "first": None, "last": None}
    session.add_all(
        [
            place("DLH"),
            place("DISHUB", value=Decimal("69.00")),
            place("DPUPR", first=3, last=3, value=Decimal("20.00")),
            place("SATPOLPP", n=12, coverage=Decimal(0), why_not="few", **few),
        ]
    )
    session.commit()
    page = client.get("/indikator/peringkat?ukuran=I02&menurut=instansi&tahun=2026").text
    assert page.count("<b>1–2</b>") == 2
    assert page.count(">seri<") == 2
    assert "<b>3</b>" in page
    assert "62,4–78,6" in page
    drawn = page.partition("<figure")[2].partition("</figure>")[0]
    assert 'role="img"' in drawn
    assert "2026, dari Dinas Lingkungan Hidup (71,2) sampai" in drawn
    assert "(20,0). Angkanya ada di tabel." in drawn
    assert "kurang dari 30" in page.partition("Tanpa peringkat")[2]


def test_without_rankings_the_page_says_why(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    page = client.get("/indikator/peringkat?ukuran=X&menurut=Y&tahun=Z")
    assert page.status_code == 200
    assert "Belum ada yang dapat dibandingkan" in page.text
    assert "<figure" not in page.text


def test_a_composite_stands_beside_its_parts_and_is_none_without_one(
    client: FlaskClient, session: Session, magelang: City
) -> None:
    add_figures(session, *TOLERANCE)
    page = client.get("/indikator/komposit").text
    tolerance = page.partition('id="komposit-toleransi"')[2].partition("</section>")[0]
    assert "<b>67,5</b>" in tolerance  # of 75 and 60
    assert "67,1" in tolerance  # their geometric mean
    assert "62,7–72,0" in tolerance
    assert "63,0–72,0" in tolerance.partition("<details")[2]
    assert "tidak dihitung: belum ada I08" in tolerance
    assert "6,248" in tolerance
