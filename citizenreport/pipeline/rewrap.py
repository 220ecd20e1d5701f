"""After a new key-encryption key: what older ones have wrapped is wrapped anew, and they may go.

What is sealed itself stays as it is: only the key to it changes hands. Source: protection.md,
section 6.
"""

from typing import Any, Final

from sqlalchemy import ColumnElement, Table, bindparam, func, select, update
from sqlalchemy.orm import Session

from citizenreport.core.db import Base
from citizenreport.core.keys import KeyRing

WRAPPED: Final = {
    "report_key": ("report_id", "wrapped_key"),
    "subscription": ("id", "wrapped_key"),
    "push_watch": ("id", "wrapped_key"),
    "staff_address": ("id", "wrapped_key"),
    "body_question": ("id", "wrapped_key"),
    "staff_totp": ("id", "secret_sealed"),
    "sso_session": ("session_id", "refresh_sealed"),
    "staff_search": ("id", "words_sealed"),
    "webhook_secret": ("id", "secret_sealed"),
    "import_run": ("id", "wrapped_key"),
    "open_chat": ("id", "wrapped_key"),
    "chat_message": ("id", "wrapped_key"),
    "chat_answer": ("id", "wrapped_key"),
}
"""Everything that is wrapped by a key-encryption key: table, its id, the wrapped value."""


def rewrap(session: Session, keys: KeyRing, table_name: str, *, limit: int) -> int:
    """Wrap some rows of a table anew with the current key; return how many there were."""
    return rewrap_after(session, keys, table_name, None, limit=limit)[0]


def rewrap_after(
    session: Session, keys: KeyRing, table_name: str, after: object, *, limit: int
) -> tuple[int, object]:
    """Wrap the next rows of a table anew; return how many there were and the id of the last.

    `after`: the id to go on from, None for the beginning, so that what is done is not searched
    again. Rows that somebody holds are left for the next time.

    Raises:
        SealBroken: a key that has wrapped one of them is not there, or the value was changed.
    """
    table, old = Base.metadata.tables[table_name], _older(keys, table_name)
    id_, value = (table.c[name] for name in WRAPPED[table_name])
    query = select(id_, table.c.key_id, value).where(old).order_by(id_).limit(limit)
    if after is not None:
        query = query.where(id_ > after)
    rows = session.execute(query.with_for_update(skip_locked=True)).all()
    anew = []
    for row_id, key_id, wrapped in rows:
        data_key = keys.unwrap(key_id, bytes(wrapped), row=str(row_id), table=table_name)
        new_id, again = keys.wrap(data_key, row=str(row_id), table=table_name)
        anew.append({"row_id": row_id, "new_id": new_id, "again": again})
    if anew:
        values: dict[str, Any] = {"key_id": bindparam("new_id"), value.name: bindparam("again")}
        statement = update(table).where(id_ == bindparam("row_id")).values(values)
        session.connection().execute(statement, anew)
    return len(rows), rows[-1][0] if rows else after


def left(session: Session, keys: KeyRing) -> int:
    """Return how many rows an older key is still needed for."""
    return sum(
        session.scalar(select(func.count()).select_from(_table(name)).where(_older(keys, name)))
        or 0
        for name in WRAPPED
    )


def _older(keys: KeyRing, table_name: str) -> ColumnElement[bool]:
    table = _table(table_name)
    value = table.c[WRAPPED[table_name][1]]
    return (table.c.key_id != keys.current_id) & value.is_not(None)


def _table(name: str) -> Table:
    return Base.metadata.tables[name]
