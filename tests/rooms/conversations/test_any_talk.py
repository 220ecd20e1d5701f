"""Whatever is said in whatever order: no crash, always an answer, nothing lost, no bad draft."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from citizenreport.cities.rules import City
from citizenreport.conversations.rules import Act, Carrier, Chat, draft_of
from citizenreport.core.clock import utcnow
from citizenreport.geo.position import Position
from citizenreport.intake.rules import check
from tests.databases import magelang_pack
from tests.rooms.conversations.talks import Talk
from tests.scenes import PANJANG

USUAL = (
    *("Lampu jalan mati di dekat pasar", "ada lubang besar di jalan raya", "1", "2", "0", "17"),
    *("99", "lewati", "LANJUT", "ya", "tidak", "kirim", "ulang", "daftar", "halo", "help", "en"),
    *("status AB2CD3EF4G", "Kelurahan Panjang", "tidar", "081234567890", "budi@warga.example"),
    *("BATAL", "jv", "/start", "kdrt di rumah", "sampah menumpuk bau", ""),
)
MESSAGES = st.one_of(
    st.sampled_from([{"text": text} for text in USUAL]),
    st.fixed_dictionaries({"text": st.text(max_size=300)}),
    st.sampled_from(
        [
            {"position": PANJANG},
            {"position": Position(lon=0.0, lat=0.0)},
            {"photos": 1},
            {"photos": 2, "text": "Ini fotonya"},
            {"is_unknown": True},
            {"fault": "Foto ini tidak dapat dibuka."},
        ]
    ),
)


def city_of_magelang() -> City:
    found = magelang_pack().city
    assert found is not None
    return found


CITY = city_of_magelang()
ENDS = frozenset({"batal", "ulang", "cancel", "stop", "berhenti", "wurung", "again", "baleni"})


def loses(before: Chat | None, after: Chat | None) -> bool:
    """Tell whether something that was said before is gone."""
    if before is None or after is None:
        return False
    return not after.text.startswith(before.text) or after.photos < before.photos


@settings(max_examples=60)
@given(
    carrier=st.sampled_from([*Carrier]),
    messages=st.lists(MESSAGES, min_size=1, max_size=14),
)
def test_any_talk_is_answered_and_loses_nothing(
    carrier: Carrier, messages: list[dict[str, Any]]
) -> None:
    talk = Talk(CITY, carrier)
    for message in messages:
        before = talk.chat
        turn = talk.say(**message)
        assert turn.says or turn.act is not Act.NOTHING
        assert turn.language in ("id", "en", "jv")
        order = message.get("text", "").strip().casefold().strip("/ .!?,'\"*")
        if order not in ENDS:
            assert not loses(before, talk.chat)
        if turn.act is Act.SEND:
            assert turn.chat is not None
            check(CITY, draft_of(turn.chat, carrier, own="+6281", photos=()), now=utcnow())
            talk.chat = None
