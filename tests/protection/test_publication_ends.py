"""What was taken back stays away from the public."""

import pytest
from sqlalchemy import select

from citizenreport.cities.rules import Visibility
from citizenreport.pipeline.hand_over import merge
from citizenreport.pipeline.handle import move_ticket
from citizenreport.publication.models import PublishedReply, PublishedReport
from citizenreport.publication.rules import Withdrawn
from citizenreport.triage.states import Party, State
from tests.scenes import Scene


def test_what_its_reporter_withdrew_is_not_released_again(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.released())
    act = scene.act(ticket, Party.REPORTER)
    move_ticket(scene.session, scene.city, scene.keys, ticket, State.WITHDRAWN, act=act)
    scene.session.commit()
    with pytest.raises(Withdrawn):
        scene.release(ticket)
    assert scene.session.scalars(select(PublishedReport)).all() == []


def test_a_text_that_is_held_again_takes_the_answers_with_it(scene: Scene) -> None:
    ticket = scene.ticket_of(scene.released())
    scene.reply(ticket, "Lampu di depan rumah Pak Budi kami ganti.")
    assert scene.session.scalars(select(PublishedReply.text)).all()
    scene.release(ticket, None)
    assert scene.session.scalars(select(PublishedReply.text)).all() == []
    assert scene.session.scalars(select(PublishedReport.text)).all() == [None]


@pytest.mark.parametrize("raised", ["first", "second"])
def test_raising_one_of_two_joined_reports_parts_them(scene: Scene, raised: str) -> None:
    tickets = {name: scene.ticket_of(scene.submit()) for name in ("first", "second")}
    first, second = tickets["first"], tickets["second"]
    act = scene.act(second)
    merge(scene.session, scene.city, scene.keys, second, first, act=act, reason="Sama.")
    scene.session.commit()
    assert second.parent_ticket_id == first.id
    scene.raise_(tickets[raised], Visibility.RESTRICTED)
    scene.session.refresh(second)
    assert second.parent_ticket_id is None
