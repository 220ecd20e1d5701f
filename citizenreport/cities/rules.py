"""The city as values. Pure: what a pack says, once it has been read and found good."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol, TypeVar
from zoneinfo import ZoneInfo

from citizenreport.cities.innovation_rules import InnovationRules
from citizenreport.cities.release_calendar import ReleaseCalendar
from citizenreport.cities.release_policy import ReleasePolicy
from citizenreport.cities.reply_templates import ReplyTemplate
from citizenreport.geo.areas import BORDER_TOLERANCE_M, AreaIndex
from citizenreport.geo.position import Position

Names = Mapping[str, str]
"""Text by language code (`id`, `en`, `jv`); `id` is always there."""


class Aspect(StrEnum):
    """What of the Smart Society a report is about."""

    SAFETY = "aman"
    COMFORT = "nyaman"
    TOLERANCE = "toleransi"
    HARMONY = "harmoni"
    OTHER = "lainnya"


class Visibility(StrEnum):
    """Who may see what of a report (protection.md, section 1). Ordered: later is stricter."""

    PUBLIC = "public"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"

    @property
    def strictness(self) -> int:
        """0 for public, 1 for restricted, 2 for confidential."""
        return list(Visibility).index(self)


class ProtectionClass(StrEnum):
    NONE = "none"
    TOLERANCE = "tolerance"
    VIOLENCE = "violence"
    CHILD = "child"
    ABUSE_OF_OFFICE = "abuse_of_office"
    PRIVATE_LIFE = "private_life"
    CRIME = "crime"


class PublicPrecision(StrEnum):
    """How exactly the public may see a place."""

    EXACT = "tepat"
    GRID_100M = "100m"
    AREA = "kelurahan"
    NONE = "tidak_ada"


class Priority(StrEnum):
    CRITICAL = "kritis"
    HIGH = "tinggi"
    MEDIUM = "sedang"
    LOW = "rendah"


class ComplaintClass(StrEnum):
    """The classes of SP4N-LAPOR!. Source: PermenPANRB 62/2018 (replaced by 5/2025)."""

    SUPERVISORY = "pengaduan_berkadar_pengawasan"
    ORDINARY = "pengaduan_tidak_berkadar_pengawasan"
    WISH = "aspirasi"
    INFORMATION = "permintaan_informasi"


class AreaLevel(StrEnum):
    VILLAGE = "kelurahan"
    DISTRICT = "kecamatan"
    CITY = "kota"


@dataclass(frozen=True, slots=True, kw_only=True)
class Population:
    """`female` and `male` where the source tells them; then they sum to `persons`."""

    persons: int
    year: int
    source: str
    female: int | None = None
    male: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Area:
    """`area_code` is the Kemendagri code (or the city's own); `bps_code` the statistics office's."""

    area_code: str
    level: AreaLevel
    name: str
    bps_code: str | None = None
    parent_code: str | None = None
    postal_code: str | None = None
    populations: tuple[Population, ...] = ()
    neighbourhoods: int | None = None  # how many RW, when known
    valid_from: date | None = None
    valid_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GeoReportChannel:
    """How an outside body takes reports by program. `services`: its code for each of ours; `*`: the rest.

    `key_name`: the file with its api_key; the key itself is in no pack.
    """

    url: str
    jurisdiction_id: str = ""
    key_name: str = ""
    services: Mapping[str, str] = field(default_factory=dict)

    def service_for(self, category_code: str) -> str:
        """Return what a category is called there: as here when nothing else is said."""
        return self.services.get(category_code) or self.services.get("*") or category_code


@dataclass(frozen=True, slots=True, kw_only=True)
class Agency:
    """A body of the city (OPD) or outside it. Names change with each reorganisation: history stays."""

    agency_code: str
    name: str
    short_name: str
    kind: str
    is_external: bool = False
    area_code: str | None = None  # the area a kelurahan or kecamatan office serves
    duty_email: str | None = None  # called at once for urgent tickets
    channel: str | None = None  # how a resident reaches an outside body, in plain words
    address: str = ""  # for letters: street and postal code
    duties: str = ""
    is_confirmed: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    successor_code: str | None = None
    georeport: GeoReportChannel | None = None  # of an outside body: referrals go there by program


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A follow-up question of a category (GeoReport: attribute)."""

    code: str
    labels: Names
    datatype: str  # string, number, datetime, text, singlevaluelist, multivaluelist
    required: bool = False
    choices: tuple[tuple[str, Names], ...] = ()
    order: int = 1
    is_retired: bool = False  # asked no more; what was answered keeps its words


@dataclass(frozen=True, slots=True, kw_only=True)
class Category:
    """A kind of problem this city takes reports about (GeoReport: service)."""

    category_code: str
    aspect: Aspect
    names: Names
    examples: Mapping[str, tuple[str, ...]]  # by language
    keywords: Mapping[str, tuple[str, ...]]
    questions: tuple[Question, ...]
    lead: str  # agency code or @KELURAHAN, @KECAMATAN, @OPD_TERKAIT
    supporting: tuple[str, ...]
    external: tuple[str, ...]
    complaint_class: ComplaintClass
    priority: Priority
    emergency_numbers: tuple[str, ...]  # call these first; empty: no emergency
    may_be_emergency: bool
    visibility: Visibility
    protection_class: ProtectionClass
    public_precision: PublicPrecision
    public_photo: bool
    village_access: str  # ya, tidak, per_kasus
    may_be_suggested: bool
    mediation: bool
    sensitive_flags: tuple[str, ...]
    first_response_hours: int
    verification_working_days: int
    settlement_working_days: int
    deadline_basis: str
    national_categories: tuple[str, ...]
    is_confirmed: bool  # False: a proposal the city has not confirmed
    is_physical: bool = True  # resolving wants an after-photo
    is_good_practice: bool = False
    indicators: tuple[str, ...] = ()
    authority: str = ""  # whose business it is, in the pack's words
    dimension_code: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    retired_questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RoutingRow:
    """One line of routing.csv. None means "any"; what is given must match.

    `answers` are (question code, value) pairs. `agency_code` may be @KELURAHAN or @KECAMATAN
    (the office that serves the area) or @OPD_TERKAIT (a person at the city desk decides).
    """

    rule_id: str
    category_code: str
    agency_code: str
    area_code: str | None = None
    answers: tuple[tuple[str, str], ...] = ()
    office_hours: bool | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    is_confirmed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyNumber:
    """Shown to residents only with `verified_on`."""

    number: str
    names: Names
    situations: Mapping[str, tuple[str, ...]]  # by language; empty where not translated
    verified_on: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerLine:
    """Who handles a protection class: at least two positions of the lead, and whom a lapse is told to."""

    protection_class: ProtectionClass
    agency_code: str
    positions: tuple[str, ...]
    escalation: tuple[str, ...]  # agency codes, in order; told a code and a deadline, nothing more


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """Working days of the city's offices. `weekend` are ISO weekdays (6 = Saturday)."""

    time_zone: ZoneInfo
    holidays: Mapping[date, str]
    weekend: frozenset[int] = frozenset({6, 7})
    office_opens: str = "07:30"
    office_closes: str = "16:00"
    known_until: date = date.max

    def is_working_day(self, day: date) -> bool:
        return day.isoweekday() not in self.weekend and day not in self.holidays


@dataclass(frozen=True, slots=True, kw_only=True)
class Dimension:
    """One of the six smart-city dimensions, or a sub-dimension (`parent_code` set)."""

    dimension_code: str
    names: Names
    parent_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """An area just outside the city, and the body that takes reports there."""

    code: str
    name: str
    district: str = ""
    channel_agency_code: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Landmark:
    """A place people name instead of an address."""

    name: str
    area_code: str
    position: Position | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarReports:
    """Which released reports a resident is shown before sending another of the same category."""

    radius_m: float = 150
    days: int = 60
    most: int = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRules:
    """When people are called and told. The lines are agency codes in order; empty: the desk alone.

    A confidential ticket goes along the escalation of its handlers instead.
    """

    answer_minutes: int = 10  # until an urgent call moves to the next person
    warn_working_days: int = 1  # before a deadline, at the opening of the offices
    step_hours: int = 24  # from one body of a line to the next
    supervisory: tuple[str, ...] = ()
    ordinary: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class City:
    """One city, whole and frozen; passed as an argument to every room that needs it."""

    city_code: str
    name: str
    languages: tuple[str, ...]
    metric_crs: int  # EPSG number of the local metric frame
    calendar: Calendar
    areas: Mapping[str, Area]
    area_index: AreaIndex
    agencies: Mapping[str, Agency]
    categories: Mapping[str, Category]
    routing: tuple[RoutingRow, ...]
    handlers: tuple[HandlerLine, ...]
    emergency_numbers: tuple[EmergencyNumber, ...]
    dimensions: tuple[Dimension, ...]
    desk_agency_code: str  # the city desk: receives what no rule places
    conflict_order: Mapping[str, str]  # subject agency -> who takes its reports; "*" for the rest
    contest_days: int
    retention_days: Mapping[str, int]  # by visibility and protection class
    release_tables: tuple[Mapping[str, object], ...]
    texts: Mapping[str, Names]
    digest: str  # SHA-256 over the pack's files, hex
    pack_version: int = 0  # the database's number for this digest; 0 before it is loaded
    open_points: tuple[str, ...] = field(default=())  # what is proposed and waits for the city
    routing_by_category: Mapping[str, tuple[RoutingRow, ...]] = field(init=False)
    office_by_area: Mapping[str, str] = field(init=False)  # area code -> the agency serving it
    bps_code: str | None = None
    border_tolerance_m: float = BORDER_TOLERANCE_M
    takes_georeport_without_key: bool = True  # reports from residents' apps
    general_channel: str = ""  # where to turn far outside the city, in plain words
    neighbours: Mapping[str, Neighbour] = field(default_factory=dict)
    landmarks: tuple[Landmark, ...] = ()
    similar_reports: SimilarReports = SimilarReports()
    reply_templates: tuple[ReplyTemplate, ...] = ()
    duty: DutyRules = DutyRules()
    outside_channels: Mapping[str, str] = field(default_factory=dict)  # code: name, as SP4N-LAPOR!
    alternative_area_index: AreaIndex | None = None  # a second official set of the same areas
    official_area_km2: float | None = None
    boundaries_source: str = ""
    deadlines_valid_from: date | None = None
    deadlines_source: str = ""
    survey_open_days: int = 30  # after settlement, for the first answer
    survey_change_days: int = 14  # after the first answer, for changing it
    survey_link_days: int = 365  # after the answer, until it forgets its ticket
    release_policy: ReleasePolicy = field(default_factory=ReleasePolicy)
    pulse_days: int = 730  # after the month, until its answers are deleted
    category_periods: Mapping[str, tuple[Category, ...]] = field(default_factory=dict)
    agency_periods: Mapping[str, tuple[Agency, ...]] = field(default_factory=dict)
    releases: ReleaseCalendar = field(default_factory=ReleaseCalendar)
    innovations: InnovationRules = field(default_factory=InnovationRules)

    def __post_init__(self) -> None:
        by_category: dict[str, tuple[RoutingRow, ...]] = {}
        for row in self.routing:
            by_category[row.category_code] = (*by_category.get(row.category_code, ()), row)
        object.__setattr__(self, "routing_by_category", by_category)
        # Where an office followed another, the one that lasts longest serves the area.
        lasting = sorted(self.agencies.values(), key=lambda a: a.valid_to or date.max)
        offices = {a.area_code: a.agency_code for a in lasting if a.area_code}
        object.__setattr__(self, "office_by_area", offices)

    def local_date(self, instant: datetime) -> date:
        """Return the city's calendar day of an aware instant."""
        return instant.astimezone(self.calendar.time_zone).date()

    def category_on(self, category_code: str, day: date) -> Category | None:
        """Return the category as it stands on a day; None when it is not offered then.

        `categories` holds what stood on the day the pack was read; a category whose deadlines
        change on a date has a row for each period.
        """
        known = self.categories.get(category_code)
        periods = self.category_periods.get(category_code) or ((known,) if known else ())
        return _standing(periods, day)

    def agency_on(self, agency_code: str, day: date) -> Agency | None:
        """Return the agency under the name it has on a day; None before it began or after its end."""
        known = self.agencies.get(agency_code)
        periods = self.agency_periods.get(agency_code) or ((known,) if known else ())
        return _standing(periods, day)


class Dated(Protocol):
    """Anything with a first and a last day; both days belong to it, None is open."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


D = TypeVar("D", bound=Dated)


def is_valid_on(thing: Dated, day: date) -> bool:
    """Say whether a day lies in the validity of a row; first and last day included."""
    return (thing.valid_from or date.min) <= day <= (thing.valid_to or date.max)


def _standing(periods: Iterable[D], day: date) -> D | None:
    return next((period for period in periods if is_valid_on(period, day)), None)


def specificity(row: RoutingRow) -> int:
    """Return how many conditions a row sets beside its category. The row with more of them wins."""
    return (row.area_code is not None) + len(row.answers) + (row.office_hours is not None)


def can_overlap(
    one: RoutingRow, other: RoutingRow, *, multiple: Collection[str] = frozenset()
) -> bool:
    """Say whether one report could match both rows on some day.

    `multiple` names the questions that take several answers at once: two different answers to
    such a question do not exclude each other.
    """
    return (
        one.category_code == other.category_code
        and _share_a_day(one, other)
        and (one.area_code is None or other.area_code in (None, one.area_code))
        and (one.office_hours is None or other.office_hours in (None, one.office_hours))
        and _answers_agree((*one.answers, *other.answers), multiple)
    )


def _share_a_day(one: Dated, other: Dated) -> bool:
    first = max(one.valid_from or date.min, other.valid_from or date.min)
    return first <= min(one.valid_to or date.max, other.valid_to or date.max)


def _answers_agree(answers: Iterable[tuple[str, str]], multiple: Collection[str]) -> bool:
    chosen: dict[str, str] = {}
    return all(
        question in multiple or chosen.setdefault(question, value) == value
        for question, value in answers
    )
