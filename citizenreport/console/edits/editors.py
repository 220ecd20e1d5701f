"""The editors by kind."""

from collections.abc import Mapping
from typing import Final

from citizenreport.console.edits.agencies import Agencies
from citizenreport.console.edits.categories import Categories
from citizenreport.console.edits.fields import Editor
from citizenreport.console.edits.holidays import Holidays
from citizenreport.console.edits.questions import Questions
from citizenreport.console.edits.replies import Replies
from citizenreport.console.edits.texts import Texts
from citizenreport.core.errors import NotFound
from citizenreport.core.text import _n

_ALL: Final[tuple[Editor, ...]] = (
    *(Holidays(), Replies(), Texts(), Categories(), Questions(), Agencies()),
)
EDITORS: Final[Mapping[str, Editor]] = {editor.kind.code: editor for editor in _ALL}


class NoSuchEntry(NotFound):
    code = "no-such-entry"
    title = _n("Isian ini tidak ada.")


def editor_of(kind: str) -> Editor:
    """Return the editor of a kind. Raises NoSuchEntry."""
    if kind not in EDITORS:
        raise NoSuchEntry
    return EDITORS[kind]
