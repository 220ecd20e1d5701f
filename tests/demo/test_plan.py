"""The year as it is planned: the same by the same seed, plausible, and complete."""

import re
from collections import Counter
from datetime import timedelta

import pytest

from citizenreport.cities.rules import Category, City, PublicPrecision, Visibility
from citizenreport.intake.rules import check
from citizenreport.pipeline.demo.deeds import Kind, Life, Outcome
from citizenreport.pipeline.demo.plan import make_lives
from citizenreport.pipeline.demo.script import LANGUAGES, script_for
from citizenreport.pipeline.demo.seasons import fasting_days
from citizenreport.triage.states import State
from tests.demo.conftest import ORDER


def month_of(city: City, life: Life) -> int:
    return city.local_date(life.submitted_at).month


def test_the_same_seed_makes_the_same_lives(city: City, lives: list[Life]) -> None:
    assert make_lives(city, ORDER.period, seed=ORDER.seed, wanted=ORDER.wanted) == lives


def test_another_seed_makes_others(city: City, lives: list[Life]) -> None:
    others = make_lives(city, ORDER.period, seed=ORDER.seed + 1, wanted=ORDER.wanted)
    assert [one.draft.description for one in others] != [one.draft.description for one in lives]


@pytest.mark.parametrize("wanted", [1, 13, 60, 240])
def test_there_are_as_many_as_wanted(city: City, wanted: int) -> None:
    made = make_lives(city, ORDER.period, seed=3, wanted=wanted)
    assert len(made) == wanted
    assert len({life.submitted_at for life in made}) == wanted


def test_a_year_has_every_category_outcome_and_aspect(city: City, year: list[Life]) -> None:
    assert {life.draft.category_code for life in year} == set(city.categories)
    assert {life.outcome for life in year} == set(Outcome)


def test_every_draft_fits_the_city(city: City, year: list[Life]) -> None:
    for life in year:
        check(city, life.draft, now=life.submitted_at)


def test_acts_follow_each_other_and_end_with_the_period(year: list[Life]) -> None:
    for life in year:
        times = [life.submitted_at, *(deed.at for deed in life.deeds)]
        assert times == sorted(times)
        assert times[-1] < ORDER.period.until
        assert life.submitted_at >= ORDER.period.since


def test_floods_come_with_the_rain_and_smoke_with_the_dry_months(
    city: City, year: list[Life]
) -> None:
    rainy = {11, 12, 1, 2, 3}
    drains = [month_of(city, life) for life in year if life.draft.category_code == "N07"]
    fires = [month_of(city, life) for life in year if life.draft.category_code == "N06"]
    assert sum(month in rainy for month in drains) > 0.7 * len(drains)
    assert sum(month in {6, 7, 8, 9, 10} for month in fires) > 0.5 * len(fires)


def test_firecrackers_belong_to_the_fasting_month(city: City, year: list[Life]) -> None:
    fasting = fasting_days(city.calendar)
    days = [
        city.local_date(life.submitted_at) for life in year if life.draft.category_code == "A18"
    ]
    assert sum(day in fasting for day in days) > 0.4 * len(days)


def test_races_belong_to_weekend_nights(city: City, year: list[Life]) -> None:
    zone = city.calendar.time_zone
    races = [
        life.submitted_at.astimezone(zone) for life in year if life.draft.category_code == "A03"
    ]
    at_weekend = [at for at in races if at.isoweekday() in (5, 6)]
    at_night = [at for at in races if at.hour >= 18 or at.hour < 6]
    assert len(at_weekend) > 0.5 * len(races)
    assert len(at_night) > 0.7 * len(races)


def test_offices_act_on_working_days_unless_it_is_urgent(city: City, year: list[Life]) -> None:
    off = Counter(
        city.calendar.is_working_day(city.local_date(deed.at))
        for life in year
        for deed in life.deeds
        if deed.kind is Kind.MOVE and deed.target is State.RESOLVED
    )
    assert off[True] > 20 * off[False]


def test_tickets_of_long_ago_have_ended_but_for_a_few(year: list[Life]) -> None:
    """Some stay forgotten: a demo without late ones would be a lie."""
    long_ago = ORDER.period.until - timedelta(days=60)
    old = [life for life in year if life.submitted_at < long_ago]
    ended = {State.CLOSED, State.REFERRED, State.ARCHIVED, State.WITHDRAWN, State.EMERGENCY}
    unended = [
        life
        for life in old
        if not any(deed.target in ended or deed.kind is Kind.MERGE for deed in life.deeds)
    ]
    assert 0 < len(unended) < 0.06 * len(old)


def test_confidential_lives_are_read_by_a_handler_before_anything_happens(
    city: City, year: list[Life]
) -> None:
    secret = [
        life
        for life in year
        if city.categories[life.draft.category_code].visibility is Visibility.CONFIDENTIAL
        and life.deeds
        and life.outcome is not Outcome.WITHDRAWN
    ]
    assert len(secret) > 60
    assert {life.deeds[0].kind for life in secret} == {Kind.READ}
    assert not [one for life in secret for one in life.deeds if one.kind is Kind.RELEASE]


def test_second_reports_lie_beside_the_first_and_come_soon_after(year: list[Life]) -> None:
    by_time = {life.submitted_at: life for life in year}
    seconds = [life for life in year if life.outcome is Outcome.DUPLICATE]
    assert len(seconds) > 15
    for second in seconds:
        assert second.parent_submitted_at is not None
        first = by_time[second.parent_submitted_at]
        assert timedelta(0) < second.submitted_at - first.submitted_at < timedelta(days=3)
        assert second.area_code == first.area_code
        assert second.draft.category_code == first.draft.category_code


def test_people_write_as_people_do(year: list[Life]) -> None:
    texts = [life.draft.description for life in year]
    assert sum(text.isupper() for text in texts) > 40
    assert sum(" yg " in text or " tdk " in text or " sdh " in text for text in texts) > 60
    assert Counter(life.draft.locale for life in year)["jv"] > 200
    assert len(set(texts)) > 0.85 * len(texts)


def test_the_whole_city_is_in_it_in_several_precisions(city: City, year: list[Life]) -> None:
    assert {life.area_code for life in year} == set(city.area_index.codes)
    with_point = [life for life in year if life.draft.position is not None]
    with_area_only = [
        life for life in year if life.draft.position is None and life.draft.area_code is not None
    ]
    assert len(with_point) > 1_400
    assert len(with_area_only) > 200
    assert all(life.draft.neighbourhood for life in with_area_only)


def test_every_category_of_the_pack_has_stories_of_its_own(city: City) -> None:
    script = script_for(city)
    for code, theme in script.themes.items():
        assert theme.stories[0].told["id"][0] not in city.categories[code].examples["id"] or (
            len(theme.stories[0].told["id"]) > 1
            or len(theme.stories) > 1
            or "jv" in theme.stories[0].told
        ), code
        for story in theme.stories:
            assert set(story.told) <= set(LANGUAGES)
            assert story.done or theme.done, code


def test_a_text_tells_no_more_of_a_place_than_the_map(city: City, year: list[Life]) -> None:
    """Staff take the place out of the text where the category shows no exact point."""
    neighbourhood = re.compile(r"RW \d")
    coarse = [
        life
        for life in year
        if city.categories[life.draft.category_code].public_precision is not PublicPrecision.EXACT
    ]
    assert sum(bool(neighbourhood.search(life.draft.description)) for life in coarse) > 50
    assert not [life for life in coarse if neighbourhood.search(life.public_text)]
    hidden = [
        life.public_text
        for life in coarse
        if city.categories[life.draft.category_code].category_code == "H12"
    ]
    names = [city.areas[code].name for code in city.area_index.codes]
    assert not [text for text in hidden if any(f"di {name}" in text for name in names)]


def test_what_is_told_of_the_fasting_month_happens_in_it(city: City, year: list[Life]) -> None:
    fasting = fasting_days(city.calendar)
    told = [life for life in year if "tarawih" in life.draft.description.lower()]
    assert told
    assert all(city.local_date(life.submitted_at) in fasting for life in told)


def test_greetings_fit_the_hour(city: City, year: list[Life]) -> None:
    zone = city.calendar.time_zone
    hours = [
        life.submitted_at.astimezone(zone).hour
        for life in year
        if life.draft.description.lower().startswith("selamat pagi")
    ]
    assert hours
    assert all(4 <= hour < 11 for hour in hours)


def test_a_report_is_referred_to_the_body_whose_business_it_is(
    city: City, year: list[Life]
) -> None:
    referred = [life for life in year if life.outcome is Outcome.REFERRED]
    words = [deed.text for life in referred for deed in life.deeds if deed.target is State.REFERRED]
    outside = [agency.name for agency in city.agencies.values() if agency.is_external]
    assert len(words) > 10
    assert all(any(name in text for name in outside) for text in words)


def answer_faults(category: Category, code: str, values: object) -> list[str]:
    question = next((one for one in category.questions if one.code == code), None)
    if question is None:
        return [f"{category.category_code}: no question {code}"]
    given = [values] if isinstance(values, str) else list(values)  # type: ignore[call-overload]
    allowed = {choice for choice, _ in question.choices}
    return [
        f"{category.category_code}: {code}={value}"
        for value in given
        if allowed and not set(str(value).split()) <= allowed
    ]


def test_answers_are_those_the_pack_offers(city: City) -> None:
    faults = [
        fault
        for code, theme in script_for(city).themes.items()
        for story in theme.stories
        for question, values in story.answers.items()
        for fault in answer_faults(city.categories[code], question, values)
    ]
    assert faults == []
