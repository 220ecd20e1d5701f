"""What happened to a report and what comes next, in plain words for its reporter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, EmergencyNumber, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.keys import KeyRing
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.jobs.escalation import escalation_order
from citizenreport.messaging import queries as messaging_queries
from citizenreport.pages import words
from citizenreport.pages.after_hours import after_hours_numbers
from citizenreport.pipeline.reporter import may_contest_until
from citizenreport.publication.models import PublishedReport
from citizenreport.routing.rules import agency_name
from citizenreport.triage.archive_rules import ArchiveReason, objection_ends_at
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import OPEN, SIDE_EXITS, WORKING, State
from citizenreport.web.follow import own_report
from citizenreport.web.passes import Pass
from citizenreport.web.translate import _

STEPS: Final[Mapping[State, str]] = {
    State.NEW: _n("Laporan kembali masuk antrean pemeriksaan."),
    State.VERIFIED: _n("Laporan sudah diperiksa dan diterima untuk ditangani."),
    State.IN_PROGRESS: _n("%(agency)s mulai menangani."),
    State.NEEDS_INFO: _n("Petugas memerlukan keterangan dari Anda. Hitungan hari berhenti dulu."),
    State.SCHEDULED: _n("Penanganan sudah dijadwalkan."),
    State.RETURNED: _n("%(agency)s mengembalikan laporan ini; meja kota mencarikan instansi lain."),
    State.RESOLVED: _n("%(agency)s menyatakan masalah ini selesai."),
    State.CONTESTED: _n("Anda menyanggah: masalahnya belum selesai."),
    State.CLOSED: _n("Laporan ditutup."),
    State.REOPENED: _n("Laporan dibuka kembali."),
    State.WITHDRAWN: _n("Laporan Anda tarik kembali."),
    State.REFERRED: _n("Laporan dirujuk ke instansi di luar kota."),
    State.DUPLICATE: _n("Laporan digabung dengan laporan lain tentang hal yang sama."),
    State.ARCHIVED: _n("Laporan diarsipkan tanpa tindak lanjut."),
    State.EMERGENCY: _n("Laporan dialihkan ke layanan darurat."),
}
ARCHIVED: Final[Mapping[str, str]] = {
    ArchiveReason.SPAM.value: _n(
        "Laporan diarsipkan: petugas menilainya iklan atau kiriman massal."
    ),
    ArchiveReason.TEST.value: _n("Laporan diarsipkan: petugas menilainya kiriman percobaan."),
    ArchiveReason.FALSE.value: _n(
        "Laporan diarsipkan: sesudah diperiksa, hal yang dilaporkan tidak ditemukan."
    ),
    ArchiveReason.INSULT.value: _n(
        "Laporan diarsipkan karena isinya hinaan. Masalahnya sendiri tetap boleh dilaporkan."
    ),
}
OPENED: Final = _n("Laporan Anda kami terima dan diteruskan ke %(agency)s.")
ANSWERED: Final = _n("Keterangan Anda kami terima; penanganan dilanjutkan.")
ADDED: Final = _n("Anda menambahkan keterangan.")
ADDED_PHOTOS: Final = _n("Anda menambahkan foto.")
GOES_ON: Final = _n("Penanganan dilanjutkan.")
HANDED_OVER: Final = _n("Laporan diserahkan dari %(before)s ke %(agency)s.")
BREACH_TOLD: Final = _n("Pemberitahuan tentang data Anda:")
REPLIED: Final = _n("%(agency)s menjawab:")
EXTENDED: Final = _n("%(agency)s diberi waktu tambahan, dengan alasan:")
CORRECTED: Final = _n("Petugas membetulkan jenis atau tempat laporan ini:")
REVEALED: Final = _n("Petugas %(agency)s membuka kontak Anda, dengan alasan:")
SPLIT: Final = _n("Laporan ini berisi dua hal. Yang satu ditangani %(partner)s secara terpisah.")
SPLIT_OFF: Final = _n("Di sini hanya bagian ini yang ditangani:")
JOINT_ASKED: Final = _n("%(partner)s diminta ikut menangani laporan ini.")
JOINT_CLOSED: Final = _n("%(partner)s menyelesaikan bagiannya:")
JOINT_ENDED: Final = _n("%(partner)s tidak lagi ikut menangani laporan ini.")
REFERRALS: Final[Mapping[str, str]] = {
    "referral_made": _n("%(agency)s menulis surat rujukan kepada %(body)s."),
    "referral_sent": _n("Surat rujukan dikirim kepada %(body)s."),
    "referral_answered": _n("%(body)s sudah menjawab surat rujukan itu."),
    "referral_closed": _n("Rujukan kepada %(body)s selesai."),
}
DEADLINES_MOVED: Final = _n("Target disesuaikan karena ada perubahan hari kerja.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One line of the timeline; `text` is what staff wrote with it."""

    at: datetime
    sentence: str
    text: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One of the three deadlines. `met_at` is None while it is open."""

    name: str
    due_at: datetime
    met_at: datetime | None
    is_late: bool
    is_open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPhoto:
    """A photo of the report, by its number. `is_after`: staff show what was done."""

    number: int
    width: int
    height: int
    is_after: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The public fate of the report that this one was joined with."""

    tracking_code: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPart:
    """One ticket of a report that was split. `is_here`: it is the one that is shown."""

    number: int
    category_name: str
    agency_name: str
    state: str
    is_here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnView:
    """A report as its reporter sees it, complete before the transaction ends."""

    tracking_code: str
    category_name: str
    description: str
    landmark: str | None
    area_name: str | None
    visibility: Visibility
    agency_name: str
    routing_sentence: str
    state: str
    submitted_at: datetime
    photos: tuple[OwnPhoto, ...]
    joined: Joined | None
    parts: tuple[OwnPart, ...]  # of a report that was split; one otherwise
    targets: tuple[Target, ...]
    steps: tuple[Step, ...]
    place: dict[str, str]
    is_near_border: bool
    is_asked: bool
    may_contest_until: datetime | None
    may_object_until: datetime | None  # to its archiving
    may_add: bool
    may_withdraw: bool
    if_late: str
    awaits_email: bool  # an address was given, and nobody has said that it is theirs
    is_demo: bool
    after_hours_numbers: tuple[EmergencyNumber, ...]  # whom to call meanwhile

    @property
    def is_confidential(self) -> bool:
        return self.visibility is Visibility.CONFIDENTIAL

    @property
    def has_late_target(self) -> bool:
        return any(target.is_late for target in self.targets)

    @property
    def has_open_target(self) -> bool:
        return any(target.is_open for target in self.targets)

    @property
    def may_act(self) -> bool:
        is_open = self.may_add or self.may_withdraw or self.may_object_until is not None
        return self.is_asked or self.may_contest_until is not None or is_open


def own_view(session: Session, city: City, keys: KeyRing, own: Pass) -> OwnView:
    """Return what the holder of code and secret sees.

    Raises:
        ReportNotFound: no such code, or another secret.
    """
    report = intake_queries.by_code_and_secret(
        session, keys, tracking_code=own.code, secret=own.secret
    )
    return view_of(session, city, keys, report)


def view_of(
    session: Session, city: City, keys: KeyRing, report: Report, *, number: int = 1
) -> OwnView:
    """Return what the reporter of a report sees; whoever asks has shown that it is theirs.

    `number`: which of the tickets of a report that was split, counted from 1.
    """
    found = own_report(session, city, keys, report, number=number)
    area_code, position = found["area_code"], found["position"]
    ticket: Ticket = found["deadlines"]
    place = {"area_code": area_code or "", "landmark": found["landmark"] or ""}
    if position is not None:
        place |= {"lat": repr(position.lat), "lon": repr(position.lon)}
    return OwnView(
        tracking_code=found["tracking_code"],
        category_name=words.category_name(city, found["category_code"]),
        description=found["description"],
        landmark=found["landmark"],
        area_name=words.area_name(city, area_code),
        visibility=Visibility(found["visibility"]),
        agency_name=found["agency_name"],
        routing_sentence=found["routing_explanation"],
        state=found["state"],
        submitted_at=found["submitted_at"],
        photos=tuple(
            OwnPhoto(
                number=photo.position_in_report,
                width=photo.width,
                height=photo.height,
                is_after=photo.added_by is not None,
            )
            for photo in found["photos"]
        ),
        joined=_joined(found["joined"]),
        parts=_own_parts(city, found["tickets"], ticket),
        targets=tuple(_targets(ticket, now=utcnow())),
        steps=tuple(steps(city, found["history"], agency_code=found["agency_code"])),
        place={name: value for name, value in place.items() if value},
        is_near_border=position is not None and city.area_index.locate(position).outside_m > 0,
        is_asked=ticket.state == State.NEEDS_INFO,
        may_contest_until=may_contest_until(city, ticket),
        may_object_until=_may_object_until(city, found["history"]),
        may_add=State(ticket.state) in OPEN,
        may_withdraw=State(ticket.state) in OPEN,
        if_late=_if_late(city, ticket),
        awaits_email=_awaits_email(session, keys, report),
        is_demo=found["is_demo"],
        after_hours_numbers=after_hours_numbers(session, city, ticket, now=utcnow()),
    )


def _may_object_until(city: City, told: Iterable[Mapping[str, Any]]) -> datetime | None:
    moves = [(event["state"], event["at"]) for event in told if event["state"]]
    ends_at = objection_ends_at(city, moves)
    return ends_at if ends_at is not None and utcnow() <= ends_at else None


def _awaits_email(session: Session, keys: KeyRing, report: Report) -> bool:
    if report.contact_sealed is None:
        return False
    if messaging_queries.is_answered(messaging_queries.check_of(session, report.id)):
        return False
    data_key = intake_queries.data_key_of(session, keys, report.id)
    return bool(intake_queries.contact_of(report, data_key).email)


def _own_parts(city: City, tickets: Iterable[Ticket], here: Ticket) -> tuple[OwnPart, ...]:
    return tuple(
        OwnPart(
            number=number,
            category_name=words.category_name(city, ticket.category_code),
            agency_name=agency_name(city, ticket.agency_code),
            state=ticket.state,
            is_here=ticket.id == here.id,
        )
        for number, ticket in enumerate(tickets, start=1)
    )


def _joined(parent: PublishedReport | None) -> Joined | None:
    return Joined(tracking_code=parent.tracking_code, state=parent.state) if parent else None


def _if_late(city: City, ticket: Ticket) -> str:
    """Return what happens when the city is late with this report, in a sentence."""
    if ticket.visibility == Visibility.PUBLIC.value:
        return _(
            "Bila target lewat, tandanya tampil di halaman ini, dan laporan ini ikut dihitung "
            "terlambat dalam angka layanan kota yang diumumkan."
        )
    if ticket.visibility == Visibility.RESTRICTED.value:
        return _("Bila target lewat, tandanya tampil di halaman ini.")
    bodies = [agency_name(city, code) for code in escalation_order(city, ticket)]
    if not bodies:
        return ""
    return _(
        "Bila petugas yang ditunjuk belum membukanya sampai batas jawaban pertama, yang diberi "
        "tahu berikutnya: %(bodies)s. Mereka hanya menerima kode dan batas waktunya, bukan isinya.",
        bodies=", ".join(bodies),
    )


def steps(city: City, history: Iterable[Mapping[str, Any]], *, agency_code: str) -> list[Step]:
    """Return the timeline, oldest first. `agency_code`: for a history that does not begin."""
    told: list[Step] = []
    holder, state = agency_code, ""
    for event in history:
        before, holder = holder, event["agency_code"] or holder
        was_asked, state = state == State.NEEDS_INFO, event["state"] or state
        names = {"agency": agency_name(city, holder), "before": agency_name(city, before)}
        names["partner"] = agency_name(city, event["partner_code"] or "")
        if event.get("body_code"):
            names["body"] = agency_name(city, event["body_code"])
        sentence = _sentence(event, names, was_asked=was_asked)
        told.append(Step(at=event["at"], sentence=sentence, text=event["text"]))
    return told


def _sentence(event: Mapping[str, Any], names: Mapping[str, str], *, was_asked: bool) -> str:
    if was_asked and event["type"] == "state_changed" and event["state"] in WORKING:
        return _(ANSWERED) if event["text"] else _(GOES_ON)
    if event["type"] == "added":
        return _(ADDED) if event["text"] else _(ADDED_PHOTOS)
    why = ARCHIVED.get(event.get("reason_code") or "")
    if event["state"] == State.ARCHIVED and why is not None:
        return _(why)
    fixed = {
        "opened": OPENED,
        "assigned": HANDED_OVER,
        "replied": REPLIED,
        "breach_told": BREACH_TOLD,
        "deadlines_moved": DEADLINES_MOVED,
        "extended": EXTENDED,
        "corrected": CORRECTED,
        "contact_revealed": REVEALED,
        "split": SPLIT,
        "split_off": SPLIT_OFF,
        "joint_asked": JOINT_ASKED,
        "joint_closed": JOINT_CLOSED,
        "joint_taken_back": JOINT_ENDED,
        "joint_declined": JOINT_ENDED,
        **REFERRALS,
    }
    message = fixed.get(event["type"]) or STEPS[State(event["state"])]
    return _(message, **names)


def _targets(ticket: Ticket, *, now: datetime) -> Iterable[Target]:
    """Yield the three deadlines with what became of them."""
    ended = State(ticket.state) in SIDE_EXITS or ticket.closed_at is not None
    rows = (
        (_("Jawaban pertama"), ticket.first_response_due_at, ticket.first_responded_at),
        (_("Pemeriksaan"), ticket.verification_due_at, ticket.verified_at),
        (_("Penyelesaian"), ticket.settlement_due_at, ticket.settled_at),
    )
    for name, due_at, met_at in rows:
        is_open = met_at is None and not ended
        yield Target(
            name=name,
            due_at=due_at,
            met_at=met_at,
            is_late=(met_at or now) > due_at and (met_at is not None or is_open),
            is_open=is_open,
        )
