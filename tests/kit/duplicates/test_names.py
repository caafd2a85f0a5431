"""PA-29: which names are nearly the same, and that such names are found by what is kept of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.duplicates.names import alike, bands, bare, similarity

WORDS = st.lists(st.text("abcdefghijklmnoprstuvz", min_size=3, max_size=9), min_size=1, max_size=4)

SAME = [
    ("Rapport Solutions SRL", "RAPORT Solutions S.R.L."),
    ("Ana Pop", "Anna Pop"),
    ("Popescu Ion", "Ion Popescu"),
    ("Acme", "Acme GmbH"),
    ("Blue Harbour Ltd", "Blue Harbor"),
    ("Țărmul Albastru", "Tarmul Albastru"),
]
OTHERS = [
    ("Store 12", "Store 13"),
    ("Acme", "Acorn"),
    ("Ion Popescu", "Ion Ionescu"),
    ("SRL", "GmbH"),
    ("", "Acme"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_that_are_written_otherwise_are_alike_and_found(one: str, other: str) -> None:
    mine, others = bare(one), bare(other)
    assert alike(mine, others)
    assert set(bands(mine)) & set(bands(others))


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_other_names_are_not(one: str, other: str) -> None:
    assert not alike(bare(one), bare(other))


@given(WORDS)
def test_the_order_of_words_tells_nothing(words: list[str]) -> None:
    there, back = bare(" ".join(words)), bare(" ".join(reversed(words)))
    assert there == back
    assert list(bands(there)) == list(bands(back))


def test_of_names_with_a_slip_nearly_all_are_found() -> None:
    """One letter too many in long names: their trigrams are alike, and so is one of their numbers."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    pairs = [
        (f"nordlicht {a}{b}{a} systems holding", f"nordlicht {a}{b}{a} systemss holding")
        for a in letters
        for b in letters
    ]
    found = [bool(set(bands(one)) & set(bands(other))) for one, other in pairs]
    assert all(similarity(one, other) > 0.8 for one, other in pairs)
    assert sum(found) / len(found) > 0.97


def test_long_names_cost_no_more_than_short_ones() -> None:
    assert len(bare("word " * 36_000).split()) <= 12
    assert list(bands("")) == []
