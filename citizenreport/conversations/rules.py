"""What a chat is, what can be said in it, and how much of it is taken. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final

from citizenreport.cities.rules import Category, City
from citizenreport.geo.position import Position
from citizenreport.intake.photos import MAX_PHOTOS
from citizenreport.intake.rules import (
    DESCRIPTION_MAX_CHARS,
    LANDMARK_MAX_CHARS,
    Channel,
    Contact,
    Draft,
    PreparedPhoto,
)
from citizenreport.suggestions.learned import Learned

TEXT_MIN_CHARS: Final = 8
TEXT_MAX_CHARS: Final = DESCRIPTION_MAX_CHARS
PLACE_MAX_CHARS: Final = LANDMARK_MAX_CHARS
PHOTOS_MAX: Final = MAX_PHOTOS
MESSAGES_PER_HOUR: Final = 60
REPORTS_PER_DAY: Final = 10
OPEN_CHATS_MAX: Final = 5_000
"""Of one carrier at once; beyond it new ones are led to the form."""
IDLE: Final = timedelta(hours=24)
"""A chat that nobody goes on with is forgotten after this time."""
SEEN_KEPT: Final = timedelta(days=8)
"""How long the mark of a message is kept. Source: WhatsApp Cloud API repeats for up to 7 days."""
REPLY_WINDOW: Final = timedelta(hours=24)
"""How long after a person's last message WhatsApp takes free words. Source: WhatsApp Cloud API."""
OWN_ADDRESS: Final = "own"


class Carrier(StrEnum):
    """Who brings messages."""

    TELEGRAM = "telegram"
    WHATSAPP = "whatsapp"
    SMS = "sms"
    MAIL = "surel"

    @property
    def channel(self) -> Channel:
        """The channel of reports that come this way."""
        return Channel(self.value)

    @property
    def takes_photos(self) -> bool:
        return self is not Carrier.SMS

    @property
    def is_letter(self) -> bool:
        """Tell whether people say everything at once, and are asked only for what is missing."""
        return self is Carrier.MAIL

    @property
    def knows_number(self) -> bool:
        """Tell whether the sender's address is a telephone number."""
        return self in (Carrier.WHATSAPP, Carrier.SMS)

    @property
    def choices_max(self) -> int:
        """How many categories are offered at once; an SMS is short."""
        return 3 if self is Carrier.SMS else 5


class Step(StrEnum):
    """What the chat waits for."""

    WHAT = "what"
    CATEGORY = "category"
    PLACE = "place"
    PHOTO = "photo"
    CONTACT = "contact"
    SUMMARY = "summary"


class Act(StrEnum):
    """What the turn asks for beside an answer."""

    NOTHING = "nothing"
    SEND = "send"
    STATUS = "status"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Said:
    """One message as a carrier brought it. No repr: it would reach logs.

    `photos` counts those that can be used, `fault` is why another one cannot. `is_unknown`: a
    kind that is not taken, as a sticker or a voice.
    """

    text: str = ""
    position: Position | None = None
    photos: int = 0
    fault: str = ""
    is_unknown: bool = False
    language: str = "id"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Chat:
    """What was said so far. `offered`: what the numbers 1, 2, … stand for now."""

    step: Step = Step.WHAT
    language: str = "id"
    text: str = ""
    category_code: str = ""
    offered: tuple[str, ...] = ()
    position: Position | None = None
    area_code: str | None = None
    landmark: str = ""
    has_place: bool = False
    photos: int = 0
    has_photos: bool = False
    contact: str = ""
    has_contact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """Words for a person: a message of the catalogues with its values, already in their language."""

    words: str
    values: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """Something to press or to answer with. `label` is the pack's; `words` are the catalogues'."""

    key: str
    label: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Turn:
    """The answer to a message. `chat` None: everything of it is forgotten."""

    chat: Chat | None
    says: tuple[Say, ...]
    options: tuple[Option, ...] = ()
    act: Act = Act.NOTHING
    code: str = ""
    asks_place: bool = False
    offers_form: bool = False
    language: str = "id"


Search = Callable[[City, str], Sequence[Category]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the dialogue stands on. `learned`: what suggestions have learned, None in a new city."""

    city: City
    search: Search
    learned: Learned | None = None
    numbers: tuple[str, ...] = ()


def draft_of(chat: Chat, carrier: Carrier, *, own: str, photos: Sequence[PreparedPhoto]) -> Draft:
    """Return what the pipeline takes. `own` is the sender's address, used when they said so."""
    return Draft(
        category_code=chat.category_code,
        description=chat.text,
        channel=carrier.channel,
        position=chat.position,
        area_code=chat.area_code,
        landmark=chat.landmark or None,
        contact=_contact(chat, carrier, own),
        photos=tuple(photos),
        locale=chat.language,
    )


def _contact(chat: Chat, carrier: Carrier, own: str) -> Contact | None:
    is_bare = carrier is Carrier.WHATSAPP  # it leaves the plus sign out
    own = f"+{own}" if is_bare else own
    given = own if chat.contact == OWN_ADDRESS else chat.contact
    if not given:
        return None
    is_mail = carrier is Carrier.MAIL if chat.contact == OWN_ADDRESS else "@" in given
    return Contact(email=given) if is_mail else Contact(phone=given)


def to_json(chat: Chat) -> dict[str, Any]:
    """Return a chat as it is sealed."""
    return asdict(chat)


def from_json(kept: Mapping[str, Any]) -> Chat:
    """Return a chat that was kept."""
    place = kept["position"]
    return Chat(
        **{
            **kept,
            "step": Step(kept["step"]),
            "offered": tuple(kept["offered"]),
            "position": Position(**place) if place else None,
        }
    )
