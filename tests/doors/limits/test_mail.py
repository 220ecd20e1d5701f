"""Nobody's mailbox is filled by somebody else."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from citizenreport.core.ids import new_public_id
from citizenreport.web.limits import LimitReached, Limits, count_mail
from tests.doors.limits.conftest import new_address


@pytest.fixture
def address() -> str:
    return f"{new_public_id()}@example.org"


def test_an_address_gets_five_a_day(
    app: Flask, session: Session, limits: object, address: str
) -> None:
    assert callable(limits)
    limits("mail-sender=1000/hour")
    for written in (address, f" {address.upper()} ", address, address, address):
        count_mail(written)

    with pytest.raises(LimitReached) as caught:
        count_mail(address)

    assert caught.value.public["limit"] == "mail-address"
    assert address not in repr(caught.value)
    count_mail(f"other-{address}")


def test_a_network_asks_for_so_many_whoever_they_are_for(
    app: Flask, session: Session, limits: object, address: str
) -> None:
    assert callable(limits)
    limits("mail-sender=3/hour")
    where = {"REMOTE_ADDR": new_address()}
    with app.test_request_context("/", environ_base=where):
        for number in range(3):
            count_mail(f"{number}-{address}")
        with pytest.raises(LimitReached) as caught:
            count_mail(f"9-{address}")
    assert caught.value.public["limit"] == "mail-sender"
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": new_address()}):
        count_mail(f"9-{address}")


def test_what_is_counted_in_one_process_counts_in_all(
    app: Flask, session: Session, limits: object, address: str
) -> None:
    assert callable(limits)
    one: Limits = limits("mail-address=2/day, mail-sender=1000/hour")
    count_mail(address)
    other: Limits = limits("mail-address=2/day, mail-sender=1000/hour")
    assert one is not other
    count_mail(address)
    with pytest.raises(LimitReached):
        count_mail(address)
