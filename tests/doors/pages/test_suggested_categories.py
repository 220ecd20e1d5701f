"""What a resident's search may be about besides what it finds, each with its reason."""

from datetime import timedelta
from html import unescape

from sqlalchemy.orm import Session

from citizenreport.core.clock import utcnow
from citizenreport.suggestions import service
from citizenreport.suggestions.learning import learn
from tests.doors.pages.resident import Resident
from tests.rooms.suggestions.made_texts import made


def shown(resident: Resident, words: str) -> str:
    """Return the list beside what was found, empty where there is none."""
    page = resident.press(resident.open("/lapor"), "/lapor/pilih", cari=words)
    text = unescape(page.response.text)
    start = text.find('aria-labelledby="mungkin"')
    return text[start : text.index("</ul>", start)] if start >= 0 else ""


def keep(session: Session) -> None:
    learned = learn(made(240))
    assert learned is not None
    day = utcnow().date()
    service.keep(
        session,
        learned,
        until_on=day,
        example_count=240,
        measured_from=day - timedelta(days=30),
        figures={},
        now=utcnow(),
    )
    session.commit()


def test_a_new_city_suggests_from_the_words_of_its_examples(resident: Resident) -> None:
    told = shown(resident, "gembok pagar dirusak")
    assert "Dugaan tindak pidana" in told
    assert "karena: gembok, pagar, dirusak" in told


def test_what_was_learned_of_released_texts_suggests_with_its_words(
    resident: Resident, session: Session
) -> None:
    words = "plastik resik"
    before = shown(resident, words)
    keep(session)
    told = shown(resident, words)
    assert told != before
    assert "Sampah liar" in told
    assert "karena: plastik, resik" in told
    service.forget_learned(session)
    session.commit()
    assert shown(resident, words) == before, "forgotten in the act that takes a text back"


def test_nothing_is_suggested_to_whoever_searches_for_something_protected(
    resident: Resident, session: Session
) -> None:
    keep(session)
    for words in ("dipukul suami", "lampu mati dipukul suami", "anak disiksa"):
        assert shown(resident, words) == ""
    assert shown(resident, "zzqq") == ""
    assert shown(resident, "") == ""
