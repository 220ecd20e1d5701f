"""Which packs a database has run on."""

from datetime import datetime
from typing import Any

from sqlalchemy import Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from citizenreport.core.db import Base


class PackVersion(Base, kw_only=True):
    """A pack as it was loaded, whole: a decision of last year can be explained from it.

    Rows are never changed but for `is_current`, and never deleted. One with `base_digest` has the
    rules that the city desk put into force over those of its files.
    """

    __tablename__ = "pack_version"
    __table_args__ = (
        # One database, one city, one pack at a time.
        Index(
            "uq_pack_version_current",
            "is_current",
            unique=True,
            postgresql_where=text("is_current"),
        ),
    )

    pack_version: Mapped[int] = mapped_column(Identity(always=True), primary_key=True, init=False)
    city_code: Mapped[str]
    digest: Mapped[str] = mapped_column(unique=True)  # SHA-256 over the files, hex
    loaded_at: Mapped[datetime]
    content: Mapped[dict[str, Any]]
    is_current: Mapped[bool]
    base_digest: Mapped[str | None] = mapped_column(default=None)  # of the files it was edited from
