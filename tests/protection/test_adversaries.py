"""Who must learn nothing tries everything against confidential tickets (protection.md, section 1).

Four people who could do harm, and the city desk: the lead of the accused body, to which the category
leads; a colleague of the leading agency who is no handler; an administrator; an account of the
kelurahan another report is about. Every route of the service is asked with every id of the
tickets, and must answer as for one that does not exist. Every list, count, search, export, map and
form is asked in a world without the tickets and in one with them.

Administrators and the city desk are granted that a ticket exists, its state and its deadline. They
are asked in two worlds whose tickets have nothing but these in common.
"""

import re
from datetime import date
from typing import Final

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, ProtectionClass
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.identity.rules import Grant, Role
from tests.protection.walk.asking import (
    NOBODYS,
    NOBODYS_CODE,
    Answer,
    Asker,
    Hidden,
    Question,
    about,
    of_lists,
)
from tests.protection.walk.stage import GAMBLING, GRAVE, KELURAHAN, Stage, handler

NOTHING: Final = {
    "accused-lead": (Grant(role=Role.AGENCY_LEAD, agency_code="KESBANGPOL"),),
    "colleague": (Grant(role=Role.OFFICER, agency_code="KESBANGPOL"),),
    "accused-and-handler": (
        handler("INSPEKTORAT", ProtectionClass.TOLERANCE),
        Grant(role=Role.OFFICER, agency_code="KESBANGPOL"),
    ),
    "kelurahan": (Grant(role=Role.OFFICER, agency_code=KELURAHAN),),
}
"""Who gets nothing. The third handles such reports at the body that takes the first one, and has a
second role at the body it is about."""
ADMINISTRATOR: Final = Grant(role=Role.ADMINISTRATOR)
CITY_DESK: Final = Grant(role=Role.CITY_DESK)
EXISTENCE_SHOWN: Final = {
    "/petugas",
    "/petugas/tiket",
    "/petugas/tiket/papan",
    "/petugas/tiket/perubahan",
}
"""Where administrators and the city desk see that a ticket exists."""
DESK_SHOWN: Final = EXISTENCE_SHOWN | {"/petugas/kendali", "/petugas/tiket/ekspor"}
"""The city desk's control room counts all tickets, and its exports say how many they leave out."""
BACK_TO_THE_LIST: Final = {f"/petugas/{path}" for path in ("tampilan", "tiket/saring")} | {
    f"/petugas/tiket/{path}" for path in ("cari", "kolom")
}
"""Forms that are answered with the list."""
FINGERPRINT: Final = re.compile(r'tampil=[\w-]+|data-tag="[^"]+"')
"""Of ids and of how often a ticket changed (decision 26): other for each ticket, and no content."""


@pytest.fixture
def stage(app: Flask, session: Session, magelang: City, keys: KeyRing) -> Stage:
    return Stage(app, session, magelang, keys)


def unlike(stage: Stage, asker: Asker, hidden: Hidden) -> set[str]:
    """Return the questions about something hidden that were not answered as about nothing."""
    names = (str(NOBODYS), NOBODYS_CODE, *hidden.codes)
    of_nothing: dict[str, Answer] = {}
    found = set()
    for question, twin, name in about(stage.app, hidden, asker.under):
        if str(twin) not in of_nothing:
            of_nothing[str(twin)] = asker.ask(twin, *names)
        answer = asker.ask(question, name, *names)
        if answer != of_nothing[str(twin)] and answer == asker.ask(question, name, *names):
            found.add(f"{question.method} {question.address}")
    return found


def lists(stage: Stage, asker: Asker, hidden: Hidden) -> dict[str, Answer]:
    """Ask every list, count, search and form, with the facts of the grave's report."""
    return {
        str(question): asker.ask(question, *hidden.codes)
        for question in of_lists(stage.app, GRAVE.told, asker.under)
    }


def differing(one: dict[str, Answer], other: dict[str, Answer]) -> set[str]:
    return {name for name, answer in one.items() if other[name] != answer}


def steady(
    stage: Stage, asker: Asker, hidden: Hidden, names: set[str], answers: dict[str, Answer]
) -> set[str]:
    """Leave out what answers otherwise each time, as with a challenge or a new secret."""
    return {
        str(question)
        for question in of_lists(stage.app, GRAVE.told, asker.under)
        if str(question) in names and asker.ask(question, *hidden.codes) == answers[str(question)]
    }


def without_fingerprints(answers: dict[str, Answer]) -> dict[str, Answer]:
    return {
        name: (
            status,
            tuple(header for header in headers if header[0] != "ETag"),
            FINGERPRINT.sub("", body),
        )
        for name, (status, headers, body) in answers.items()
    }


def paths(names: set[str]) -> set[str]:
    return {name.split()[1].partition("?")[0] for name in names}


def today(stage: Stage) -> date:
    return stage.city.local_date(utcnow())


@pytest.mark.parametrize("who", NOTHING)
def test_whoever_is_granted_nothing_learns_nothing(stage: Stage, who: str) -> None:
    learns_nothing(stage, stage.asker(*NOTHING[who]))


@pytest.mark.parametrize("agency_code", ["KESBANGPOL", "DISKOMINSTA"], ids=["lead", "city-desk"])
def test_no_program_learns_anything(stage: Stage, agency_code: str) -> None:
    """Not even the city desk's: a key is no person, and sees no ticket that is confidential."""
    learns_nothing(stage, stage.program(agency_code))


def learns_nothing(stage: Stage, asker: Asker) -> None:
    with stage.world(GRAVE) as hidden:
        assert unlike(stage, asker, hidden) == set()
    for _ in range(2):  # once more should midnight fall between the two worlds
        day = today(stage)
        with stage.world(None) as none:
            before = lists(stage, asker, none)
        with stage.world(GRAVE) as hidden:
            after = lists(stage, asker, hidden)
            told = steady(stage, asker, hidden, differing(before, after), after)
        if today(stage) == day:
            break
    assert {200} < {status for status, _, _ in before.values()}
    assert told == set()


@pytest.mark.parametrize(
    ("grant", "shown"),
    [(ADMINISTRATOR, EXISTENCE_SHOWN), (CITY_DESK, DESK_SHOWN)],
    ids=["administrator", "city-desk"],
)
def test_whoever_is_granted_that_it_exists_learns_its_state_and_deadline(
    stage: Stage, grant: Grant, shown: set[str]
) -> None:
    asker = stage.asker(grant)
    for _ in range(2):
        day = today(stage)
        with stage.world(None) as hidden:
            none = lists(stage, asker, hidden)
        with stage.world(GRAVE) as hidden:
            one = lists(stage, asker, hidden)
            seen = steady(stage, asker, hidden, differing(none, one), one)
            calls = calls_of(asker, hidden)
        with stage.world(GAMBLING) as hidden:
            other = lists(stage, asker, hidden)
            unequal = differing(without_fingerprints(one), without_fingerprints(other))
            told = steady(stage, asker, hidden, unequal, other)
            assert without_fingerprints(calls_of(asker, hidden)) == without_fingerprints(calls)
        if today(stage) == day:
            break
    assert told == set()
    assert shown <= paths(seen) <= shown | BACK_TO_THE_LIST


def calls_of(asker: Asker, hidden: Hidden) -> dict[str, Answer]:
    """Ask for the page of each call about a hidden ticket, by its place among them."""
    return {
        f"GET call-{place}": asker.ask(
            Question(method="GET", address=f"/petugas/panggilan/{call_id}"), *hidden.codes
        )
        for place, call_id in enumerate(hidden.of("call_id"))
    }


def test_an_administrator_opens_nothing_of_a_hidden_ticket(stage: Stage) -> None:
    asker = stage.asker(ADMINISTRATOR)
    with stage.world(GRAVE) as hidden:
        assert unlike(stage, asker, hidden) == set()


def test_the_city_desk_opens_only_the_calls_that_come_to_it(stage: Stage) -> None:
    asker = stage.asker(CITY_DESK)
    with stage.world(GRAVE) as hidden:
        called = {f"/petugas/panggilan/{call_id}" for call_id in hidden.of("call_id")[:2]}
        found = unlike(stage, asker, hidden)
    assert found == {f"GET {page}" for page in called} | {f"POST {page}/jawab" for page in called}


def test_the_walk_sees_what_opens(stage: Stage) -> None:
    """A handler of the class is answered otherwise: by lists, by addresses and by forms."""
    asker = stage.asker(handler("KESBANGPOL", ProtectionClass.TOLERANCE))
    with stage.world(None) as none:
        before = lists(stage, asker, none)
    with stage.world(GRAVE) as hidden:
        told = differing(before, lists(stage, asker, hidden))
        opened = unlike(stage, asker, hidden)
        about_lead, about_village = hidden.of("ticket_id")
    assert {"GET /petugas/tiket?kategori=T03", "GET /petugas/tiket/papan?kategori=T03"} <= told
    assert {"/petugas", "/petugas/tiket/perubahan", "/petugas/tiket/ekspor"} <= paths(told)
    page = f"/petugas/tiket/{about_village}"
    assert {f"GET {page}", f"GET {page}/hak-jawab", f"POST {page}/catatan"} <= opened
    assert {"POST /petugas/tiket/cari", "POST /petugas/tiket/sekaligus"} <= opened
    assert not any(str(about_lead) in name for name in opened), (
        "about a body this person belongs to"
    )
