"""Words that may be meant by a word: it stands in their middle, or is spelt nearly like them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from rapidfuzz.distance import OSA
from sqlalchemy import Text, bindparam, func, literal_column, select

from kit.database.engine import Database
from kit.search.asked import PLENTY, Asked, How
from kit.search.tables import search_word

MOST = 12
_LOOKED_AT = 60
_MOST_WORDS = 8
_SHORT, _SLIPS_IN_SHORT, _SLIPS = 5, 1, 2
_WITH_DIGITS = re.compile(r"\d")

_WORD = bindparam("word", type_=Text())
_LIKENESS = func.similarity(search_word.c.word, _WORD)
_INSIDE = search_word.c.word.like(func.concat("%", _WORD, "%"))
# Numbers that are alike are other numbers, so only what has letters alone is meant by likeness.
_LIKE = (
    select(search_word.c.word)
    .where(search_word.c.word.op("%", is_comparison=True)(_WORD) | _INSIDE)
    .order_by(_LIKENESS.desc(), search_word.c.word)
    .limit(_LOOKED_AT)
)
_HOLDING = (
    select(search_word.c.word)
    .where(_INSIDE)
    .order_by(func.length(search_word.c.word), literal_column("word"))
    .limit(_LOOKED_AT)
)


async def widened(database: Database, asked: Asked) -> Asked | None:
    """The search with what else may be meant; None where nothing else may be."""
    near = {
        word: found
        for word in asked.words[:_MOST_WORDS]
        if len(word) >= PLENTY and (found := await _near(database, word))
    }
    return replace(asked, near=near) if near else None


async def _near(database: Database, word: str) -> Mapping[str, How]:
    query = _HOLDING if _WITH_DIGITS.search(word) else _LIKE
    rows: Sequence[Any] = await database.rows(query, word=word)
    judged = ((row.word, judge(word, row.word)) for row in rows)
    return dict([(said, how) for said, how in judged if how is not None][:MOST])


def judge(word: str, said: str) -> How | None:
    """How a known word may be meant by another, if it may be."""
    if said.startswith(word):
        return None
    if word in said:
        return How.MIDDLE
    if len(word) <= PLENTY or _WITH_DIGITS.search(word):
        return None
    slips = _SLIPS_IN_SHORT if len(word) <= _SHORT else _SLIPS
    # Of a longer word one may have typed the beginning, and slipped there.
    beginnings = (said, said[: len(word)])
    near = any(OSA.distance(word, each, score_cutoff=slips) <= slips for each in beginnings)
    return How.SIMILAR if near else None
