"""Recaps over real reports: only what is public is counted, the rest in bands."""

from datetime import datetime, timedelta

from citizenreport.cities.rules import City, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.pipeline.recaps.figures import read_recap
from citizenreport.pipeline.recaps.rules import Band, Counted, Recap, Week, last_week
from citizenreport.triage.states import State
from tests.scenes import Scene

LAMP, ROAD, VIOLENCE = "A04", "A08", "A12"


def this_week(city: City) -> Week:
    return Week(monday=last_week(city.local_date(utcnow())).monday + timedelta(days=7))


def long_ago(city: City) -> datetime:
    return this_week(city).span(city.calendar.time_zone)[0] - timedelta(days=100)


def recap(scene: Scene, week: Week | None = None, agency_code: str | None = None) -> Recap:
    wanted = week or this_week(scene.city)
    return read_recap(scene.session, scene.city, wanted, agency_code=agency_code)


def test_public_reports_are_counted_exactly(scene: Scene) -> None:
    late = scene.released(LAMP, now=long_ago(scene.city))
    ticket = scene.ticket_of(late)
    scene.move(scene.ticket_of(scene.released(LAMP)), State.RETURNED)
    found = recap(scene, agency_code=ticket.agency_code)
    assert found.figures[Counted.RECEIVED].now == 1
    assert found.figures[Counted.RETURNED].now == 1
    assert found.figures[Counted.OPEN].now == 2
    assert found.figures[Counted.OPEN].before == 1
    assert found.figures[Counted.OVERDUE].now == found.figures[Counted.OVERDUE].before == 1
    (slow,) = found.slowest
    assert slow.tracking_code == late.tracking_code
    assert slow.days_late > 20


def test_what_is_not_public_changes_no_figure(scene: Scene) -> None:
    """Two worlds: with and without hidden reports, few of them, the recap is the same."""
    released = scene.released(LAMP, now=long_ago(scene.city))
    code = scene.ticket_of(released).agency_code
    before = recap(scene), recap(scene, agency_code=code)
    for _ in range(4):
        scene.submit(LAMP, now=long_ago(scene.city))
        scene.submit(ROAD, now=long_ago(scene.city))
        scene.submit(LAMP, now=long_ago(scene.city), wish=Visibility.CONFIDENTIAL)
        scene.submit(VIOLENCE, now=long_ago(scene.city))
    assert (recap(scene), recap(scene, agency_code=code)) == before


def test_who_publishes_nothing_does_not_look_good(scene: Scene) -> None:
    for _ in range(10):
        sent = scene.submit(LAMP, now=long_ago(scene.city))
    (row,) = recap(scene).agencies
    assert row.agency_code == scene.ticket_of(sent).agency_code
    assert row.hidden_overdue is Band.SOME
    assert row.figures[Counted.OVERDUE].now == 0


def test_confidential_reports_are_in_no_band(scene: Scene) -> None:
    for _ in range(12):
        scene.submit(VIOLENCE, now=long_ago(scene.city))
    assert recap(scene).agencies == ()


def test_what_leaves_the_public_leaves_earlier_recaps(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.released(LAMP, now=long_ago(scene.city)))
    week = this_week(scene.city).before
    assert recap(scene, week).figures[Counted.OVERDUE].now == 1
    scene.raise_(ticket)
    found = recap(scene, week)
    assert found.figures[Counted.OVERDUE].now == 0
    assert found.slowest == ()
