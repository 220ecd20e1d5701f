"""What a file looks like before anybody has said how to read it: columns, samples, words. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final

from citizenreport.pipeline.importing.cells import Columns, Row, shown, text_of

SAMPLES: Final = 3
FIRST_ROWS: Final = 10
MOST_WORDS: Final = 150
"""A column with more different values holds no codes."""
WORD_MAX_CHARS: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Sketch:
    """`samples`: a few values of each column. `words`: every value of a column that repeats them.

    `pairs`: every value of two columns read together (`pair`), as a category and its sub-category.
    """

    columns: tuple[str, ...]
    total: int
    samples: Mapping[str, Sequence[str]]
    words: Mapping[str, Mapping[str, int]]
    first: Sequence[Mapping[str, Any]]
    pair: Sequence[str] = ()
    pairs: Mapping[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    def rows(self) -> list[Row]:
        """Return the first rows of the file, as they are read."""
        return [Row(number=number, cells=cells) for number, cells in enumerate(self.first, start=1)]


def sketch_of(columns: Sequence[str], rows: Iterable[Row], *, pair: Sequence[str] = ()) -> Sketch:
    """Look at every row once."""
    both = Columns(names=tuple(pair))
    pairs: Counter[str] = Counter()
    words: dict[str, Counter[str]] = {name: Counter() for name in columns}
    samples: dict[str, list[str]] = {name: [] for name in columns}
    first: list[Mapping[str, Any]] = []
    total = 0
    for row in rows:
        total += 1
        if len(first) < FIRST_ROWS:
            first.append(dict(row.cells))
        if pair and (text := both.text(row)):
            pairs[text] += 1
        for name in columns:
            text = text_of(row.cells.get(name))
            if text:
                _look(name, text, words, samples)
    return Sketch(
        columns=tuple(columns),
        total=total,
        samples=samples,
        words={name: dict(found.most_common()) for name, found in words.items()},
        first=first,
        pair=tuple(pair),
        pairs=dict(pairs.most_common(MOST_WORDS)),
    )


def sketch_from(given: Mapping[str, Any]) -> Sketch:
    """Return a sketch out of what `as_json` gave."""
    return Sketch(**{**given, "columns": tuple(given["columns"])})


def _look(
    name: str, text: str, words: dict[str, Counter[str]], samples: dict[str, list[str]]
) -> None:
    if len(samples[name]) < SAMPLES and shown(text) not in samples[name]:
        samples[name].append(shown(text))
    if name not in words:
        return
    words[name][text] += 1
    if len(words[name]) > MOST_WORDS or len(text) > WORD_MAX_CHARS:
        del words[name]
