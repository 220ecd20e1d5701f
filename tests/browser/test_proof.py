"""The proof of work is solved by the browser while the form is filled in."""

from collections.abc import Callable
from datetime import UTC, datetime

from playwright.sync_api import expect

from citizenreport.core.keys import KeyRing
from citizenreport.web.proof import Outcome, check_proof
from tests.browser.conftest import Visit
from tests.servers import LiveServer

FORM = "/lapor?kategori=A04"
WORDS = "Lampu jalan mati sejak kemarin."


def test_the_form_carries_a_proof_that_the_server_accepts(
    visit: Callable[..., Visit], keys: KeyRing
) -> None:
    one = visit()
    one.open(FORM)
    proof = one.page.locator("[data-proof]")
    expect(proof).to_have_value("")

    one.page.get_by_label("Apa yang terjadi?").fill(WORDS)
    expect(one.page.locator("[data-proof]")).not_to_have_value("", timeout=20_000)

    found = check_proof(keys, proof.input_value(), level=0, now=datetime.now(UTC))
    assert found.outcome is Outcome.ACCEPTED


def test_where_no_challenge_is_to_be_had_the_form_is_sent_without(
    visit: Callable[..., Visit],
) -> None:
    one = visit()
    one.page.route("**/api/v1/challenge", lambda route: route.fulfill(status=404))
    one.open(FORM)
    one.page.get_by_label("Apa yang terjadi?").fill(WORDS)
    one.page.get_by_label("Kelurahan").select_option(index=1)

    one.page.get_by_role("button", name="Kirim laporan").click()

    one.page.wait_for_url("**/lapor/terkirim")


def test_the_report_sent_from_it_uses_the_proof_up_and_needs_no_second_look(
    visit: Callable[..., Visit], service: LiveServer
) -> None:
    before = used_and_marked(service)
    one = visit()
    one.open(FORM)
    one.page.get_by_label("Apa yang terjadi?").fill(WORDS)
    one.page.get_by_label("Kelurahan").select_option(index=1)
    expect(one.page.locator("[data-proof]")).not_to_have_value("", timeout=20_000)

    one.page.get_by_role("button", name="Kirim laporan").click()
    one.page.wait_for_url("**/lapor/terkirim")

    used, marked = used_and_marked(service)
    assert (used, marked) == (before[0] + 1, before[1])


def used_and_marked(service: LiveServer) -> tuple[int, int]:
    with service.database.owner() as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM used_proof),"
            " (SELECT count(*) FROM ticket WHERE needs_check)"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])
