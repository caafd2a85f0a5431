"""C1, C3: Python and PostgreSQL fold every text alike, and the table says what Unicode says."""

# ruff: noqa: RUF001 - characters that look alike are what this is about

import unicodedata
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import ARRAY, Text, cast, func, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from kit.text.folding import fold, folded, typed, words
from tests.kit.query import unicode

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("Röder", "roder"),
        ("Ariniș", "arinis"),
        ("ARINIŞ", "arinis"),
        ("Łódź", "lodz"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("Ærøskøbing", "aeroskobing"),
        ("İstanbul Işık", "istanbul isik"),
        ("O’Brien", "o'brien"),
        ("ΟΔΟΣ Ωμέγα", "οδοσ ωμεγα"),
        ("Ёлка", "елка"),
        ("ＡＢＣ１２３", "abc123"),
        ("o\ufb03ce", "office"),
        ("soft\u00adhyphen\u200b", "softhyphen"),
        ("がか", "がか"),
        ("北京", "北京"),
    ],
)
def test_case_and_accents_are_alike(written: str, compared: str) -> None:
    assert fold(written) == compared


async def test_every_character_folds_alike_in_database_and_memory(
    connection: AsyncConnection,
) -> None:
    characters = list(unicode.storable())
    answers = select(func.folded(func.unnest(_list(characters))))
    in_database = list(await connection.scalars(answers))
    differing = [
        f"U+{ord(each):04X}"
        for each, found in zip(characters, in_database, strict=True)
        if fold(each) != found
    ]
    assert differing == []
    assert len(in_database) == 0x110000 - 0x800 - 1


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(texts=st.lists(TEXTS, min_size=1, max_size=20))
@example(["", "a", "É", "ǅ ß Æ ﬃ", "x" * 600 + "É" + "y" * 600])
async def test_every_text_folds_and_sorts_alike(
    connection: AsyncConnection, texts: list[str]
) -> None:
    text = func.unnest(_list(texts)).column_valued("text")
    found = list(await connection.scalars(select(folded(text)).order_by(folded(text))))
    assert found == sorted(map(fold, texts))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=TEXTS)
@example("O’Brien & Söhne, x@y.de; " + "長" * 600)
@example("١٢٣ तथ्य ไทย 12e5 a_b 'q' \\ :*")
async def test_every_text_has_the_same_words(connection: AsyncConnection, text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    lexemes = func.tsvector_to_array(func.folded_words(func.folded(literal(composed, Text()))))
    assert await connection.scalar(select(lexemes)) == sorted(set(words(text)), key=str.encode)


@given(text=TEXTS)
def test_both_forms_of_unicode_are_one(text: str) -> None:
    composed, parted = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert typed(composed) == typed(parted)
    assert words(composed) == words(parted)


@given(text=TEXTS)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@pytest.mark.skipif(
    unicodedata.unidata_version != unicode.VERSION, reason="the table is of another Unicode"
)
def test_the_table_is_what_unicode_says() -> None:
    table = unicode.table()
    letters = (each for each in unicode.storable() if each > "\x7f")
    assert {each: new for each in letters if (new := fold(each)) != each} == table


def _list(texts: list[str]) -> Any:
    return cast(literal(texts, ARRAY(Text())), ARRAY(Text()))
