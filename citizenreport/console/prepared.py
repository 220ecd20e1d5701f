"""The replies that a city has worded in advance, for one ticket: which to offer, and filled in."""

from flask_babel import force_locale

from citizenreport.cities.reply_templates import ReplyTemplate, fill_in, fitting
from citizenreport.cities.rules import City, Names, Visibility
from citizenreport.console import words
from citizenreport.i18n.languages import LANGUAGES
from citizenreport.intake.models import Report
from citizenreport.routing.rules import agency_name
from citizenreport.triage.models import Ticket
from citizenreport.triage.states import LABELS, State
from citizenreport.web.locale import day, page_language
from citizenreport.web.translate import _


def prepared_for(city: City, ticket: Ticket) -> list[ReplyTemplate]:
    """Return the replies that may be used on a ticket: on a confidential one only neutral ones."""
    return fitting(
        city.reply_templates,
        state=ticket.state,
        category_code=ticket.category_code,
        is_confidential=ticket.visibility == Visibility.CONFIDENTIAL.value,
    )


def choices_for(city: City, ticket: Ticket) -> list[tuple[str, str]]:
    """Return (code, title in the language of the page) of the replies that fit."""
    return [
        (template.code, _in(template.titles, page_language()))
        for template in prepared_for(city, ticket)
    ]


def reply_languages(city: City) -> list[str]:
    """Return the languages a reply can be had in, the city's first one first."""
    return [language for language in city.languages if language in LANGUAGES]


def filled_in(
    city: City, ticket: Ticket, report: Report, template: ReplyTemplate, language: str
) -> str:
    """Return the reply in a language, with what it names taken from the ticket as it is now."""
    with force_locale(language):
        values = {
            "code": report.tracking_code,
            "deadline": day(ticket.settlement_due_at),
            "city": city.name,
        }
        if ticket.visibility != Visibility.CONFIDENTIAL.value:
            category = city.categories.get(ticket.category_code)
            values |= {
                "category": _in(category.names, language) if category else ticket.category_code,
                "agency": agency_name(city, ticket.agency_code),
                "kelurahan": words.area_name(city, ticket.area_code) or city.name,
                "state": _(LABELS[State(ticket.state)]).lower(),
            }
    return fill_in(template.in_language(language), values)


def _in(names: Names, language: str) -> str:
    return names.get(language) or next(iter(names.values()))
