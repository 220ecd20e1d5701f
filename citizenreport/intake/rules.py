"""What may be reported. Pure: no database, no clock, no Flask."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from citizenreport.cities.rules import Category, City, PublicPrecision, Question, Visibility
from citizenreport.core.errors import Conflict, InvalidInput, NotFound, pointer_to
from citizenreport.core.text import _n
from citizenreport.geo.areas import Located
from citizenreport.geo.position import Position

DESCRIPTION_MAX_CHARS = 4_000
LANDMARK_MAX_CHARS = 200
NEIGHBOURHOOD_MAX_CHARS = 20
ANSWER_MAX_CHARS = 500
NAME_MAX_CHARS = 100
SUBJECT_PERSON_MAX_CHARS = 200
IDEMPOTENCY_KEY_MIN_CHARS = 22  # 128 bits in URL-safe base64
IDEMPOTENCY_KEY_MAX_CHARS = 200
IDEMPOTENCY_KEPT = timedelta(hours=24)
OCCURRED_MAX_AGE = timedelta(days=365)
NUMBER = re.compile(r"-?[0-9]{1,12}([.,][0-9]{1,6})?")
OCCURRED_MAX_AHEAD = timedelta(minutes=10)  # clocks of phones differ


MAX_PHOTOS_OF_A_REPORT = 15


class Channel(StrEnum):
    """The way a report came in."""

    WEB = "web"
    API = "api"
    GEOREPORT = "georeport"
    COUNTER = "loket"
    PHONE = "telepon"
    WHATSAPP = "whatsapp"
    SOCIAL = "media_sosial"
    TELEGRAM = "telegram"
    SMS = "sms"
    MAIL = "surel"
    IMPORT = "impor"
    DEMO = "demo"


class UnknownCategory(InvalidInput):
    code = "unknown-category"
    title = _n("Kategori ini tidak ada. Pilih salah satu kategori yang tersedia.")


class UnknownArea(InvalidInput):
    code = "unknown-area"
    title = _n("Kelurahan ini tidak ada. Pilih kelurahan dari daftar.")


class UnknownAgency(InvalidInput):
    code = "unknown-agency"
    title = _n("Instansi ini tidak ada. Pilih instansi dari daftar.")


class PlaceMissing(InvalidInput):
    code = "place-missing"
    title = _n("Tempat kejadian belum diisi. Beri titik lokasi, atau pilih kelurahan.")


class AnswerInvalid(InvalidInput):
    code = "answer-invalid"
    title = _n("Jawaban pertanyaan lanjutan tidak sesuai.")


class TooOld(InvalidInput):
    code = "too-old"
    title = _n("Kejadiannya lebih dari satu tahun yang lalu. Periksa tanggalnya.")


class InTheFuture(InvalidInput):
    code = "in-the-future"
    title = _n("Waktu kejadian berada di masa depan. Periksa tanggal dan jamnya.")


class OutsideCity(InvalidInput):
    """The point lies outside; `neighbour`, `channel` tell where to go instead. Nothing is stored."""

    code = "outside-city"
    title = _n("Lokasi ini di luar wilayah kota.")


class IdempotencyKeyInvalid(InvalidInput):
    code = "idempotency-key-invalid"
    title = _n("Idempotency-Key harus 22 sampai 200 karakter ASCII acak.")


class KeyReused(InvalidInput):
    code = "idempotency-key-reused"
    title = _n("Idempotency-Key ini sudah dipakai untuk laporan yang berbeda.")


class AlreadySent(Conflict):
    """The same send came before: not a failure, the door answers with the first answer."""

    code = "already-sent"
    title = _n("Laporan ini sudah kami terima.")


class ProofUsed(Conflict):
    """A proof of work came a second time: not a failure, the report goes without one."""

    code = "proof-used"
    title = _n("Bukti kerja ini sudah dipakai untuk laporan lain.")


class ReportNotFound(NotFound):
    code = "report-not-found"
    title = _n("Laporan tidak ditemukan, atau tidak untuk umum.")


class TooManyPhotosInAll(InvalidInput):
    code = "too-many-photos-in-all"
    title = _n("Satu laporan paling banyak memuat 15 foto. Kirim tambahannya tanpa foto.")


class OnHold(Conflict):
    """A report that may not be erased for now; the reporter reads why on the page."""

    code = "legal-hold"
    title = _n("Data laporan ini belum boleh dihapus.")


class HoldReasonMissing(InvalidInput):
    code = "hold-reason-missing"
    title = _n("Tulis alasannya, 10 sampai 500 huruf. Pelapor akan membacanya.")


class ErasedBy(StrEnum):
    """Who asked for an erasure."""

    REPORTER = "reporter"
    RETENTION = "retention"
    IMPORT_UNDONE = "import_undone"  # the import that brought the report was taken back


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How the reporter may be reached; sealed before it is stored. All optional."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.name or self.email or self.phone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """Whom a report is about. The body named never receives or reads the report."""

    agency_code: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedPhoto:
    """What may be stored of a photo: pixels, upright, in sRGB, nothing else (see `photos.py`)."""

    content: bytes = field(repr=False)
    media_type: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What someone sends, checked for shape by the door, not yet for sense."""

    category_code: str
    description: str
    channel: Channel
    position: Position | None = None
    accuracy_m: float | None = None
    area_code: str | None = None
    neighbourhood: str | None = None  # RW
    landmark: str | None = None
    answers: Mapping[str, str] = field(default_factory=dict)
    occurred_at: datetime | None = None
    subject: Subject | None = None
    wish: Visibility | None = None
    contact: Contact | None = None
    photos: tuple[PreparedPhoto, ...] = ()
    locale: str = "id"
    taken_by: UUID | None = None  # for the first event only: the report does not name its taker
    client_secret: str | None = None
    refer_outside: bool = False
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class UsableOnce:
    """What stands for an accepted proof in the list of those used up, until it has expired."""

    mark: bytes
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a report came in, as far as the moderators care. `proof` is used up with the report."""

    proof: UsableOnce | None = None
    needs_check: bool = False


USUAL_STANDING = Standing()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedDraft:
    """A draft found good: its category, and the area it counts in with how that was found."""

    draft: Draft
    category: Category
    area_code: str | None
    located: Located | None


def check(city: City, draft: Draft, *, now: datetime) -> PlacedDraft:
    """Check a draft against the city.

    Raises:
        UnknownCategory, UnknownArea, UnknownAgency, PlaceMissing, AnswerInvalid, TooOld,
        InTheFuture, OutsideCity: each with the pointer of the field and what to do.
    """
    category = city.categories.get(draft.category_code)
    if category is None:
        raise UnknownCategory(pointer="#/category_code")
    _check_time(draft, now=now)
    _check_subject(city, draft)
    _check_answers(category, draft.answers)
    area_code, located = _place(city, category, draft)
    return PlacedDraft(draft=draft, category=category, area_code=area_code, located=located)


def _check_time(draft: Draft, *, now: datetime) -> None:
    if draft.occurred_at is None:
        return
    if draft.occurred_at > now + OCCURRED_MAX_AHEAD:
        raise InTheFuture(pointer="#/occurred_at")
    if now - draft.occurred_at > OCCURRED_MAX_AGE:
        raise TooOld(pointer="#/occurred_at")


def _check_subject(city: City, draft: Draft) -> None:
    subject = draft.subject
    if subject and subject.agency_code and subject.agency_code not in city.agencies:
        raise UnknownAgency(pointer="#/subject/agency_code")


def _check_answers(category: Category, answers: Mapping[str, str]) -> None:
    questions = {question.code: question for question in category.questions}
    for code, value in answers.items():
        question = questions.get(code)
        if question is None:
            raise AnswerInvalid(
                _n("Pertanyaan ini tidak ada pada kategori yang dipilih."),
                pointer=pointer_to("answers", code),
            )
        _check_answer(question, value)
    for code, question in questions.items():
        if question.required and not answers.get(code):
            raise AnswerInvalid(
                _n("Pertanyaan ini perlu dijawab."), pointer=pointer_to("answers", code)
            )


def _check_answer(question: Question, value: str) -> None:
    pointer = pointer_to("answers", question.code)
    if len(value) > ANSWER_MAX_CHARS:
        raise AnswerInvalid(
            _n("Jawaban terlalu panjang (paling banyak 500 huruf)."), pointer=pointer
        )
    if question.datatype == "number" and not NUMBER.fullmatch(value):
        raise AnswerInvalid(_n("Isi dengan angka."), pointer=pointer)
    allowed = {choice for choice, _ in question.choices}
    if question.datatype == "singlevaluelist" and value not in allowed:
        raise AnswerInvalid(_n("Pilih salah satu jawaban yang tersedia."), pointer=pointer)
    if question.datatype == "multivaluelist" and not set(value.split()) <= allowed:
        raise AnswerInvalid(_n("Pilih jawaban yang tersedia."), pointer=pointer)


def _place(city: City, category: Category, draft: Draft) -> tuple[str | None, Located | None]:
    """Return the area the report counts in, and what the point said about it."""
    if draft.area_code is not None and draft.area_code not in city.areas:
        raise UnknownArea(pointer="#/area_code")
    if draft.position is None:
        if draft.area_code is None and category.public_precision is not PublicPrecision.NONE:
            raise PlaceMissing(pointer="#/position")
        return draft.area_code, None
    located = city.area_index.locate(draft.position)
    if located.area_code is None and not draft.refer_outside:
        raise OutsideCity(
            pointer="#/position",
            neighbour=located.neighbour_name,
            channel=outside_channel(city, located),
        )
    # What the resident says beats the point: two official boundary sets differ for 14 % of the area.
    return draft.area_code or located.area_code, located


def outside_channel(city: City, located: Located) -> str:
    """Return in Indonesian where a report from outside belongs."""
    neighbour = city.neighbours.get(located.neighbour_code or "")
    agency = city.agencies.get((neighbour and neighbour.channel_agency_code) or "")
    if agency is not None and agency.channel:
        return f"{agency.name}: {agency.channel}"
    return city.general_channel


def check_idempotency_key(key: str) -> str:
    """Return the key when it is long enough and printable. Raises IdempotencyKeyInvalid."""
    if not (IDEMPOTENCY_KEY_MIN_CHARS <= len(key) <= IDEMPOTENCY_KEY_MAX_CHARS):
        raise IdempotencyKeyInvalid
    if not re.fullmatch(r"[!-~]+", key):
        raise IdempotencyKeyInvalid
    return key
