"""Whatever JSON comes in: a report that is wholly stored, or a problem document and nothing."""

import json
from collections.abc import Callable
from copy import deepcopy
from typing import Any
from urllib.parse import unquote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.bad_input.intake import LAMP, VIOLENCE, Intake

quick = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)

EVERYTHING: dict[str, Any] = LAMP | {
    "accuracy_m": 12.5,
    "area_code": "33.71.03.1005",
    "neighbourhood": "RW 03",
    "landmark": "Depan warung Bu Sri",
    "answers": {"jenis_jalan": "gang", "nomor_tiang": "12"},
    "subject": {"agency_code": "DLH", "person": "Pak Lurah"},
    "visibility": "restricted",
    "contact": {"name": "Sri", "email": "sri@example.org", "phone": "081234567890"},
    "locale": "jv",
    "channel": "web",
    "secret": "x" * 22,
    "refer_outside": True,
}

any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(10**40), 10**40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(sorted(EVERYTHING)) | any_text, values, max_size=8)


def places(value: object, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of every value in a JSON document."""
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [path, *(found for key, v in inner for found in places(v, (*path, key)))]


def value_at(document: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        document = document[step]
    return document


Change = Callable[[Any, Any], None]


@st.composite
def mutated(draw: st.DrawFn) -> Any:
    """Return a good report with up to three values replaced, removed or added."""
    document = deepcopy(draw(st.sampled_from([LAMP, VIOLENCE, EVERYTHING])))
    for _ in range(draw(st.integers(0, 3))):
        path = draw(st.sampled_from([p for p in places(document) if p]))
        holder = value_at(document, path[:-1])
        what = draw(st.sampled_from(["replace", "remove", "add"]))
        if what == "replace":
            holder[path[-1]] = draw(values)
        elif what == "remove":
            del holder[path[-1]]
        elif isinstance(holder, dict):
            holder[draw(any_text)] = draw(values)
        if not document:
            break
    return document


def resolves(pointer: str, document: Any) -> bool:
    """Tell whether a pointer leads to a value that was sent, or to where one is missing."""
    steps = pointer.removeprefix("#").split("/")[1:]
    for number, step in enumerate(steps):
        name = unquote(step, errors="surrogatepass").replace("~1", "/").replace("~0", "~")
        is_last = number == len(steps) - 1
        if isinstance(document, dict) and name in document:
            document = document[name]
        elif isinstance(document, list) and name.isdigit():
            document = document[int(name)]
        else:
            return is_last and (document is None or isinstance(document, dict))
    return True


def assert_whole_or_nothing(intake: Intake, document: Any) -> None:
    before = intake.stored()
    reply = intake.post(document)
    grown = intake.stored().since(before)
    assert reply.status_code in {201, 400, 413, 422}, reply.text
    if reply.status_code == 201:
        sealed = {"report_key"} & grown.keys()
        assert grown == dict.fromkeys(["report", "assignment", "ticket", "event", *sealed], 1)
        intake.read(reply)
        return
    assert grown == {}
    problem = intake.problem(reply)
    assert problem.get("detail") or problem["errors"]
    for pointer in intake.pointers(reply):
        assert resolves(pointer, document), pointer


@quick
@given(document=values)
def test_any_json_is_answered(intake: Intake, document: Any) -> None:
    assert_whole_or_nothing(intake, document)


@quick
@given(document=objects)
def test_any_object_with_known_names_is_answered(intake: Intake, document: Any) -> None:
    assert_whole_or_nothing(intake, document)


@quick
@given(document=mutated())
def test_a_damaged_report_is_stored_whole_or_pointed_at(intake: Intake, document: Any) -> None:
    assert_whole_or_nothing(intake, document)


def test_the_undamaged_reports_are_good(intake: Intake) -> None:
    for document in (LAMP, VIOLENCE, EVERYTHING):
        reply = intake.post(document)
        assert reply.status_code == 201, reply.text


@quick
@given(
    data=st.data(),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(max_size=6)), min_size=1, max_size=4),
)
def test_damaged_bytes_are_answered(
    intake: Intake, data: st.DataObject, cuts: list[tuple[float, bytes]]
) -> None:
    body = json.dumps(EVERYTHING).encode()
    for where, put in cuts:
        at = int(where * len(body))
        body = body[:at] + put + body[at + data.draw(st.integers(0, 4)) :]
    before = intake.stored()
    reply = intake.post(body)
    grown = intake.stored().since(before)
    assert reply.status_code in {201, 400, 413, 422}, reply.text
    assert (reply.status_code == 201) == bool(grown)
    if not grown:
        intake.problem(reply)
