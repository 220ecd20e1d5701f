"""What is learned of released texts, how it is stored, and how it is measured."""

import io
import json
import math
import zipfile
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import brier_score_loss, f1_score

from citizenreport.cities.rules import City
from citizenreport.suggestions.categories import looks_protected, pack_hints, suggest
from citizenreport.suggestions.examples import Example
from citizenreport.suggestions.learned import (
    AGENCY,
    CATEGORY,
    Learned,
    ModelUnreadable,
    read,
    written,
)
from citizenreport.suggestions.learning import LEAST_EXAMPLES, STANDS_IN, learn
from citizenreport.suggestions.measuring import measure
from citizenreport.suggestions.text import features_of, words_of
from tests.rooms.suggestions.made_texts import FIRST, made


@pytest.fixture(scope="module")
def learned() -> Learned:
    found = learn(made(400))
    assert found is not None
    return found


def test_words_forget_case_accents_and_whatever_has_a_digit() -> None:
    assert words_of("Peténg NDEDET, RT3 no. 12 telp 0812-34") == ["peteng", "ndedet", "no", "telp"]
    assert "lampu mati" in features_of("Lampu mati!")
    assert {"_lam*", "mpu_*"} <= set(features_of("lampu"))


def test_a_text_is_told_apart_by_its_words_and_they_are_the_reason(learned: Learned) -> None:
    shares = learned.shares("Lampunya mati, peteng banget", CATEGORY)
    assert math.isclose(sum(shares.values()), 1, rel_tol=1e-6)
    assert max(shares, key=lambda code: shares[code]) == "A04"
    assert shares["A04"] > 0.8
    assert "peteng" in learned.words_for("Lampunya mati, peteng banget", CATEGORY, "A04")
    assert max(learned.shares("aspal retak", AGENCY).items(), key=lambda one: one[1])[0] == "DPUPR"
    assert learned.shares("12345 !!", CATEGORY) == {}


def test_features_weigh_what_the_library_says_they_weigh() -> None:
    texts = [one.text for one in made(120)]
    vectors = TfidfVectorizer(analyzer=features_of, sublinear_tf=True, min_df=STANDS_IN)
    wanted = vectors.fit_transform(texts).toarray()
    ours = Learned(
        vocabulary={word: int(n) for word, n in vectors.vocabulary_.items()},
        idf=np.asarray(vectors.idf_, dtype=np.float32),
        heads={},
    )
    for row, text in zip(wanted, texts, strict=True):
        places, values = ours.places_of(text)
        found = np.zeros_like(row)
        found[places] = values
        assert np.allclose(found, row, atol=1e-5)


def test_the_same_examples_teach_the_same_in_whatever_order_they_come() -> None:
    examples = made(200)
    one, other = learn(examples), learn(list(reversed(examples)))
    assert one is not None
    assert other is not None
    assert written(one) == written(other)


def test_too_few_or_one_kind_alone_teach_nothing() -> None:
    assert learn(made(LEAST_EXAMPLES - 1)) is None
    assert learn([replace(one, category_code="A04") for one in made(200)]) is None
    assert learn([]) is None


def test_what_one_person_alone_wrote_is_not_kept() -> None:
    odd = Example(
        text="kanarisendiri lampu mati", category_code="A04", agency_code="DLH", day=FIRST
    )
    found = learn([*made(150), odd, odd])
    assert found is not None
    assert not [word for word in found.vocabulary if "kanari" in word]


def test_two_kinds_are_enough(learned: Learned) -> None:
    two = [one for one in made(400) if one.category_code in ("A04", "A08")]
    found = learn(two)
    assert found is not None
    shares = found.shares("lubang di aspal", CATEGORY)
    assert shares["A08"] > shares["A04"]


class TestStored:
    def test_it_comes_back_as_it_was(self, learned: Learned) -> None:
        again = read(written(learned))
        assert again.vocabulary == learned.vocabulary
        for text in ("lampu mati", "bau sampah di depan sekolah"):
            before, after = learned.shares(text, CATEGORY), again.shares(text, CATEGORY)
            assert all(math.isclose(before[code], after[code], abs_tol=0.01) for code in before)

    def test_an_object_in_it_is_never_loaded(self) -> None:
        out = io.BytesIO()
        about = {"format": 1, "vocabulary": ["x"], "heads": {}}
        text = np.frombuffer(json.dumps(about).encode(), dtype=np.uint8)
        np.savez(out, about=text, idf=np.array([print], dtype=object))
        with pytest.raises(ModelUnreadable):
            read(out.getvalue())

    @pytest.mark.parametrize("content", [b"", b"PK", b"\x80\x04K\x01.", b"x" * 1000])
    def test_what_is_none_is_refused(self, content: bytes) -> None:
        with pytest.raises(ModelUnreadable):
            read(content)

    def test_what_unpacks_into_too_much_is_refused(self) -> None:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("about.npy", bytes(140_000_000))
        with pytest.raises(ModelUnreadable):
            read(out.getvalue())

    def test_weights_that_fit_no_words_are_refused(self, learned: Learned) -> None:
        short = replace(learned, idf=learned.idf[:-1])
        with pytest.raises(ModelUnreadable):
            read(written(short))


class TestMeasured:
    def test_figures_are_those_of_the_library(self) -> None:
        guesses = [
            ({"a": 0.7, "b": 0.2, "c": 0.1}, "a"),
            ({"a": 0.6, "b": 0.3, "c": 0.1}, "b"),
            ({"a": 0.1, "b": 0.8, "c": 0.1}, "b"),
            ({"a": 0.2, "b": 0.3, "c": 0.5}, "a"),
        ]
        found = measure(guesses, most_frequent="a")
        assert found is not None
        assert (found.count, found.accuracy, found.top3) == (4, 0.5, 1.0)
        truths, firsts = [t for _, t in guesses], ["a", "a", "b", "c"]
        f1 = f1_score(truths, firsts, labels=["a", "b"], average="macro")
        assert math.isclose(found.macro_f1, f1)
        table = np.array([[s["a"], s["b"], s["c"]] for s, _ in guesses])
        brier = brier_score_loss(truths, table, labels=["a", "b", "c"], scale_by_half=False)
        assert math.isclose(found.brier, brier)
        assert math.isclose(found.ece, (0.3 + 0.6 + 0.2 + 0.5) / 4)
        assert found.most_frequent == 0.5

    def test_a_text_without_a_guess_counts_as_wrong(self) -> None:
        found = measure([({}, "a")], most_frequent="b")
        assert found is not None
        assert (found.accuracy, found.top3, found.brier) == (0, 0, 1)
        assert measure([], most_frequent="") is None

    def test_shares_come_true_on_later_texts(self) -> None:
        examples = made(800, seed=3)
        noisy = [
            replace(one, category_code="A08") if n % 4 == 0 else one
            for n, one in enumerate(examples)
        ]
        cut = FIRST + timedelta(days=140)
        found = learn([one for one in noisy if one.day <= cut])
        assert found is not None
        later = [one for one in noisy if one.day > cut]
        figures = measure(
            [(found.shares(one.text, CATEGORY), one.category_code) for one in later],
            most_frequent="A08",
        )
        assert figures is not None
        assert figures.accuracy > figures.most_frequent
        assert figures.ece < 0.15, "a quarter is mislabelled, and it says so"


class TestSuggested:
    def test_a_new_city_suggests_from_its_pack(self, magelang: City) -> None:
        found = suggest(magelang, None, "Lampu jalan mati, peteng ndedet")
        assert found.categories[0].code == "A04"
        assert found.categories[0].share is None
        assert "peteng" in found.categories[0].words
        assert found.agencies == ()

    def test_most_examples_of_the_pack_are_found_by_it(self, magelang: City) -> None:
        tried = [
            (code, example)
            for code, one in magelang.categories.items()
            if one.may_be_suggested
            for example in one.examples.get("id", ())
        ]
        found = sum(code in [h.code for h in pack_hints(magelang, text)] for code, text in tried)
        assert found >= 0.9 * len(tried)

    def test_what_was_learned_goes_before_the_pack(self, magelang: City, learned: Learned) -> None:
        found = suggest(magelang, learned, "Karaoke musik keras")
        assert found.categories[0].code == "N01"
        assert found.categories[0].share is not None
        assert found.agencies[0].code == "SATPOLPP"
        assert len(found.categories) <= 3

    def test_where_most_words_were_never_learned_the_pack_suggests(
        self, magelang: City, learned: Learned
    ) -> None:
        found = suggest(magelang, learned, "Gembok pagar dirusak")
        assert learned.knows("Gembok pagar dirusak") == 0
        assert [one.share for one in found.categories] == [None] * len(found.categories)
        assert found.agencies == ()

    def test_nothing_is_said_of_what_is_protected(self, magelang: City, learned: Learned) -> None:
        told = "Suami memukul istri tiap malam, KDRT, lampu mati"
        assert looks_protected(magelang, told)
        for one in (None, learned):
            found = suggest(magelang, one, told)
            assert (found.categories, found.agencies, found.must_hold) == ((), (), True)
        assert not looks_protected(magelang, "Lampu jalan mati")

    def test_every_example_of_a_protected_category_is_held(self, magelang: City) -> None:
        missed = [
            (code, text)
            for code, one in magelang.categories.items()
            if one.protection_class.value != "none"
            for texts in one.examples.values()
            for text in texts
            if not suggest(magelang, None, text).must_hold
        ]
        assert missed == []

    def test_a_category_that_may_not_be_suggested_is_not_even_when_it_was_learned(
        self, magelang: City, learned: Learned
    ) -> None:
        shut = replace(magelang.categories["A04"], may_be_suggested=False)
        city = replace(magelang, categories={**magelang.categories, "A04": shut})
        codes = [one.code for one in suggest(city, learned, "lampu mati peteng padam").categories]
        assert "A04" not in codes
