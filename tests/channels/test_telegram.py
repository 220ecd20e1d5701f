"""A report by Telegram: recorded forms in, a real report out, and nothing left of the chat."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from citizenreport.conversations.models import ChatAnswer, ChatMessage, ChatPhoto, OpenChat
from citizenreport.conversations.rules import MESSAGES_PER_HOUR, REPORTS_PER_DAY
from citizenreport.core.clock import utcnow
from citizenreport.intake.models import Photo, Report
from citizenreport.jobs.chats import answer_chat, send_chat
from citizenreport.jobs.forgetting import forget
from citizenreport.messaging.carriers import CarrierDown
from tests.channels.fake_telegram import TOKEN, FakeTelegram, Resident
from tests.channels.pictures import a_photo
from tests.jobs.world import World, queued_text

LAMP = "Lampu jalan di depan warung kanarikata mati sejak kemarin"
PANJANG = {"latitude": -7.478474, "longitude": 110.22199}


def rows(world: World, model: type) -> int:
    return world.session.scalar(select(func.count()).select_from(model)) or 0


def sent_report(resident: Resident, *, contact: str = "tidak") -> str:
    resident.say(LAMP)
    resident.say("1")
    resident.say(location=PANJANG)
    resident.say("lewati")
    resident.say(contact)
    return resident.say("KIRIM")


def test_a_whole_chat_becomes_one_report(world: World, resident: Resident) -> None:
    assert "110" in resident.say("/start")
    resident.say(LAMP)
    assert resident.buttons()[0]["text"].startswith("1. ")
    assert "Di mana?" in resident.say(resident.buttons()[0]["text"])
    assert resident.buttons()[0]["request_location"] is True
    resident.say(location=PANJANG)
    assert "1" in resident.photo(a_photo())
    resident.say("LANJUT")
    resident.say("budi@warga.example")
    answer = resident.say("KIRIM")

    report = world.session.scalars(select(Report)).one()
    assert (report.channel, report.category_code) == ("telegram", "A04")
    assert (report.description, report.area_code) == (LAMP, "33.71.03.1005")
    assert report.contact_sealed is not None
    photo = world.session.scalars(select(Photo)).one()
    assert b"kanari-exif" not in world.storage.get(photo.storage_key)
    assert answer.count(report.tracking_code) == 1
    assert answer.count("/buka/") == 1
    assert (rows(world, OpenChat), rows(world, ChatPhoto), rows(world, ChatAnswer)) == (0, 0, 0)
    left = world.session.scalars(select(ChatMessage)).all()
    assert all(row.content_sealed is None and row.wrapped_key is None for row in left)


def test_the_link_opens_the_report_without_its_code_in_the_address(
    world: World, resident: Resident
) -> None:
    answer = sent_report(resident)
    report = world.session.scalars(select(Report)).one()
    link = answer[answer.index("/buka/") :].split()[0]
    assert report.tracking_code not in link
    assert world.app.test_client().get(link).status_code == 200


def test_a_message_that_comes_twice_changes_nothing(world: World, resident: Resident) -> None:
    resident.say(LAMP)
    again = resident.update(number=1, text="sesuatu yang lain")
    before = len(resident.bot.sent)
    assert resident.post(again).status_code == 200
    resident.work()
    assert len(resident.bot.sent) == before
    sent_report(resident)
    last = resident.update(number=7, text="KIRIM")
    resident.post(last)
    resident.work()
    assert rows(world, Report) == 1


def test_an_answer_that_is_asked_for_again_is_given_once(world: World, resident: Resident) -> None:
    resident.post(resident.update(text="KIRIM"))
    [(_, ids)] = [job for job in world.jobs() if job[0] == "answer_chat"]
    answer_chat(**ids)
    answer_chat(**ids)
    assert rows(world, ChatAnswer) == 1


@pytest.mark.parametrize("secret", [None, "", "kanari-rahasia-webhoox", "kanari"])
def test_a_post_without_the_secret_is_refused(
    world: World, resident: Resident, secret: str | None
) -> None:
    assert resident.post(resident.update(text=LAMP), secret=secret).status_code == 403
    assert rows(world, ChatMessage) == 0


def test_a_carrier_that_is_off_is_not_there(world: World) -> None:
    for path in ("telegram", "whatsapp", "sms"):
        assert world.app.test_client().post(f"/kanal/{path}", json={}).status_code == 404
    assert world.app.test_client().get("/kanal/whatsapp").status_code == 404


@pytest.mark.parametrize(
    "update",
    [
        {},
        {"update_id": 1, "message": None},
        {"update_id": 1, "edited_message": {"text": "x"}},
        {"update_id": 1, "message": {"message_id": "1", "chat": {"id": 1, "type": "private"}}},
        {"update_id": 1, "message": {"message_id": 1, "chat": {"id": -9, "type": "group"}}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 1}}},
    ],
)
def test_what_is_no_message_of_a_person_is_passed_over(
    world: World, resident: Resident, update: object
) -> None:
    assert resident.post(update).status_code == 200
    assert rows(world, ChatMessage) == 0


def test_what_is_no_json_is_said_to_be_none(resident: Resident) -> None:
    assert resident.post([1, 2]).status_code == 422
    assert resident.post("[" * 100_000).status_code == 422


def test_too_large_a_post_is_refused_unread(resident: Resident) -> None:
    assert resident.post({"text": "x" * 3_200_000}).status_code == 413


def test_a_sticker_is_answered(resident: Resident) -> None:
    assert "stiker" in resident.say(sticker={"file_id": "x", "emoji": "x"})


def test_a_photo_that_cannot_be_had_is_told_and_the_chat_goes_on(
    world: World, resident: Resident, bot: FakeTelegram
) -> None:
    resident.say(LAMP)
    resident.say("1")
    resident.say(location=PANJANG)
    assert "belum bisa kami ambil" in resident.say(photo=[{"file_id": "weg", "width": 1}])
    assert "tidak dapat dibuka" in resident.photo(b"\xff\xd8\xff kaputt")
    assert "kontak" in resident.say("lewati")


def test_what_is_protected_is_led_to_the_form_and_nothing_is_kept(
    world: World, resident: Resident
) -> None:
    resident.say(LAMP)
    answer = resident.say("Suami tetangga memukul istri kanariprivat")
    assert "/lapor" in answer
    assert "kanariprivat" not in answer
    assert (rows(world, OpenChat), rows(world, Report), rows(world, ChatAnswer)) == (0, 0, 0)
    left = world.session.scalars(select(ChatMessage)).all()
    assert all(row.content_sealed is None for row in left)


def test_nothing_of_a_chat_can_be_read_where_it_waits(world: World, resident: Resident) -> None:
    resident.say(LAMP)
    resident.say("1")
    resident.post(resident.update(text="Kelurahan Panjang kanarikata 0812345678"))
    tables = ("open_chat", "chat_photo", "chat_message", "chat_answer", "carrier_state")
    kept = "".join(
        str(world.session.execute(text(f"SELECT t::text FROM {name} t")).all()) for name in tables
    )
    for canary in ("kanarikata", "700100200", str(resident.chat_id).encode().hex(), "Lampu"):
        assert canary not in kept + queued_text(world.session)


def test_a_carrier_that_is_down_gets_the_answer_later_once(
    world: World, resident: Resident, bot: FakeTelegram
) -> None:
    bot.down = True
    resident.post(resident.update(text=LAMP))
    with pytest.raises(CarrierDown):
        resident.work()
    bot.down = False
    answer_id = world.session.scalars(select(ChatAnswer.id)).one()
    send_chat(answer_id=str(answer_id))
    send_chat(answer_id=str(answer_id))
    assert len(bot.sent) == 1
    assert rows(world, ChatAnswer) == 0


def test_who_has_blocked_the_bot_is_left_alone(
    world: World, resident: Resident, bot: FakeTelegram
) -> None:
    bot.blocked.add(str(resident.chat_id))
    resident.post(resident.update(text=LAMP))
    resident.work()
    assert rows(world, ChatAnswer) == 0


def test_too_many_messages_are_said_to_be_once(world: World, resident: Resident) -> None:
    for _ in range(MESSAGES_PER_HOUR):
        resident.post(resident.update(text="halo"))
    resident.work()
    assert len(resident.bot.sent) == MESSAGES_PER_HOUR == 60
    assert "60" in resident.say("halo")
    resident.post(resident.update(text="halo"))
    resident.work()
    assert len(resident.bot.sent) == MESSAGES_PER_HOUR + 1


def test_the_eleventh_report_of_a_day_is_led_to_the_form(world: World, resident: Resident) -> None:
    sent_report(resident)
    mark = world.session.scalars(select(ChatMessage).where(ChatMessage.became_report)).one()
    for number in range(REPORTS_PER_DAY - 1):
        world.session.add(
            ChatMessage(
                id=type(mark.id)(int=number + 1),
                carrier=mark.carrier,
                message_hmac=bytes([number]),
                sender_hmac=mark.sender_hmac,
                received_at=mark.received_at,
                became_report=True,
            )
        )
    world.session.commit()
    answer = resident.say("Ada lubang lagi di jalan")
    assert "10" in answer
    assert "/lapor" in answer
    assert rows(world, OpenChat) == 0


def test_a_chat_of_yesterday_is_forgotten(world: World, resident: Resident) -> None:
    resident.say(LAMP)
    resident.photo(a_photo())
    assert (rows(world, OpenChat), rows(world, ChatPhoto)) == (1, 1)
    forget(now=utcnow() + timedelta(hours=23))
    assert rows(world, OpenChat) == 1
    forget(now=utcnow() + timedelta(hours=25))
    assert (rows(world, OpenChat), rows(world, ChatPhoto)) == (0, 0)
    assert rows(world, ChatMessage) == 2
    forget(now=utcnow() + timedelta(days=9))
    assert rows(world, ChatMessage) == 0


def test_the_status_of_what_is_not_public_is_that_of_what_is_not_there(
    world: World, resident: Resident
) -> None:
    sent_report(resident)
    code = world.session.scalars(select(Report.tracking_code)).one()
    unknown = resident.say("STATUS ZZZZZZZZZZ")
    assert resident.say(f"STATUS {code}") == unknown


def test_the_token_goes_to_telegram_alone(world: World, resident: Resident) -> None:
    answer = sent_report(resident)
    assert TOKEN not in answer + queued_text(world.session)
