"""The state machine: one table of allowed transitions with who may make them. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from citizenreport.core.text import _n


class State(StrEnum):
    NEW = "new"
    VERIFIED = "verified"
    IN_PROGRESS = "in_progress"
    NEEDS_INFO = "needs_info"
    SCHEDULED = "scheduled"
    RETURNED = "returned"
    RESOLVED = "resolved"
    CONTESTED = "contested"
    CLOSED = "closed"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    REFERRED = "referred"
    DUPLICATE = "duplicate"
    ARCHIVED = "archived"
    EMERGENCY = "emergency"


class Party(StrEnum):
    """Who may make a transition. Staff act for the agency that holds the ticket."""

    AGENCY = "agency"
    DESK = "desk"
    REPORTER = "reporter"
    SYSTEM = "system"


WORKING = frozenset({State.NEW, State.VERIFIED, State.IN_PROGRESS})
OPEN = WORKING | {
    State.NEEDS_INFO,
    State.SCHEDULED,
    State.RETURNED,
    State.CONTESTED,
    State.REOPENED,
}
SETTLED = frozenset({State.RESOLVED, State.CLOSED})
SIDE_EXITS = frozenset(
    {State.WITHDRAWN, State.REFERRED, State.DUPLICATE, State.ARCHIVED, State.EMERGENCY}
)
PAUSED = frozenset({State.NEEDS_INFO})


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """One allowed step. `wants_reason`: staff must say why, in a sentence the reporter can read."""

    source: State
    target: State
    parties: frozenset[Party]
    wants_reason: bool = False


def _rows() -> Iterable[Transition]:
    agency, desk = Party.AGENCY, Party.DESK
    staff = frozenset({agency, desk})

    def step(
        source: State, target: State, by: frozenset[Party], *, reason: bool = False
    ) -> Transition:
        return Transition(source=source, target=target, parties=by, wants_reason=reason)

    yield step(State.NEW, State.VERIFIED, staff)
    yield step(State.VERIFIED, State.IN_PROGRESS, staff)
    yield step(State.IN_PROGRESS, State.RESOLVED, staff, reason=True)
    for source in sorted(WORKING):
        yield step(source, State.NEEDS_INFO, staff, reason=True)
        yield step(State.NEEDS_INFO, source, staff | {Party.REPORTER, Party.SYSTEM})
        for target in (State.REFERRED, State.ARCHIVED, State.EMERGENCY, State.DUPLICATE):
            yield step(source, target, staff, reason=True)
    yield step(State.IN_PROGRESS, State.SCHEDULED, staff, reason=True)
    yield step(State.SCHEDULED, State.IN_PROGRESS, staff | {Party.SYSTEM})
    yield step(State.NEW, State.RETURNED, frozenset({agency}), reason=True)
    yield step(State.VERIFIED, State.RETURNED, frozenset({agency}), reason=True)
    yield step(State.RETURNED, State.NEW, frozenset({desk}))
    yield step(State.RETURNED, State.REFERRED, frozenset({desk}), reason=True)
    yield step(State.RETURNED, State.ARCHIVED, frozenset({desk}), reason=True)
    yield step(State.RESOLVED, State.CLOSED, frozenset({Party.REPORTER, Party.SYSTEM}))
    yield step(State.RESOLVED, State.CONTESTED, frozenset({Party.REPORTER}))
    yield step(State.CONTESTED, State.IN_PROGRESS, staff)
    yield step(State.CLOSED, State.REOPENED, staff, reason=True)
    yield step(State.REOPENED, State.IN_PROGRESS, staff)
    yield step(State.ARCHIVED, State.REOPENED, staff, reason=True)
    yield step(State.ARCHIVED, State.CONTESTED, frozenset({Party.REPORTER}))
    for source in sorted(OPEN):
        yield step(source, State.WITHDRAWN, frozenset({Party.REPORTER}))


TRANSITIONS: dict[tuple[State, State], Transition] = {
    (row.source, row.target): row for row in _rows()
}

LABELS: dict[State, str] = {
    State.NEW: _n("Baru masuk"),
    State.VERIFIED: _n("Terverifikasi"),
    State.IN_PROGRESS: _n("Ditindaklanjuti"),
    State.NEEDS_INFO: _n("Menunggu keterangan pelapor"),
    State.SCHEDULED: _n("Dijadwalkan"),
    State.RETURNED: _n("Dikembalikan ke meja kota"),
    State.RESOLVED: _n("Dinyatakan selesai"),
    State.CONTESTED: _n("Disanggah pelapor"),
    State.CLOSED: _n("Ditutup"),
    State.REOPENED: _n("Dibuka kembali"),
    State.WITHDRAWN: _n("Ditarik pelapor"),
    State.REFERRED: _n("Dirujuk ke instansi luar"),
    State.DUPLICATE: _n("Digabung dengan laporan lain"),
    State.ARCHIVED: _n("Diarsipkan"),
    State.EMERGENCY: _n("Dialihkan ke layanan darurat"),
}


def allowed(source: State, parties: frozenset[Party]) -> tuple[Transition, ...]:
    """Return the transitions out of a state that one of the parties may make, in table order."""
    return tuple(
        row for row in TRANSITIONS.values() if row.source is source and row.parties & parties
    )


def drawing() -> str:
    """Return the state machine as a Mermaid diagram, for the documentation."""
    lines = ["stateDiagram-v2", "    [*] --> new"]
    lines += [
        f"    {row.source.value} --> {row.target.value}: {', '.join(sorted(row.parties))}"
        for row in TRANSITIONS.values()
    ]
    return "\n".join(lines) + "\n"
