"""Reports that come twice, and reports that are the same as others."""

from pathlib import Path

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City
from citizenreport.core.keys import KeyRing
from tests.imports import import_file
from tests.pipeline.importing.old_files import MAPPING, counts, history, ticket_of, write


def test_a_report_twice_in_one_file_is_one_report(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"id": "X"}, {"id": "X", "closed": "2024-05-03 09:00:00"}, {"id": "X"}]
    run, _ = import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    assert (run.tally.added, run.tally.updated, run.tally.unchanged) == (1, 1, 1)
    assert counts(session)[:3] == (1, 1, 1)


def test_duplicates_find_an_original_that_comes_later_and_chains_too(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"same_as": "R3"}, {"same_as": "R1"}, {"same_as": "R4"}, {}, {"same_as": "gone"}]
    path = write(tmp_path / "a.csv", rows)
    run, _ = import_file(path, MAPPING, city, keys, batch_rows=2)
    assert run.tally.added == 5
    first, second, third, fourth, fifth = (ticket_of(session, f"R{n}") for n in range(1, 6))
    assert first.parent_ticket_id == third.id
    assert second.parent_ticket_id == first.id
    assert third.parent_ticket_id == fourth.id
    assert (fourth.state, fourth.parent_ticket_id) == ("new", None)
    assert (fifth.state, fifth.parent_ticket_id) == ("duplicate", None)
    told = history(session, first.id)[-1].payload
    assert (told["to"], told["parent_ticket_id"]) == ("duplicate", str(third.id))


def test_an_original_that_comes_with_a_newer_snapshot_is_joined_then(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    import_file(write(tmp_path / "a.csv", [{"same_as": "R2"}]), MAPPING, city, keys)
    import_file(write(tmp_path / "a.csv", [{"same_as": "R2"}, {}]), MAPPING, city, keys)
    child, original = ticket_of(session, "R1"), ticket_of(session, "R2")
    assert child.parent_ticket_id == original.id
    assert history(session, child.id)[-1].type == "parent_found"


def test_a_circle_of_duplicates_ends(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"same_as": "R2"}, {"same_as": "R1"}]
    run, _ = import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    assert run.tally.added == 2


def test_a_join_never_crosses_visibility(
    session: Session, city: City, keys: KeyRing, tmp_path: Path
) -> None:
    rows = [{"seen_by": "some"}, {"same_as": "R1"}, {"same_as": "R1", "seen_by": "some"}]
    import_file(write(tmp_path / "a.csv", rows), MAPPING, city, keys)
    assert ticket_of(session, "R2").parent_ticket_id is None
    assert ticket_of(session, "R3").parent_ticket_id == ticket_of(session, "R1").id
