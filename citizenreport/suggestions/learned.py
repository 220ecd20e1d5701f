"""What was learned from released texts: weights of features, and what they say of a text. Pure.

Stored as arrays and JSON, never as objects: reading them runs nothing.
"""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from citizenreport.suggestions.text import features_of, features_of_word, words_of

Floats = NDArray[np.float32]
CATEGORY, AGENCY = "category", "agency"
MOST_BYTES: Final = 32_000_000
"""How large what is stored may be, packed and unpacked."""

SHOWN_WORDS: Final = 4
FORMAT: Final = 1


class ModelUnreadable(ValueError):
    """It is too large, or not what this version writes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """One question: which label. `weights`: labels × features."""

    labels: tuple[str, ...]
    weights: Floats
    bias: Floats
    temperature: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Learned:
    """`vocabulary`: the place of each feature. `idf`: how rare each is."""

    vocabulary: Mapping[str, int] = field(repr=False)
    idf: Floats
    heads: Mapping[str, Head]

    def places_of(self, text: str) -> tuple[NDArray[np.int64], Floats]:
        """Return the known features of a text and their values, whose squares sum to one."""
        counts = Counter(
            place for one in features_of(text) if (place := self.vocabulary.get(one)) is not None
        )
        places = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        times = np.fromiter(counts.values(), dtype=np.float32, count=len(counts))
        values = (1 + np.log(times)) * self.idf[places]
        length = float(np.sqrt((values**2).sum()))
        return places, (values / length if length else values).astype(np.float32)

    def knows(self, text: str) -> float:
        """Return how many of a text's words were learned, 0 to 1: of unknown words nothing follows."""
        words = words_of(text)
        return sum(word in self.vocabulary for word in words) / len(words) if words else 0.0

    def shares(self, text: str, question: str) -> Mapping[str, float]:
        """Return the share of each label, which sum to one; none for a text without a known word."""
        head = self.heads.get(question)
        places, values = self.places_of(text)
        if head is None or not len(places):
            return {}
        return dict(zip(head.labels, softmax(self._scores(head, places, values)), strict=True))

    def words_for(self, text: str, question: str, label: str) -> tuple[str, ...]:
        """Return the words of a text that spoke most for a label, in their order in the text."""
        head = self.heads[question]
        ahead = head.weights[head.labels.index(label)] - head.weights.mean(axis=0)
        spoke = {word: self._said(word, ahead) for word in dict.fromkeys(words_of(text))}
        loudest = sorted((word for word in spoke if spoke[word] > 0), key=lambda w: -spoke[w])
        chosen = set(loudest[:SHOWN_WORDS])
        return tuple(word for word in spoke if word in chosen and len(word) > 2)

    def _said(self, word: str, ahead: Floats) -> float:
        places = [self.vocabulary[one] for one in features_of_word(word) if one in self.vocabulary]
        return float((ahead[places] * self.idf[places]).sum())

    def _scores(self, head: Head, places: NDArray[np.int64], values: Floats) -> NDArray[np.float64]:
        scores = head.weights[:, places] @ values + head.bias
        return scores.astype(np.float64) / head.temperature


def softmax(scores: NDArray[np.float64]) -> list[float]:
    """Return scores as shares that sum to one."""
    raised = np.exp(scores - scores.max())
    return [float(one) for one in raised / raised.sum()]


def written(learned: Learned) -> bytes:
    """Return a model as it is stored. Raises ModelUnreadable where it is too large."""
    words = sorted(learned.vocabulary, key=lambda one: learned.vocabulary[one])
    about = {
        "format": FORMAT,
        "vocabulary": words,
        "heads": {
            name: {"labels": head.labels, "temperature": head.temperature}
            for name, head in learned.heads.items()
        },
    }
    arrays = {"idf": learned.idf}
    for name, head in learned.heads.items():
        arrays[f"{name}_weights"] = head.weights.astype(np.float16)
        arrays[f"{name}_bias"] = head.bias
    out = io.BytesIO()
    text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
    np.savez_compressed(out, about=text, **arrays)  # type: ignore[arg-type]
    if len(out.getvalue()) > MOST_BYTES:
        raise ModelUnreadable("too large")
    return out.getvalue()


def read(content: bytes) -> Learned:
    """Return a stored model. Raises ModelUnreadable."""
    try:
        _check_size(content)
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            about = json.loads(arrays["about"].tobytes())
            heads = {name: _head(name, one, arrays) for name, one in about["heads"].items()}
            learned = Learned(
                vocabulary={word: n for n, word in enumerate(about["vocabulary"])},
                idf=arrays["idf"].astype(np.float32),
                heads=heads,
            )
    except (KeyError, ValueError, OSError, EOFError, zipfile.BadZipFile) as error:
        raise ModelUnreadable(type(error).__name__) from None
    _check_shape(learned)
    return learned


def _head(name: str, about: Mapping[str, object], arrays: Mapping[str, Floats]) -> Head:
    labels, temperature = about["labels"], about["temperature"]
    if not isinstance(labels, list) or not isinstance(temperature, int | float):
        raise ModelUnreadable("labels")
    return Head(
        labels=tuple(map(str, labels)),
        weights=arrays[f"{name}_weights"].astype(np.float32),
        bias=arrays[f"{name}_bias"].astype(np.float32),
        temperature=float(temperature),
    )


def _check_size(content: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        unpacked = sum(one.file_size for one in packed.infolist())
    if max(len(content), unpacked // 4) > MOST_BYTES:
        raise ModelUnreadable("too large")


def _check_shape(learned: Learned) -> None:
    count = len(learned.vocabulary)
    fits = learned.idf.shape == (count,) and all(
        head.weights.shape == (len(head.labels), count) and head.bias.shape == (len(head.labels),)
        for head in learned.heads.values()
    )
    if not fits:
        raise ModelUnreadable("shape")
