"""Reading what is counted by place, channel or month of a questionnaire (see `rules/beside.py`)."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from citizenreport.cities.rules import City, PublicPrecision, Visibility
from citizenreport.indicators.definitions import all_versions
from citizenreport.indicators.innovations import innovation_values
from citizenreport.indicators.keeping import kept_months
from citizenreport.indicators.queries import tickets_gone_on
from citizenreport.indicators.rules.beside import (
    CELL_M,
    COMES_BACK_WITHIN,
    COMING_BACK,
    Beside,
    MonthCount,
    Pulse,
    areas_reached,
    channels_used,
    coming_back,
    pulse_values,
)
from citizenreport.indicators.rules.cohorts import Cell, Tally
from citizenreport.indicators.rules.facts import ExitReason, is_valid
from citizenreport.indicators.rules.periods import last_day_before
from citizenreport.indicators.rules.reckoning import Reckoning
from citizenreport.indicators.rules.values import Value
from citizenreport.surveys.models import PublishedPulseValue
from citizenreport.surveys.rules.pulse import Division, Question
from citizenreport.triage.states import State

PLACED = frozenset({PublicPrecision.EXACT, PublicPrecision.GRID_100M})
CHANNELS = text(
    """
SELECT date_part('year', fact.submitted_at AT TIME ZONE :zone)::int, report.channel, count(*)
  FROM ticket_fact AS fact
  JOIN ticket ON ticket.id = fact.ticket_id
  JOIN report ON report.id = ticket.report_id
 WHERE fact.released_at < :cut_off AND fact.submitted_at < :cut_off
   AND ticket.visibility = :public AND NOT fact.is_outside
   AND NOT EXISTS (SELECT FROM event WHERE event.stream_kind = 'ticket' AND event.seq = 1
                   AND event.stream_id = fact.ticket_id AND event.recorded_at >= :cut_off)
 GROUP BY 1, 2
"""
)
# `settled`: when it was first declared settled. A duplicate follows its parent. What has gone on
# since the cut-off is given as it stood then.
RETURNING = text(
    """
WITH standing AS (
SELECT fact.ticket_id, fact.category_code, fact.submitted_at,
       (fact.settlements -> 0 ->> 0)::timestamptz AS settled
  FROM ticket_fact AS fact
  JOIN ticket ON ticket.id = fact.ticket_id
 WHERE fact.released_at < :cut_off AND fact.submitted_at < :cut_off
   AND ticket.visibility = :public AND NOT fact.is_outside
   AND (fact.exited_at IS NULL OR fact.exited_at >= :cut_off
        OR (fact.exit_state <> :duplicate
            AND (fact.exit_reason IS NULL OR NOT fact.exit_reason = ANY(:reasons))
            AND (fact.exit_state <> :withdrawn OR fact.verified_at IS NOT NULL)))
   AND NOT EXISTS (SELECT FROM event WHERE event.stream_kind = 'ticket'
                   AND event.stream_id = fact.ticket_id AND event.recorded_at >= :cut_off)
 UNION ALL
SELECT * FROM unnest(CAST(:ids AS uuid[]), CAST(:codes AS text[]),
                     CAST(:submitted AS timestamptz[]), CAST(:settled AS timestamptz[]))
), placed AS MATERIALIZED (
SELECT category_code, submitted_at, settled,
       floor(ST_X(point) / :cell_m)::int AS x, floor(ST_Y(point) / :cell_m)::int AS y
  FROM (SELECT standing.*, ST_Transform(report.position::geometry, :crs) AS point
          FROM standing
          JOIN ticket ON ticket.id = standing.ticket_id
          JOIN report ON report.id = ticket.report_id
         WHERE report.position IS NOT NULL
           AND standing.category_code = ANY(:categories)) AS standing
), moment AS (
SELECT category_code, x, y, submitted_at AS at, NULL::timestamptz AS settled, submitted_at
  FROM placed
 UNION ALL
SELECT category_code, x, y, settled, settled, NULL FROM placed WHERE settled IS NOT NULL
), known AS (
SELECT submitted_at, max(settled) OVER (PARTITION BY category_code, x, y ORDER BY at) AS latest
  FROM moment
)
SELECT date_trunc('month', submitted_at AT TIME ZONE :zone)::date AS month_on,
       count(*) FILTER (WHERE latest > submitted_at - :days * interval '1 day') AS part,
       count(*) AS whole
  FROM known
 WHERE submitted_at IS NOT NULL
 GROUP BY 1
 ORDER BY 1
"""
)


def values_beside(
    session: Session, city: City, cells: Mapping[Cell, Tally], *, cut_off: datetime
) -> Iterator[Value]:
    """Yield what is not added up ticket by ticket; `cells` are what was."""
    reckoning = Reckoning(calendar=city.calendar, cut_off=cut_off)
    beside = Beside(city=city, dictionary=all_versions(), reckoning=reckoning)
    yield from areas_reached(beside, cells)
    yield from channels_used(beside, channels_by_year(session, city, cut_off=cut_off))
    yield from coming_back(beside, returning_by_month(session, city, cut_off=cut_off))
    yield from pulse_values(beside, pulses(session, city, cut_off=cut_off))
    yield from innovation_values(session, beside, cut_off=cut_off)


def channels_by_year(
    session: Session, city: City, *, cut_off: datetime
) -> dict[int, dict[str, int]]:
    """Return how many public reports came in each local year through each channel."""
    found: dict[int, dict[str, int]] = {}
    for year, channel, count in session.execute(CHANNELS, _public(city, cut_off)):
        found.setdefault(year, {})[channel] = count
    return found


def returning_by_month(session: Session, city: City, *, cut_off: datetime) -> list[MonthCount]:
    """Return of each local month the reports with a public place, and how many came back there.

    Of months in which retention has erased places, what was published of them.
    """
    categories = [c.category_code for c in city.categories.values() if c.public_precision in PLACED]
    as_of = Reckoning(calendar=city.calendar, cut_off=cut_off).as_of
    gone_on = [
        (ticket_id, fact)
        for ticket_id, fact in tickets_gone_on(session, cut_off)
        if fact.submitted_at <= as_of and is_valid(fact, as_of)
    ]
    rows = session.execute(
        RETURNING,
        _public(city, cut_off)
        | {
            "ids": [ticket_id for ticket_id, _ in gone_on],
            "codes": [fact.category_code for _, fact in gone_on],
            "submitted": [fact.submitted_at for _, fact in gone_on],
            "settled": [
                fact.settlements[0].settled_at if fact.settlements else None for _, fact in gone_on
            ],
            "crs": city.metric_crs,
            "cell_m": CELL_M,
            "days": COMES_BACK_WITHIN,
            "categories": categories,
            "reasons": [reason.value for reason in ExitReason],
            "duplicate": State.DUPLICATE.value,
            "withdrawn": State.WITHDRAWN.value,
        },
    )
    counted = {month_on: (part, whole) for month_on, part, whole in rows}
    counted |= kept_months(session, COMING_BACK)
    return [
        MonthCount(month_on=month_on, numerator=part, denominator=whole)
        for month_on, (part, whole) in sorted(counted.items())
    ]


def _public(city: City, cut_off: datetime) -> dict[str, object]:
    return {
        "cut_off": cut_off,
        "public": Visibility.PUBLIC.value,
        "zone": city.calendar.time_zone.key,
    }


def pulses(session: Session, city: City, *, cut_off: datetime) -> list[Pulse]:
    """Return what was published of the feeling of safety, for the city, of months before a cut-off."""
    row = PublishedPulseValue
    last_day = last_day_before(cut_off, city.calendar.time_zone)
    query = select(row).where(row.division == Division.NONE.value, row.month_on <= last_day)
    return [
        Pulse(
            month_on=one.month_on,
            question=Question(one.question),
            n=one.n,
            share=one.share,
            standard_error=one.standard_error,
            effective_n=one.effective_n,
            is_weighted=one.is_weighted,
            is_demo=one.is_demo,
        )
        for one in session.scalars(query.order_by(row.month_on, row.question))
    ]
