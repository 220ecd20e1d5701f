"""/open311/v2/services: the categories of the city and what is asked about each."""

from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, Response

from citizenreport.cities.rules import Category, City, Question
from citizenreport.core.clock import utcnow
from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n
from citizenreport.i18n.languages import DEFAULT_LANGUAGE
from citizenreport.open311.answers import answer, conditional, read_query
from citizenreport.partners.georeport import Content, Repeated
from citizenreport.web.context import current_city
from citizenreport.web.guards import public
from citizenreport.web.locale import page_language

bp = Blueprint("georeport_services", __name__, url_prefix="/open311/v2")

LISTS: Final = frozenset({"singlevaluelist", "multivaluelist"})


class ServiceNotFound(NotFound):
    code = "service-not-found"
    title = _n("service_code ini tidak ada. Lihat daftar services.")


def local(names: Mapping[str, str]) -> str:
    """Return a name in the reader's language."""
    return names.get(page_language()) or names.get(DEFAULT_LANGUAGE) or ""


def offered(city: City) -> list[Category]:
    """Return the categories that reports are taken about today, by code."""
    today = city.local_date(utcnow())
    found = (city.category_on(code, today) for code in sorted(city.categories))
    return [category for category in found if category is not None]


@bp.get("/services.<any(xml, json):form>")
@public
def index(form: str) -> Response:
    """List the services."""
    city = current_city()
    read_query(city, ())
    items = [_service(category) for category in offered(city)]
    return conditional(answer("services", Repeated(item="service", items=items), form=form))


@bp.get("/services/<code>.<any(xml, json):form>")
@bp.get("/service/<code>.<any(xml, json):form>")
@public
def show(code: str, form: str) -> Response:
    """Describe what is asked about one service. An old client asks for it in the singular."""
    city = current_city()
    read_query(city, ())
    category = next((one for one in offered(city) if one.category_code == code), None)
    if category is None:
        raise ServiceNotFound
    ordered = sorted(category.questions, key=lambda question: question.order)
    attributes = [_attribute(number, one) for number, one in enumerate(ordered, start=1)]
    content: dict[str, Content] = {
        "service_code": category.category_code,
        "attributes": Repeated(item="attribute", items=attributes),
    }
    return conditional(answer("service_definition", content, form=form))


def _service(category: Category) -> dict[str, Content]:
    examples = _of_language(category.examples)
    return {
        "service_code": category.category_code,
        "service_name": local(category.names),
        "description": examples[0] if examples else "",
        "metadata": bool(category.questions),
        "type": "realtime",
        "keywords": ",".join(_of_language(category.keywords)),
        "group": category.aspect.value,
    }


def _of_language(words: Mapping[str, Sequence[str]]) -> Sequence[str]:
    return words.get(page_language()) or words.get(DEFAULT_LANGUAGE) or ()


def _attribute(number: int, question: Question) -> dict[str, Content]:
    attribute: dict[str, Content] = {
        "variable": True,
        "code": question.code,
        "datatype": question.datatype,
        "required": question.required,
        "datatype_description": "",
        "order": number,
        "description": local(question.labels),
    }
    values: list[Content] = [
        {"key": key, "name": local(names)}
        for key, names in (question.choices if question.datatype in LISTS else ())
    ]
    attribute["values"] = Repeated(item="value", items=values)  # also empty: clients iterate
    return attribute
