"""From the first word to KIRIM; orders at any moment; what is protected is not asked about."""

import pytest

from citizenreport.cities.rules import City
from citizenreport.conversations import texts
from citizenreport.conversations.rules import (
    PHOTOS_MAX,
    PLACE_MAX_CHARS,
    TEXT_MAX_CHARS,
    Act,
    Carrier,
    Step,
    draft_of,
)
from citizenreport.core.clock import utcnow
from citizenreport.geo.position import Position
from citizenreport.intake.rules import Channel, check
from tests.rooms.conversations.talks import Talk
from tests.scenes import PANJANG

LAMP = "Lampu jalan di depan warung mati sejak kemarin"
FAR = Position(lon=110.40, lat=-7.00)


@pytest.fixture
def talk(city: City) -> Talk:
    return Talk(city)


def up_to_place(talk: Talk) -> None:
    talk.say(LAMP)
    talk.say("1")


def up_to_summary(talk: Talk) -> None:
    up_to_place(talk)
    talk.say(position=PANJANG)
    talk.say("lewati")
    talk.say("tidak")


def test_a_whole_dialogue_ends_at_a_draft_the_city_takes(talk: Talk, city: City) -> None:
    assert talk.say("halo").says[0].words == texts.GREETING
    first = talk.say(LAMP)
    assert first.options[0].label == "Penerangan jalan umum mati/kurang"
    assert talk.say("1").asks_place
    assert talk.say(position=PANJANG).says[0].words == texts.ASK_PHOTO
    assert talk.say(photos=1).says[0].words == texts.PHOTO_KEPT
    assert talk.say("lanjut").says[0].words == texts.ASK_CONTACT
    assert talk.say("0812-3456-7890").says[0].words == texts.SUMMARY
    turn = talk.say("Kirim.")
    assert turn.act is Act.SEND
    assert turn.chat is not None
    draft = draft_of(turn.chat, Carrier.TELEGRAM, own="1", photos=())
    assert (draft.category_code, draft.description, draft.channel) == (
        "A04",
        LAMP,
        Channel.TELEGRAM,
    )
    assert draft.contact is not None
    assert draft.contact.phone == "081234567890"
    assert check(city, draft, now=utcnow()).area_code == "33.71.03.1005"


def test_a_place_is_found_by_its_name(talk: Talk) -> None:
    up_to_place(talk)
    talk.say("Jalan Pajajaran dekat SD, kelurahan Panjang, Magelang")
    assert talk.chat is not None
    assert (talk.chat.area_code, talk.chat.step) == ("33.71.03.1005", Step.PHOTO)
    assert talk.chat.landmark.startswith("Jalan Pajajaran")


def test_the_beginning_of_a_name_gives_a_choice_and_zero_all_of_them(talk: Talk) -> None:
    up_to_place(talk)
    turn = talk.say("di Tidar dekat lapangan")
    assert [one.label for one in turn.options[:2]] == ["Tidar Selatan", "Tidar Utara"]
    assert len(talk.say("0").options) == 17
    talk.say("1")
    assert talk.chat is not None
    assert talk.chat.area_code == "33.71.03.1002"  # Cacaban, the first by name
    assert talk.chat.landmark == "di Tidar dekat lapangan"


def test_the_city_itself_is_no_kelurahan_unless_it_is_called_one(talk: Talk) -> None:
    up_to_place(talk)
    assert len(talk.say("Jalan Pemuda, Kota Magelang").options) == 17
    talk.say("Jalan Pemuda, kelurahan Magelang")
    assert talk.chat is not None
    assert talk.chat.area_code == "33.71.03.1004"


def test_a_place_outside_is_told_where_it_belongs_and_asked_again(talk: Talk) -> None:
    up_to_place(talk)
    turn = talk.say(position=FAR)
    assert turn.says[0].words in (texts.OUTSIDE, texts.OUTSIDE_NEIGHBOUR)
    assert turn.asks_place
    talk.say(position=PANJANG)
    assert talk.chat is not None
    assert talk.chat.step is Step.PHOTO


def test_a_photo_and_a_place_sent_early_are_not_asked_for_again(talk: Talk) -> None:
    talk.say(photos=1)
    talk.say(position=PANJANG)
    talk.say(LAMP)
    talk.say("1")
    assert talk.chat is not None
    assert (talk.chat.step, talk.chat.photos, talk.chat.has_place) == (Step.PHOTO, 1, True)


@pytest.mark.parametrize("word", ["BATAL", "/batal", "Cancel!", "stop"])
def test_cancelling_forgets_everything(talk: Talk, word: str) -> None:
    up_to_summary(talk)
    assert talk.say(word).says[0].words == texts.CANCELLED
    assert talk.chat is None
    assert talk.say(word).says[0].words == texts.NOTHING_TO_CANCEL


def test_starting_again_keeps_the_language_alone(talk: Talk) -> None:
    talk.say("english")
    up_to_summary(talk)
    talk.say("ULANG")
    assert talk.chat is not None
    assert (talk.chat.language, talk.chat.text, talk.chat.step) == ("en", "", Step.WHAT)


def test_help_and_status_leave_the_chat_as_it_is(talk: Talk) -> None:
    up_to_place(talk)
    before = talk.chat
    assert talk.say("bantuan").says[0].words == texts.HELP
    turn = talk.say("STATUS ab2cd-3ef4g")
    assert (turn.act, turn.code) == (Act.STATUS, "AB2CD3EF4G")
    assert talk.chat == before


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, the street lamp is broken", "en"),
        ("Sugeng enjing, nyuwun tulung", "jv"),
        (LAMP, "id"),
    ],
)
def test_the_first_message_chooses_the_language(talk: Talk, text: str, language: str) -> None:
    assert talk.say(text).language == language


@pytest.mark.parametrize(
    "text",
    [
        "Suami memukul istri di rumah sebelah",
        "Ada pungli waktu urus surat di kantor",
        "Tetangga saya judi togel tiap malam",
        "anakku dibully kanca neng sekolah",
        "Acara doa kami dibubarkan warga",
    ],
)
def test_what_looks_protected_is_led_to_the_form_and_not_kept(talk: Talk, text: str) -> None:
    turn = talk.say(text)
    assert talk.told() == [texts.PROTECTED]
    assert turn.offers_form
    assert turn.chat is None
    assert "\n".join(say.words for say in turn.says).count("?") <= 1  # only the emergency number


def test_protected_words_in_the_middle_end_the_chat_too(talk: Talk) -> None:
    up_to_place(talk)
    assert talk.say("rumah yang ada kdrt").chat is None
    assert talk.told() == [texts.PROTECTED]


@pytest.mark.parametrize("place", ["depan klenteng", "dekat kos Melati, kelurahan Panjang"])
def test_a_place_that_only_says_where_is_taken(talk: Talk, place: str) -> None:
    up_to_place(talk)
    assert texts.PROTECTED not in [say.words for say in talk.say(place).says]


def test_a_protected_category_chosen_from_the_list_is_led_to_the_form(talk: Talk) -> None:
    talk.say("Ada yang aneh di gang kami")
    turn = talk.say("daftar")
    aspects = [one.words for one in turn.options]
    turn = talk.say(str(aspects.index(texts.ASPECT_WORDS["toleransi"]) + 1))
    assert turn.options[0].label.startswith("Ujaran kebencian")
    assert talk.say("1").chat is None
    assert talk.told() == [texts.PROTECTED]


def test_no_protected_category_is_ever_offered(talk: Talk, city: City) -> None:
    for category in city.categories.values():
        for example in category.examples.get("id", ()):
            turn = Talk(city).say(example)
            labels = {one.label for one in turn.options}
            hidden = [c for c in city.categories.values() if not c.may_be_suggested]
            assert labels.isdisjoint({c.names["id"] for c in hidden})


def test_zero_is_for_what_fits_nowhere(talk: Talk) -> None:
    talk.say("Sesuatu yang tidak biasa xyzzy")
    turn = talk.say("0")
    assert talk.chat is not None
    assert talk.chat.category_code == "Z99"
    assert texts.PLACE_MAY_BE_SKIPPED in [say.words for say in turn.says]
    talk.say("lewati")
    assert talk.chat.step is Step.PHOTO


def test_too_long_is_said_with_the_number_and_nothing_is_lost(talk: Talk) -> None:
    turn = talk.say("lampu " * TEXT_MAX_CHARS)
    assert turn.says[0].words == texts.TOO_LONG
    assert turn.says[0].values["most"] == TEXT_MAX_CHARS == 4_000
    up_to_place(talk)
    turn = talk.say("x" * (PLACE_MAX_CHARS + 1))
    assert turn.says[0].values["most"] == PLACE_MAX_CHARS == 200
    assert talk.chat is not None
    assert talk.chat.text == LAMP


def test_a_sixth_photo_is_enough(talk: Talk) -> None:
    up_to_place(talk)
    talk.say(position=PANJANG)
    for _ in range(PHOTOS_MAX):
        talk.say(photos=1)
    turn = talk.say(photos=1)
    assert turn.says[0].words == texts.PHOTO_ENOUGH
    assert turn.says[0].values["most"] == 5
    assert talk.chat is not None
    assert talk.chat.photos == PHOTOS_MAX


def test_a_short_word_greets_first_and_asks_for_more_later(talk: Talk) -> None:
    assert talk.say("lampu").says[0].words == texts.GREETING
    assert talk.say("lampu").says[0].words == texts.TOO_SHORT


def test_a_photo_that_cannot_be_read_is_told_beside_its_words(talk: Talk) -> None:
    assert talk.say(LAMP, fault=texts.PHOTO_LOST).says[0].words == texts.PHOTO_LOST
    assert talk.chat is not None
    assert talk.chat.text == LAMP


def test_a_sticker_or_a_voice_is_answered_with_what_is_asked_for(talk: Talk) -> None:
    up_to_place(talk)
    turn = talk.say(is_unknown=True)
    assert turn.says[0].words == texts.UNKNOWN_KIND
    assert turn.asks_place


def test_a_contact_that_is_none_is_asked_for_again(talk: Talk) -> None:
    up_to_place(talk)
    talk.say(position=PANJANG)
    talk.say("lewati")
    assert talk.say("nanti saja").says[0].words == texts.CONTACT_WRONG
    talk.say("budi@warga.example")
    assert talk.chat is not None
    assert talk.chat.contact == "budi@warga.example"


def test_an_sms_is_asked_for_no_photo_and_knows_its_number(city: City) -> None:
    talk = Talk(city, Carrier.SMS)
    up_to_place(talk)
    assert talk.say("Kelurahan Panjang").says[0].words == texts.ASK_NUMBER
    talk.say("ya")
    assert talk.chat is not None
    draft = draft_of(talk.chat, Carrier.SMS, own="+62811", photos=())
    assert draft.contact is not None
    assert draft.contact.phone == "+62811"
