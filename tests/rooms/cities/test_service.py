"""Which pack a database runs on."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session

from citizenreport.cities import service
from citizenreport.cities.changes import changes_between
from citizenreport.cities.models import PackVersion
from citizenreport.cities.pack import check_pack, good_city
from citizenreport.cities.queries import current_pack
from tests.rooms.cities.faults import Pack

NOW = datetime(2026, 6, 8, 9, tzinfo=UTC)


def load(session: Session, pack: Pack) -> service.Loaded:
    checked = check_pack(pack.folder)
    city = good_city(checked, "test")
    return service.load(session, city, content=checked.content, now=NOW)


def test_the_first_pack_says_what_it_holds(session: Session, pack: Pack) -> None:
    loaded = load(session, pack)
    assert loaded.changes == ["Paket pertama: 3 wilayah, 5 OPD, 4 kategori."]
    current = current_pack(session)
    assert current is not None
    assert (current.pack_version, current.city_code, current.loaded_at) == (
        loaded.pack_version,
        "CTH",
        NOW,
    )
    assert current.content["areas.csv"][1]["name"] == "Barat"
    assert current.content["city.toml"]["city"]["metric_crs"] == 32749
    assert current.content["areas.geojson"]["type"] == "FeatureCollection"


def test_the_same_files_change_nothing(session: Session, pack: Pack) -> None:
    first, second = load(session, pack), load(session, pack)
    assert second == (first.pack_version, [])
    assert len(session.scalars(select(PackVersion)).all()) == 1


def test_a_changed_pack_says_what_changed_and_keeps_the_old_one(
    session: Session, pack: Pack
) -> None:
    first = load(session, pack)
    pack.change("agencies.csv", "Dinas Pekerjaan Umum", "Dinas PUPR")
    pack.change("categories.csv", ",public,48,3,14", ",public,48,3,10")
    pack.change("routing.csv", "parkir-timur-siang,PARKIR,CTH-T,yes,DPU\n", "")
    pack.change("areas.geojson", "[110.22, -7.47]", "[110.22, -7.469]")
    pack.add("holidays.csv", "date,name,kind", "2026-12-09,Pilkada,libur_nasional")
    pack.change("city.toml", 'country = "ID"', 'country = "ID"\noffice_opens = "08:00"')
    second = load(session, pack)
    assert second.pack_version > first.pack_version
    assert second.changes == [
        "OPD DPU: name dari “Dinas Pekerjaan Umum” menjadi “Dinas PUPR”.",
        "areas.geojson: garis batas atau keterangan CTH-T berubah.",
        "Kategori LAMPU: settlement_working_days dari “14” menjadi “10”.",
        "city.toml calendar.office_opens ditambahkan.",
        "Hari 2026-12-09 ditambahkan.",
        "Rute parkir-timur-siang dihapus.",
    ]
    states = dict(session.execute(select(PackVersion.pack_version, PackVersion.is_current)).all())
    assert states == {first.pack_version: False, second.pack_version: True}


def test_going_back_to_an_older_pack_gives_its_old_number(session: Session, pack: Pack) -> None:
    first = load(session, pack)
    pack.change("agencies.csv", "Dinas Pekerjaan Umum", "Dinas PUPR")
    load(session, pack)
    pack.change("agencies.csv", "Dinas PUPR", "Dinas Pekerjaan Umum")
    third = load(session, pack)
    assert third.pack_version == first.pack_version
    assert third.changes == ["OPD DPU: name dari “Dinas PUPR” menjadi “Dinas Pekerjaan Umum”."]
    current = current_pack(session)
    assert current is not None
    assert current.pack_version == first.pack_version


def test_another_city_is_refused(session: Session, pack: Pack) -> None:
    load(session, pack)
    pack.change("city.toml", 'code = "CTH"', 'code = "LAIN"')
    with pytest.raises(service.AnotherCity):
        load(session, pack)


def test_a_city_knows_its_number_only_while_it_is_current(session: Session, pack: Pack) -> None:
    city = good_city(check_pack(pack.folder), "test")
    assert service.numbered(session, city).pack_version == 0
    loaded = load(session, pack)
    assert service.numbered(session, city).pack_version == loaded.pack_version
    assert service.numbered(session, replace(city, digest="0" * 64)).pack_version == 0


def test_the_database_holds_one_current_pack_at_most(session: Session, pack: Pack) -> None:
    load(session, pack)
    session.add(
        PackVersion(city_code="CTH", digest="x", loaded_at=NOW, content={}, is_current=True)
    )
    with pytest.raises(IntegrityError, match="uq_pack_version_current"):
        session.flush()


@pytest.mark.parametrize(
    "statement", ["DELETE FROM pack_version", "UPDATE pack_version SET content = '{}'"]
)
def test_the_service_cannot_rewrite_what_a_pack_said(
    session: Session, pack: Pack, statement: str
) -> None:
    load(session, pack)
    with pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(text(statement))


def test_what_the_database_gives_back_shows_no_change(session: Session, pack: Pack) -> None:
    load(session, pack)
    session.expire_all()
    current = current_pack(session)
    assert current is not None
    content = check_pack(pack.folder).content
    assert changes_between(current.content, content) == []
    assert json.loads(json.dumps(content)) == content


def test_periods_of_one_code_are_told_apart(pack: Pack) -> None:
    before = {"agencies.csv": [{"agency_code": "A", "name": "x", "valid_from": ""}]}
    after = {
        "agencies.csv": [
            {"agency_code": "A", "name": "x", "valid_from": "", "valid_to": "2026-12-31"},
            {"agency_code": "A", "name": "y", "valid_from": "2027-01-01"},
        ]
    }
    assert changes_between(before, after) == [
        "OPD A: valid_to dari “” menjadi “2026-12-31”.",
        "OPD A 2027-01-01 ditambahkan.",
    ]
