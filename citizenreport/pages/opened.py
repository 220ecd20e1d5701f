"""Which report this browser has opened: by code and secret, or by a link from a mail.

Every form of such a page says which report it is about, without naming it: in another tab another
report may have been opened since, and what is sent must not reach that one.

A link is less than the secret: whoever reads the mailbox has it. It opens no confidential report
(the page asks for the secret), and what is held about the reporter stays behind the secret too.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from flask import Response, request
from markupsafe import Markup
from sqlalchemy.orm import Session

from citizenreport.cities.rules import Visibility
from citizenreport.core.errors import Conflict, NotAllowed
from citizenreport.core.text import _n
from citizenreport.intake import queries as intake_queries
from citizenreport.intake.models import Report
from citizenreport.intake.rules import ReportNotFound
from citizenreport.triage import queries as triage_queries
from citizenreport.triage.models import Ticket
from citizenreport.web import passes
from citizenreport.web.context import current_keys
from citizenreport.web.follow import nth
from citizenreport.web.links import Link, Purpose, drop_link, held_link
from citizenreport.web.passes import Pass
from citizenreport.web.scratch import scratch

FIELD: Final = "own"
MARK_CHARS: Final = 32
PART: Final = "bagian"
BY_LINK: Final = (Purpose.FOLLOW, Purpose.ANSWER)


class SecretNeeded(NotAllowed):
    """A link is not enough for this. `tracking_code` fills in the form that asks for the secret."""

    code = "secret-needed"
    title = _n("Untuk ini kami perlu kata rahasia Anda.")

    def __init__(self, tracking_code: str) -> None:
        super().__init__()
        self.tracking_code = tracking_code


class OtherReportOpen(Conflict):
    """A form of one report came when this browser had opened another one: nothing was done."""

    code = "other-report-open"
    title = _n("Laporan lain sedang terbuka di peramban ini, jadi belum ada yang dikirim.")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Opened:
    """The report and its first ticket. `has_secret`: opened by its holder, not only by a link."""

    report: Report
    ticket: Ticket
    has_secret: bool


def opened_report(
    session: Session, *, needs_secret: bool = False, links: Iterable[Purpose] = BY_LINK
) -> Opened:
    """Return the report this browser opened last: `hold_pass` ends links, so a link came later.

    `links`: those that are good for what is asked for.

    Raises:
        ReportNotFound: none, or it opens nothing any more.
        SecretNeeded: it was opened by a link, and that is not enough.
        OtherReportOpen: what was sent is a form of another report's page.
    """
    own, link = passes.held(passes.FOLLOW), _newest_link(links)
    if own is not None:
        report = intake_queries.by_code_and_secret(
            session, current_keys(), tracking_code=own.code, secret=own.secret
        )
        if link is None or link.about == report.id:
            return _opened(session, report, has_secret=True)
    if link is None or not intake_queries.is_followed(session, link.about):
        raise ReportNotFound
    opened = _opened(session, intake_queries.by_id(session, link.about), has_secret=False)
    if needs_secret or _is_confidential(session, opened.report):
        raise SecretNeeded(opened.report.tracking_code)
    return opened


def hold_pass(response: Response, own: Pass) -> None:
    """Put a pass into the browser; links that were opened before count no more."""
    passes.give(response, passes.FOLLOW, own)
    drop_link(response, *BY_LINK, Purpose.SURVEY)


def forget_all(response: Response) -> None:
    """Have the browser forget what it opened, in whatever way."""
    passes.take_back(response, passes.RECEIPT, passes.FOLLOW)
    drop_link(response, *Purpose)


def _newest_link(purposes: Iterable[Purpose]) -> Link | None:
    links = [link for link in map(held_link, purposes) if link is not None]
    return max(links, key=lambda link: link.made_at, default=None)


def _is_confidential(session: Session, report: Report) -> bool:
    """Tell whether any ticket is: a report that was split has one page for all of them."""
    tickets = triage_queries.of_report(session, report.id)
    return any(ticket.visibility == Visibility.CONFIDENTIAL.value for ticket in tickets)


def _opened(session: Session, report: Report, *, has_secret: bool) -> Opened:
    mark = _mark(report)
    sent = request.form.get(FIELD, mark) if request.method == "POST" else mark
    if not hmac.compare_digest(sent.encode(), mark.encode()):
        raise OtherReportOpen
    scratch().setdefault(FIELD, mark)
    ticket = nth(triage_queries.of_report(session, report.id), part_number())
    return Opened(report=report, ticket=ticket, has_secret=has_secret)


def own_field() -> Markup:
    """Return the hidden fields by which a form says of which report, and of which of its tickets, it
    is; the page has opened it.
    """
    field = Markup('<input type="hidden" name="{}" value="{}">')
    own = field.format(FIELD, scratch().get(FIELD, ""))
    return own + field.format(PART, part_number()) if part_number() > 1 else own


def _mark(report: Report) -> str:
    """Return what stands for a report in its own forms: it names nothing."""
    return current_keys().fingerprint("own-page", str(report.id)).hex()[:MARK_CHARS]


def part_number() -> int:
    """Return which ticket of a report that was split is meant, counted from 1."""
    text = request.values.get(PART, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 else 1
