"""What a real city's file says about itself, by pandas, lifelines and shapely alone.

Shares no code with the product: it reads the source's own rows and the calendar's holidays, never
an event, a ticket or a fact.
"""

from collections.abc import Callable, Iterable, Mapping
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import shapely
from lifelines import KaplanMeierFitter
from pyproj import Transformer

NEAR_M = 50.0
OPENS, CLOSES = 7 * 60 + 30, 16 * 60  # minutes after midnight

Span = tuple[str, str, int, int]
"""Median and 90th percentile in hours of work, how many ended, how many there are."""


class WorkingDays:
    """Monday to Friday without holidays, in a time zone."""

    def __init__(self, zone: ZoneInfo, holidays: Iterable[object]) -> None:
        self.zone = zone
        self.holidays = np.array(sorted(str(day) for day in holidays), dtype="datetime64[D]")

    def after(self, day: pd.Timestamp, count: int) -> pd.Timestamp:
        """The last second of so many working days after a day."""
        start = np.busday_offset(
            np.datetime64(day.date()), 0, roll="preceding", holidays=self.holidays
        )
        end = pd.Timestamp(np.busday_offset(start, count, holidays=self.holidays))
        return (end + pd.Timedelta(hours=23, minutes=59, seconds=59)).tz_localize(self.zone)

    def minutes(self, start: pd.Timestamp, end: pd.Timestamp) -> int:
        """Whole minutes of office hours between two instants."""
        return max(0, self._seconds(end) - self._seconds(start)) // 60

    def _seconds(self, instant: pd.Timestamp) -> int:
        local = instant.tz_convert(self.zone)
        day = np.datetime64(local.date())
        whole = int(np.busday_count("1990-01-01", day, holidays=self.holidays))
        into = 0
        if np.is_busday(day, holidays=self.holidays):
            clock = local.hour * 3600 + local.minute * 60 + local.second
            into = min(max(clock - OPENS * 60, 0), (CLOSES - OPENS) * 60)
        return whole * (CLOSES - OPENS) * 60 + into


def local(texts: pd.Series, zone: ZoneInfo, form: str | None = None) -> pd.Series:
    """The instants a column tells in a city's local time."""
    return pd.to_datetime(texts, format=form).dt.tz_localize(zone)


def on_time(frame: pd.DataFrame, cut_off: pd.Timestamp) -> dict[str, tuple[int, int]]:
    """By year due: (closed by the deadline, due). Columns due, closed, left; all instants."""
    left = pd.to_datetime(frame.left, utc=True)
    gone = left.notna() & (left <= frame.due)
    due = frame[(frame.due < cut_off) & ~gone]
    met = due.closed.notna() & (due.closed <= due.due)
    years = due.due.map(lambda instant: str(instant.year))
    grouped = pd.DataFrame({"met": met, "year": years}).groupby("year").met
    return {year: (int(found.sum()), len(found)) for year, found in grouped}


def closing(frame: pd.DataFrame, days: WorkingDays, cut_off: pd.Timestamp) -> dict[str, Span]:
    """By year received: hours of work to the first closing.

    What is open is cut off at the cut-off, what left another way when it left.
    """
    found = {}
    for year, group in frame.groupby(frame.submitted.map(lambda instant: str(instant.year))):
        waits, ended = [], []
        for row in group.itertuples():
            is_closed = pd.notna(row.closed) and not (pd.notna(row.left) and row.left < row.closed)
            end = row.closed if is_closed else row.left if pd.notna(row.left) else cut_off
            waits.append(days.minutes(row.submitted, end))
            ended.append(is_closed)
        curve = KaplanMeierFitter().fit(waits, ended).survival_function_["KM_estimate"]
        found[str(year)] = (
            _hours(curve, 0.5, max(waits)),
            _hours(curve, 0.1, max(waits)),
            sum(ended),
            len(ended),
        )
    return found


def _hours(curve: "pd.Series[float]", level: float, longest: int) -> str:
    reached = curve[curve <= level + 1e-9]
    minutes = longest if reached.empty else int(reached.index[0])
    return f"{'> ' if reached.empty else ''}{(minutes * 20 + 60) // 120 / 10:.1f}"


def by_area(
    frame: pd.DataFrame, shapes: Mapping[str, shapely.Geometry], metric_crs: int
) -> pd.Series:
    """The area of each row (columns x, y in metres): its polygon, the nearest up to 50 m outside,
    "" where there is no point, None farther away.
    """
    names = list(shapes)
    metric = [shapely.transform(shapes[n], _to(metric_crs), interleaved=False) for n in names]
    tree = shapely.STRtree(metric)

    def area(x: float, y: float) -> str | None:
        if np.isnan(x):
            return ""
        point = shapely.Point(x, y)
        holding = tree.query(point, predicate="intersects")
        if len(holding):
            return names[min(holding)]
        nearest = int(tree.nearest(point))
        return names[nearest] if metric[nearest].distance(point) <= NEAR_M else None

    return pd.Series([area(x, y) for x, y in zip(frame.x, frame.y, strict=True)], frame.index)


def _to(crs: int) -> Callable[..., tuple[np.ndarray, np.ndarray]]:
    return Transformer.from_crs(4326, crs, always_xy=True).transform


def projected(frame: pd.DataFrame, lon: str, lat: str, crs: int) -> pd.DataFrame:
    """The rows with columns x and y in metres."""
    x, y = _to(crs)(pd.to_numeric(frame[lon]).to_numpy(), pd.to_numeric(frame[lat]).to_numpy())
    return frame.assign(x=np.where(np.isinf(x), np.nan, x), y=np.where(np.isinf(y), np.nan, y))
