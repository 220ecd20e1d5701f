"""What people write in a chat is nowhere to be read: whole dumps of the database are searched."""

from pathlib import Path

from citizenreport.cities.rules import City
from citizenreport.core.db import db, transaction
from citizenreport.jobs.chats import answer_chat, send_chat
from tests.channels.fake_telegram import FakeTelegram, Resident, open_telegram
from tests.channels.pictures import a_photo
from tests.databases import FreshDatabase
from tests.jobs.test_worker import reports_in
from tests.jobs.world import World
from tests.protection.test_canaries import dump

RUN = {"answer_chat": answer_chat, "send_chat": send_chat}
STORY = "Lampu jalan kanaricerita mati"
CONTACT = "kanarikontak@warga.example"
SENDER = "700100200"


def found(database: FreshDatabase) -> set[bytes]:
    """Return which canaries stand in a dump, as text or as bytes written in hexadecimal."""
    content = dump(database)
    canaries = (b"kanaricerita", b"kanarikontak", SENDER.encode(), b"kanari-exif", b"kanariprivat")
    return {one for one in canaries if one in content or one.hex().encode() in content}


def answered(world: World) -> None:
    """Run the jobs of chats, each committed by itself."""
    while jobs := [job for job in world.jobs() if job[0] in RUN]:
        with transaction() as session:
            session.connection().exec_driver_sql("DELETE FROM procrastinate_jobs")
        for name, ids in jobs:
            RUN[name](**ids)


def test_a_chat_can_be_read_nowhere_and_leaves_only_its_report(
    fresh_database: FreshDatabase, city: City, tmp_path: Path
) -> None:
    with reports_in(fresh_database, city, tmp_path) as world:
        pass
    app = fresh_database.app
    with app.app_context(), open_telegram(tmp_path) as bot:
        app.config.update(bot.settings)
        world.session = db.session()
        resident = Resident(world=world, bot=bot, chat_id=int(SENDER))
        bot.files["AgAC-1"] = a_photo()
        photo = [{"file_id": "AgAC-1", "width": 64}]
        place = {"latitude": -7.478474, "longitude": 110.22199}
        resident.post(resident.update(text=STORY))
        assert found(fresh_database) == set()
        for message in ({"text": "1"}, {"location": place}, {"photo": photo}, {"text": "lanjut"}):
            resident.post(resident.update(**message))
            answered(world)
            assert found(fresh_database) == set()
        resident.post(resident.update(text=CONTACT))
        resident.post(resident.update(text="KIRIM"))
        answered(world)
        assert found(fresh_database) == {b"kanaricerita"}  # the words of a public report
        protected(resident, world, bot)
        assert found(fresh_database) == {b"kanaricerita"}
        db.session.remove()


def protected(resident: Resident, world: World, bot: FakeTelegram) -> None:
    resident.post(resident.update(text="Suami memukul istri di rumah kanariprivat"))
    answered(world)
    assert "/lapor" in bot.sent[-1]["text"]
