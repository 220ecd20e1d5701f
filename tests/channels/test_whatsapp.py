"""A report by WhatsApp: signed notifications in, lists and buttons back, within the window."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from citizenreport.conversations.models import ChatAnswer, ChatMessage
from citizenreport.core.keys import Place, open_sealed
from citizenreport.intake.models import Photo, Report, ReportKey
from citizenreport.jobs.chats import answer_chat, send_chat
from tests.channels.fake_whatsapp import NUMBER_ID, VERIFY, FakeWhatsApp, Phone, signed
from tests.channels.pictures import a_photo
from tests.jobs.world import World

LAMP = "Lampu jalan di depan warung kanarikata mati sejak kemarin"
PANJANG = {"latitude": -7.478474, "longitude": 110.22199, "name": "Warung"}


def rows(world: World, model: type) -> int:
    return world.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_whole_chat_becomes_one_report(
    world: World, phone: Phone, whatsapp: FakeWhatsApp
) -> None:
    answer = phone.say(LAMP)
    assert answer["interactive"]["type"] == "list"
    assert phone.press()["interactive"]["type"] == "location_request_message"
    assert phone.send(phone.message("location", location=PANJANG))["interactive"]["type"] == (
        "button"
    )
    whatsapp.media["2754859441498128"] = a_photo()
    image = {"id": "2754859441498128", "mime_type": "image/jpeg", "sha256": "x"}
    phone.send(phone.message("image", image=image))
    phone.press()  # go on
    phone.press()  # yes, at this number
    answer = phone.press()  # send
    report = world.session.scalars(select(Report)).one()
    assert (report.channel, report.category_code, report.description) == ("whatsapp", "A04", LAMP)
    assert report.tracking_code in answer["text"]["body"]
    photo = world.session.scalars(select(Photo)).one()
    assert b"kanari-exif" not in world.storage.get(photo.storage_key)
    assert json.loads(contact_of(world, report))["phone"] == f"+{phone.number}"


def contact_of(world: World, report: Report) -> bytes:
    key = world.session.get(ReportKey, report.id)
    assert key is not None
    assert report.contact_sealed is not None
    data_key = world.keys.unwrap(key.key_id, bytes(key.wrapped_key), row=str(report.id))
    place = Place(table="report", column="contact_sealed", row=str(report.id))
    return open_sealed(data_key, bytes(report.contact_sealed), place)


def test_more_choices_than_a_list_holds_are_written_out(phone: Phone) -> None:
    phone.say(LAMP)
    phone.press()
    answer = phone.say("di suatu tempat")
    assert answer["type"] == "text"
    assert "17. " in answer["text"]["body"]


@pytest.mark.parametrize(
    "signature", ["", "sha256=", "sha256=" + "0" * 64, "kanari", "sha1=ab", "sha256=é"]
)
def test_a_forged_or_missing_signature_is_refused(
    world: World, phone: Phone, signature: str
) -> None:
    body = phone.notification(phone.message("text", text={"body": LAMP}))
    assert phone.post(body, signature=signature).status_code == 403
    assert phone.post(body, signature=signed(body, "lain")).status_code == 403
    assert phone.post(body + b" ", signature=signed(body)).status_code == 403
    assert rows(world, ChatMessage) == 0


def test_a_replay_changes_nothing(world: World, phone: Phone, whatsapp: FakeWhatsApp) -> None:
    body = phone.notification(phone.message("text", text={"body": LAMP}))
    for _ in range(3):
        assert phone.post(body).status_code == 200
    while world.work():
        pass
    assert (rows(world, ChatMessage), len(whatsapp.sent)) == (1, 1)


def test_statuses_and_other_numbers_are_passed_over(world: World, phone: Phone) -> None:
    status = {"id": "wamid.1", "status": "delivered", "recipient_id": phone.number}
    assert phone.post(phone.notification(statuses=[status])).status_code == 200
    body = phone.notification(phone.message("text", text={"body": LAMP}))
    other = body.replace(NUMBER_ID.encode(), b"999")
    assert phone.post(other).status_code == 200
    assert rows(world, ChatMessage) == 0


@pytest.mark.parametrize(
    "body", [b"{}", b'{"entry": 1}', b'{"entry": [{"changes": [null, {"value": []}]}]}']
)
def test_what_holds_no_message_is_passed_over(world: World, phone: Phone, body: bytes) -> None:
    assert phone.post(body).status_code == 200
    assert rows(world, ChatMessage) == 0


def test_a_voice_message_is_answered(phone: Phone) -> None:
    answer = phone.send(phone.message("audio", audio={"id": "1", "voice": True}))
    assert "suara" in answer["text"]["body"]


def test_two_messages_in_one_notification_are_answered_in_their_order(
    world: World, phone: Phone, whatsapp: FakeWhatsApp
) -> None:
    first = phone.message("text", text={"body": LAMP})
    phone.post(phone.notification(first, phone.message("text", text={"body": "1"})))
    while world.work():
        pass
    assert len(whatsapp.sent) == 2
    assert whatsapp.sent[-1]["interactive"]["type"] == "location_request_message"


def test_after_a_day_the_answer_is_forgotten_unsent(
    world: World, phone: Phone, whatsapp: FakeWhatsApp
) -> None:
    phone.post(phone.notification(phone.message("text", text={"body": LAMP})))
    [(_, ids)] = [job for job in world.jobs() if job[0] == "answer_chat"]
    answer_chat(**ids)
    answer = world.session.scalars(select(ChatAnswer)).one()
    earlier = answer.heard_at - timedelta(hours=24)
    world.session.execute(update(ChatAnswer).values(heard_at=earlier))
    world.session.commit()
    send_chat(answer_id=str(answer.id))
    assert rows(world, ChatAnswer) == 0
    assert [asked for asked in whatsapp.server.asked if asked.path.endswith("/messages")] == []


def test_a_window_that_the_service_says_is_shut_ends_it(
    world: World, phone: Phone, whatsapp: FakeWhatsApp
) -> None:
    whatsapp.is_in_window = False
    phone.post(phone.notification(phone.message("text", text={"body": LAMP})))
    while world.work():
        pass
    assert rows(world, ChatAnswer) == 0


def test_the_challenge_is_answered_to_who_knows_the_word(world: World, phone: Phone) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}
    client = world.app.test_client()
    answer = client.get("/kanal/whatsapp", query_string=asked)
    assert (answer.status_code, answer.text) == (200, "1158201444")
    assert answer.mimetype == "text/plain"
    for wrong in (
        {"hub.verify_token": "lain"},
        {"hub.mode": "x"},
        {"hub.challenge": "<script>"},
        {"hub.challenge": ""},
    ):
        refused = client.get("/kanal/whatsapp", query_string=asked | wrong)
        assert refused.status_code == 403
