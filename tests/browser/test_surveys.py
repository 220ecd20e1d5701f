"""Both surveys in a real browser: without JavaScript, by keyboard, for every eye and width."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from axe_playwright_python.sync_playwright import Axe

from citizenreport.core.db import transaction
from citizenreport.surveys import service as surveys
from citizenreport.surveys.models import PulseRow
from citizenreport.triage.states import State
from citizenreport.web.context import current_city, current_keys, current_storage
from tests.browser.conftest import Visit
from tests.browser.test_looks import TOO_SMALL, wider_than_the_window
from tests.browser.test_resident import AsStaff, follow
from tests.doors.pages.resident import Resident, receipt_of
from tests.doors.pages.staff import Staff
from tests.servers import LiveServer

Begin = Callable[..., Visit]
DONE = (State.VERIFIED, State.IN_PROGRESS, State.RESOLVED)


@dataclass(frozen=True, kw_only=True)
class Settled:
    """A report that was settled and may be asked about."""

    code: str
    secret: str


@pytest.fixture
def settled(service: LiveServer) -> Settled:
    return make_settled(service)


@pytest.fixture(scope="module")
def to_look_at(service: LiveServer) -> Settled:
    with service.database.app.app_context(), transaction() as session:
        for number in range(90):
            session.add(
                PulseRow(
                    id=uuid4(),
                    month_on=date(2026, 9, 1),
                    by_day="safe" if number % 5 else "unsafe",
                    after_dark="unsafe" if number % 2 else "safe",
                    area_code=("33.71.03.1005", "33.71.01.1003", None)[number % 3],
                    age_band=("15-24", "65+")[number % 2],
                    sex=("female", "male")[number % 2],
                    browser_hmac=None,
                    network_hmac=None,
                    arrived_at=None,
                    is_demo=True,
                )
            )
        surveys.publish_pulse(session, current_city(), now=datetime(2026, 11, 1, tzinfo=UTC))
    return make_settled(service)


def make_settled(service: LiveServer, category_code: str = "A04") -> Settled:
    app = service.database.app
    with app.app_context():
        code, secret = receipt_of(Resident(app.test_client()).report(category_code))
        with transaction() as session:
            storage = current_storage()
            staff = Staff(
                session=session, city=current_city(), keys=current_keys(), storage=storage
            )
            staff.move(code, *DONE)
    return Settled(code=code, secret=secret)


def test_the_survey_and_the_objection_without_javascript(
    visit: Begin, settled: Settled, as_staff: AsStaff
) -> None:
    made = visit(java_script_enabled=False)
    page = made.page
    follow(made, settled.code, settled.secret)
    page.get_by_role("link", name="Isi survei").click()
    done = page.get_by_role("group", name="Apakah masalahnya benar-benar sudah beres?")
    done.get_by_label("Belum beres").check()
    fast = page.get_by_role("group", name="Seberapa cepat laporan ditangani?")
    fast.get_by_label("Kurang cepat").check()
    page.get_by_role("button", name="Kirim jawaban").click()
    page.get_by_role("button", name="Ajukan keberatan").click()
    assert page.get_by_text("Keberatan Anda sudah kami terima").is_visible()
    states = []
    as_staff(lambda staff: states.append(staff.ticket(settled.code).state))
    assert states == [State.CONTESTED]


def test_the_pulse_by_keyboard_alone(visit: Begin) -> None:
    made = visit()
    page = made.page
    made.open("/rasa-aman")
    page.get_by_role("group", name="Setelah gelap").get_by_label("Lewati").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    assert (
        page.get_by_role("group", name="Setelah gelap")
        .get_by_label("Sangat tidak aman")
        .is_checked()
    )
    page.get_by_role("button", name="Kirim jawaban").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/rasa-aman/terima-kasih")
    assert page.get_by_role("heading", name="Terima kasih").is_visible()


def test_a_confidential_survey_leaves_a_neutral_history(visit: Begin, service: LiveServer) -> None:
    known, made = make_settled(service, "A12"), visit()
    follow(made, known.code, known.secret)
    made.page.get_by_role("link", name="Isi survei").click()
    made.page.wait_for_url("**/lacak/survei")
    assert made.page.title() == "Survei · Kota Magelang"
    assert made.page.get_by_role("button", name="Keluar cepat").is_visible()
    assert made.page.evaluate("localStorage.length + sessionStorage.length") == 0


def the_survey(made: Visit, known: Settled) -> None:
    follow(made, known.code, known.secret)
    made.page.wait_for_url("**/lacak/laporan")
    made.open("/lacak/survei")


def the_survey_with_faults(made: Visit, known: Settled) -> None:
    the_survey(made, known)
    made.page.evaluate("document.querySelectorAll('input[value=\"\"]').forEach((i) => i.click())")
    made.page.get_by_role("button", name="Kirim jawaban").click()
    made.page.get_by_role("alert").wait_for()


def the_thanks(made: Visit, known: Settled) -> None:
    the_survey(made, known)
    made.page.get_by_label("Belum beres").check()
    made.page.get_by_role("button", name="Kirim jawaban").click()
    made.page.wait_for_url("**/terima-kasih")


def the_pulse(made: Visit, known: Settled) -> None:
    made.open("/rasa-aman")


def the_pulse_with_faults(made: Visit, known: Settled) -> None:
    made.open("/rasa-aman")
    made.page.get_by_role("button", name="Kirim jawaban").click()
    made.page.get_by_role("alert").wait_for()


def the_results(made: Visit, known: Settled) -> None:
    made.open("/rasa-aman/hasil")


PAGES = (the_survey, the_survey_with_faults, the_thanks, the_pulse, the_pulse_with_faults)
PAGES += (the_results,)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("go", PAGES, ids=lambda go: go.__name__)
def test_axe_finds_nothing(
    visit: Begin, to_look_at: Settled, go: Callable[[Visit, Settled], None], scheme: str
) -> None:
    made = visit(color_scheme=scheme, reduced_motion="reduce")
    go(made, to_look_at)
    found = Axe().run(made.page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("go", PAGES, ids=lambda go: go.__name__)
def test_nothing_sticks_out_and_nothing_is_too_small_to_hit(
    visit: Begin, to_look_at: Settled, go: Callable[[Visit, Settled], None], width: int
) -> None:
    made = visit(viewport={"width": width, "height": 740})
    go(made, to_look_at)
    assert wider_than_the_window(made.page) <= 0
    assert made.page.evaluate(TOO_SMALL) == []
