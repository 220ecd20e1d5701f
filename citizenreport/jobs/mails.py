"""What the jobs that write mails share: facts read at the time of sending, rendered, handed over.

A job is enqueued with ids. The contact is opened, and the words are chosen by the visibility the
ticket has, when the mail is written: nothing personal waits in a queue, and what was erased or made
confidential meanwhile does not go out.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from babel.dates import format_datetime
from flask import current_app
from flask_babel import force_locale
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, Names, Visibility
from citizenreport.core.clock import utcnow
from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n
from citizenreport.i18n.languages import DEFAULT_LANGUAGE, LANGUAGES
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.ledger.models import Event
from citizenreport.ledger.rules import StreamKind
from citizenreport.messaging import queries as messaging_queries
from citizenreport.messaging.mailers import mailer_for
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.texts import Template
from citizenreport.messaging.texts_reader import STOP
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import State
from citizenreport.web.context import current_keys
from citizenreport.web.links import Purpose, mint_link, mint_stop_link
from citizenreport.web.translate import _

MESSAGE_KEY_CHARS: Final = 32
INSTANT_FORMAT: Final = "d MMMM y, HH.mm"


class NobodyOnDuty(NotFound):
    """Neither the agency nor the city desk has an address for urgent tickets."""

    code = "nobody-on-duty"
    title = _n("Belum ada alamat surel piket untuk instansi ini.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Subject:
    """The ticket a mail is about, with the event that asked for it. No repr: it would reach logs."""

    ticket: Ticket
    report: Report
    event: Event
    check_id: UUID | None  # of the reporter's address

    @property
    def is_confidential(self) -> bool:
        return self.ticket.visibility == Visibility.CONFIDENTIAL.value

    @property
    def is_own_closing(self) -> bool:
        """Tell whether the event is that the reporter called it settled."""
        is_closing = self.event.payload.get("to") == State.CLOSED.value
        return is_closing and self.ticket.closed_how == "confirmed"

    @property
    def language(self) -> str:
        """The language the reporter wrote in."""
        return self.report.locale if self.report.locale in LANGUAGES else DEFAULT_LANGUAGE


def subject_of(session: Session, *, ticket_id: str, seq: int) -> Subject | None:
    """Return what a mail is about; None when it is gone."""
    id_ = UUID(ticket_id)
    ticket = session.get(Ticket, id_)
    event = session.get(Event, (StreamKind.TICKET.value, id_, seq))
    if ticket is None or event is None:
        return None
    report = intake_queries.by_id(session, ticket.report_id)
    check = messaging_queries.check_of(session, report.id)
    check_id = check.id if check else None
    return Subject(ticket=ticket, report=report, event=event, check_id=check_id)


def reporter_address(session: Session, report: Report) -> str | None:
    """Return where news of a report go; None while nobody confirmed it, or when none are wanted."""
    if not messaging_queries.may_write(messaging_queries.check_of(session, report.id)):
        return None
    return given_address(session, report)


def given_address(session: Session, report: Report) -> str | None:
    """Return the mail address that was given, opened for this mail; None when there is none any more.

    Whether it is the reporter's own is another question: `reporter_address` asks it.
    """
    data_key = intake_queries.data_key_of(session, current_keys(), report.id)
    return intake_queries.contact_of(report, data_key).email or None


def duty_address(city: City, agency_code: str, *, about: str | None) -> str:
    """Return where an agency is called at once: its own address, else the city desk's.

    Never that of the body the report is `about`.

    Raises:
        NobodyOnDuty: there is no address at all; the job shows among the stuck ones.
    """
    for code in (agency_code, city.desk_agency_code):
        agency = city.agencies.get(code)
        if agency is not None and agency.duty_email and code != about:
            return agency.duty_email
    raise NobodyOnDuty


def write_mail(
    template: Template,
    values: Mapping[str, object],
    *,
    to: str,
    purpose: str,
    event: Event,
    language: str = DEFAULT_LANGUAGE,
) -> Mail:
    """Render a mail. Its Message-ID is the same however often the job runs, and tells nothing."""
    with force_locale(language):
        subject, text = _(template.subject, **values), _(template.text, **values)
    return Mail(
        to=to,
        subject=subject,
        text=text,
        language=language,
        message_key=message_key_of(purpose, event.stream_kind, event.stream_id, event.seq),
        written_at=utcnow(),
        own_url=current_app.config["PUBLIC_URL"],
    )


def write_to_reporter(
    template: Template, values: Mapping[str, object], *, to: str, purpose: str, subject: Subject
) -> Mail:
    """Render a mail to the reporter, in their language, with the way to end such mails below it."""
    language = subject.language
    mail = write_mail(
        template, values, to=to, purpose=purpose, event=subject.event, language=language
    )
    assert subject.check_id is not None, "only confirmed addresses are written to"
    stop_url = mint_stop_link(subject.check_id)
    with force_locale(language):
        text = mail.text + _(STOP, stop_link=stop_url)
    return replace(mail, text=text, stop_url=stop_url)


def message_key_of(purpose: str, *about: object) -> str:
    """Return what names a mail: the same for the same mail, and telling nothing."""
    key = "\x1f".join(map(str, (purpose, *about)))
    return current_keys().fingerprint("message-id", key).hex()[:MESSAGE_KEY_CHARS]


def post(mail: Mail) -> None:
    """Hand a mail to the mailer that the settings name. Call it outside any transaction."""
    config = current_app.config
    mailer = mailer_for(
        config["SMTP_URL"], sender=config["MAIL_FROM"], is_private=config["IS_PRIVATE"]
    )
    mailer.send(mail)


def instant_text(city: City, at: datetime, *, language: str = DEFAULT_LANGUAGE) -> str:
    """Return an instant in the city's time and the reader's language: 26 Maret 2026, 23.59 WIB."""
    local = at.astimezone(city.calendar.time_zone)
    return f"{format_datetime(local, INSTANT_FORMAT, locale=language)} {local.tzname()}"


def name_in(names: Names, language: str) -> str:
    """Return a name of the city pack in a language, else in Indonesian."""
    return names.get(language) or names["id"]


def report_link(report: Report) -> str:
    """Return a fresh link by which the reporter follows a report; neither code nor secret is in it."""
    return mint_link(report.id, Purpose.FOLLOW)


def survey_link(report: Report) -> str:
    """Return a fresh link to the questions about how a report was handled."""
    return mint_link(report.id, Purpose.SURVEY)


def console_link() -> str:
    """Return the page on which staff find their tickets."""
    return f"{current_app.config['PUBLIC_URL']}/petugas"
