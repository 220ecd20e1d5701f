"""The same indicators of reports, written again from indicators.csv with pandas, numpy and lifelines.

Reads events, never facts, and shares no code with the room. City level only, by month received,
due or assigned; one row per ticket.
"""

import math
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter

WIB = ZoneInfo("Asia/Jakarta")
ANSWERS = [
    "in_progress",
    "needs_info",
    "scheduled",
    "resolved",
    "referred",
    "archived",
    "emergency",
]
APART = ["referred", "archived", "emergency"]
EXITS = [*APART, "withdrawn", "duplicate"]


def table(streams: list[list[Any]], cut_off: Any) -> pd.DataFrame:
    """One row per valid, public ticket as it stood before the cut-off."""
    rows = [row for events in streams if (row := _row(events, cut_off)) is not None]
    return pd.DataFrame(rows)


def working_days(start: Any, end: Any, holidays: list[Any]) -> int:
    first = np.datetime64(start.astimezone(WIB).date()) + 1
    last = np.datetime64(end.astimezone(WIB).date()) + 1
    return max(0, int(np.busday_count(first, last, holidays=[np.datetime64(h) for h in holidays])))


def _row(events: list[Any], cut_off: Any) -> dict[str, Any] | None:
    opened = events[0]
    if any(e.type == "visibility_raised" for e in events):
        return None
    if any(e.payload.get("to") == "withdrawn" for e in events):  # withdrawing ends publication
        return None
    releases = [e.occurred_at for e in events if e.type == "released"]
    if not releases or releases[0] >= cut_off or opened.recorded_at >= cut_off:
        return None
    if opened.payload.get("is_outside"):
        return None
    events = [e for e in events if e.recorded_at < cut_off]
    moves = [
        (e.occurred_at, e.payload["from"], e.payload["to"], e.payload.get("reason_code"))
        for e in events
        if e.type == "state_changed"
    ]
    standing = None
    for move in moves:  # an archiving may be undone
        standing = None if move[1] in EXITS else standing
        standing = move if move[2] in EXITS else standing
    left = [standing] if standing is not None and standing[0] < cut_off else []
    if left and (left[0][2] == "duplicate" or left[0][3] in ("spam", "test")):
        return None
    seen = [m for m in moves if m[0] < cut_off]
    verified = [m[0] for m in seen if m[2] == "verified"]
    answers = [m[0] for m in moves if m[2] in ANSWERS]
    answers += [e.occurred_at for e in events if e.type == "replied"]
    answered = min(answers, default=None)
    # The order in the stream decides between an answer and a hand-over at the same instant.
    position = next(
        (
            n
            for n, e in enumerate(events)
            if e.type == "replied" or (e.type == "state_changed" and e.payload["to"] in ANSWERS)
        ),
        len(events),
    )
    hand_overs = [e.occurred_at for e in events[:position] if e.type == "assigned"]
    dues = [e.payload["settlement_due_at"] for e in events if "settlement_due_at" in e.payload]
    due = pd.Timestamp(dues[-1]).to_pydatetime()
    return {
        "submitted": opened.recorded_at,
        "aspect": opened.payload["aspect"],
        "kind": opened.payload["complaint_class"],
        "due": due,
        "assigned": hand_overs[-1] if hand_overs else opened.recorded_at,
        "answered": answered if answered is not None and answered < cut_off else None,
        "verified": verified[0] if verified else None,
        "left": left[0][0] if left else None,
        "left_how": left[0][2] if left else None,
        "moves": moves,
        "asking": moves[-1][0] if moves and moves[-1][2] == "needs_info" else None,
    }


def _is_settled(moves: list[Any], at: Any) -> Any:
    """Return when it was settled if it was settled at an instant, else None."""
    since = None
    for when, source, target, _ in moves:
        if when > at:
            break
        if target in ("resolved", "closed"):
            since = since or when
        elif source in ("resolved", "closed"):
            since = None
    return since


def month(instant: Any) -> str:
    return instant.astimezone(WIB).strftime("%Y-%m")


def settlement(rows: pd.DataFrame, cut_off: Any, holidays: list[Any]) -> dict[str, Any]:
    """I01 by month: (settled, received, shown apart)."""

    def settled_in_time(row: Any) -> bool:
        last = np.busday_offset(
            np.datetime64(row.submitted.astimezone(WIB).date()),
            0,
            roll="preceding",
            holidays=[np.datetime64(h) for h in holidays],
        )
        last = np.busday_offset(last, 60, holidays=[np.datetime64(h) for h in holidays])
        end = pd.Timestamp(last).tz_localize(WIB) + pd.Timedelta(hours=23, minutes=59, seconds=59)
        before = pd.Timestamp(cut_off) - pd.Timedelta(microseconds=1)
        return _is_settled(row.moves, min(end, before)) is not None

    frame = rows.assign(
        month=rows.submitted.map(month),
        settled=[settled_in_time(row) for row in rows.itertuples()],
        apart=rows.left_how.isin(APART),
    )
    frame["settled"] &= ~frame["apart"]
    grouped = frame.groupby("month")
    return {
        name: (int(group.settled.sum()), len(group), int(group.apart.sum()))
        for name, group in grouped
    }


def timeliness(rows: pd.DataFrame, cut_off: Any) -> dict[str, Any]:
    """I02 by month due: (on time, due)."""
    before = pd.Timestamp(cut_off) - pd.Timedelta(microseconds=1)
    out: dict[str, Any] = {}
    for row in rows.itertuples():
        has_left = not pd.isna(row.left) and row.left <= row.due
        is_asking = not pd.isna(row.asking) and row.asking <= row.due
        if row.due > before or has_left or is_asking:
            continue
        since = _is_settled(row.moves, before)
        done, all_ = out.get(month(row.due), (0, 0))
        out[month(row.due)] = (done + int(since is not None and since <= row.due), all_ + 1)
    return out


def verification(rows: pd.DataFrame, cut_off: Any, holidays: list[Any]) -> dict[str, Any]:
    """I03 by month received: (median, p90, ended, count) with None where it is not reached."""
    before = cut_off - pd.Timedelta(microseconds=1)
    out = {}
    for name, group in rows.assign(month=rows.submitted.map(month)).groupby("month"):
        waits, ended = [], []
        for row in group.itertuples():
            is_over = row.verified is not None and not pd.isna(row.verified)
            left = row.left if row.left is not None and not pd.isna(row.left) else before
            end = row.verified if is_over else min(left, before)
            waits.append(working_days(row.submitted, end, holidays))
            ended.append(is_over)
        curve = KaplanMeierFitter().fit(waits, ended).survival_function_["KM_estimate"]
        out[name] = (
            _first_at_most(curve, 0.5),
            _first_at_most(curve, 0.1),
            sum(ended),
            len(ended),
        )
    return out


def _first_at_most(curve: pd.Series, level: float) -> int | None:
    reached = curve[curve <= level + 1e-9]
    if reached.empty or math.isinf(reached.index[0]):
        return None
    return int(reached.index[0])


def response(rows: pd.DataFrame, cut_off: Any, holidays: list[Any]) -> dict[str, Any]:
    """I04 by month assigned: (answered within five working days, assigned)."""
    out: dict[str, Any] = {}
    for row in rows.itertuples():
        if row.assigned >= cut_off:
            continue
        is_answered = row.answered is not None and not pd.isna(row.answered)
        within = is_answered and working_days(row.assigned, row.answered, holidays) <= 5
        done, all_ = out.get(month(row.assigned), (0, 0))
        out[month(row.assigned)] = (done + int(within), all_ + 1)
    return out


def safety(rows: pd.DataFrame) -> dict[str, int]:
    """I05 by month received: complaints."""
    wanted = rows[(rows.aspect == "aman") & rows.kind.str.startswith("pengaduan")]
    return {str(k): int(v) for k, v in wanted.submitted.map(month).value_counts().items()}


def contests(rows: pd.DataFrame, cut_off: Any) -> dict[str, Any]:
    """I14 by month settled: (undone within ten days, settled and ten days over)."""
    out: dict[str, Any] = {}
    for row in rows.itertuples():
        since = None
        ends: list[tuple[Any, Any]] = []
        for when, source, target, _ in row.moves:
            if target in ("resolved", "closed") and source not in ("resolved", "closed"):
                since = when
            elif source in ("resolved", "closed") and target not in ("resolved", "closed"):
                ends.append((since, when))
                since = None
        if since is not None:
            ends.append((since, None))
        for start, undone in ends:
            day_after = pd.Timestamp(start.astimezone(WIB).date()) + pd.Timedelta(days=11)
            over = day_after.tz_localize(WIB)
            if over > pd.Timestamp(cut_off):
                continue
            bad, all_ = out.get(month(start), (0, 0))
            is_bad = undone is not None and undone < over
            out[month(start)] = (bad + int(is_bad), all_ + 1)
    return out


def year_end(rows: pd.DataFrame, cut_off: Any) -> dict[str, Any]:
    """I22 by year received: (settled on 31 December or at the cut-off, complaints received)."""
    out: dict[str, Any] = {}
    for row in rows[rows.kind.str.startswith("pengaduan")].itertuples():
        year = row.submitted.astimezone(WIB).year
        new_year = pd.Timestamp(year=year + 1, month=1, day=1, tz=WIB)
        at = min(new_year, pd.Timestamp(cut_off)) - pd.Timedelta(microseconds=1)
        is_settled = _is_settled(row.moves, at) is not None and row.left_how not in APART
        done, all_ = out.get(str(year), (0, 0))
        out[str(year)] = (done + int(is_settled), all_ + 1)
    return out
