"""How like two texts are: last year's under another name is seen, another idea is not."""

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from citizenreport.programme.likeness import TERM, likenesses

LAST = (
    "Tim menambal lubang jalan pada hari yang sama setelah laporan warga diterima lewat aplikasi."
)
RENAMED = (
    "Program baru: tim menambal lubang jalan pada hari yang sama sesudah laporan warga diterima."
)
OTHER = "Perpustakaan keliling mengantar buku bacaan ke sekolah dasar di pinggir kota."


def test_the_same_text_is_the_same_and_nothing_in_common_is_nothing() -> None:
    assert likenesses(LAST, [LAST, LAST.upper()]) == pytest.approx([1.0, 1.0])
    assert likenesses("lampu jalan", ["taman kota"]) == [0.0]
    assert likenesses("", ["taman kota", ""]) == [0.0, 0.0]
    assert likenesses(LAST, []) == []


def test_a_renamed_text_is_told_from_another_idea() -> None:
    renamed, other = likenesses(LAST, [RENAMED, OTHER])
    assert renamed > 0.5
    assert other < 0.2


def test_it_is_what_another_program_computes() -> None:
    texts = [LAST, RENAMED, OTHER]
    weights = TfidfVectorizer(
        sublinear_tf=True, tokenizer=TERM.findall, token_pattern=None
    ).fit_transform(texts)
    expected = (weights @ weights.T).toarray()[0, 1:]
    assert np.allclose(likenesses(LAST, texts[1:]), expected)
