"""The one folding by which text is compared, matched, sorted and searched: no case, no accents.

`fold(text)` and the SQL function `folded(text)` go by one table from character to characters, read
from `folding.txt`; neither asks the Unicode data of its host, so they agree on every text whatever
the versions (ADR 0019). `typed(text)` is what somebody typed, in the form in which rows hold it.

What stands in the SQL of this module is built into indexes: a later folding is another function.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func

_FILE = Path(__file__).with_name("folding.txt")
_MOST_IN_A_WORD = 255
# The scripts of the table: what holds no character of one is spared the walk through its list.
_SECTIONS = (0x180, 0x370, 0x400, 0x530, 0x10A0, 0x1E00, 0x2000, 0x3000, 0x10000, 0x110000)
_NEAR = 16
_COMMON, _COMMON_END = " eaitonrslducmpghbfvkywzjxq0123456789.-&,", "\u0530"


def fold(text: str) -> str:
    """The form in which text is compared: exactly what `folded` answers in PostgreSQL."""
    return text.lower() if text.isascii() else text.translate(_table())


def typed(text: str) -> str:
    """What a person typed to find something, composed and trimmed as stored text is, and folded."""
    return fold(unicodedata.normalize("NFC", text).strip())


def words(text: str) -> list[str]:
    """The words of a text in the form in which they are searched."""
    return word_pattern().findall(fold(unicodedata.normalize("NFC", text)))


def folded(text: Any) -> ColumnElement[str]:
    """The folded form of a text in SQL, in the order of its code points, as Python compares."""
    return func.folded(text).collate("C")


# The table.


@cache
def _table() -> Mapping[int, str]:
    """From each character that changes to what it becomes."""
    table = {ord(letter): letter.lower() for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
    for target, sources in _lines():
        table |= dict.fromkeys(sources, target)
    return table


def _lines() -> Iterator[tuple[str, list[int]]]:
    for line in _FILE.read_text("ascii").splitlines():
        target, _, sources = line.partition(" < ")
        if sources:
            codes = [] if target == "-" else target.split()
            yield (
                "".join(chr(int(code, 16)) for code in codes),
                [int(code, 16) for code in sources.split()],
            )


@cache
def word_pattern() -> re.Pattern[str]:
    """A word in folded text, as `folded_words` parts it."""
    return re.compile(f"[^{_breaks()}]{{1,{_MOST_IN_A_WORD}}}")


@cache
def _breaks() -> str:
    """The characters between words, as a class of a regular expression that both languages read."""
    line = _FILE.read_text("ascii").splitlines()[-1].removeprefix("breaks ")
    ends = (pair.split("-") for pair in line.split())
    return "".join(_range(int(first, 16), int(last, 16)) for first, last in ends)


def _range(first: int, last: int) -> str:
    return _escaped(first) if first == last else f"{_escaped(first)}-{_escaped(last)}"


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004 - beyond it a code has eight digits


# The same in SQL.


def folding_function() -> str:
    """Makes `folded(text)`; ASCII takes the short way, other text only the scripts that it holds."""
    steps = "\n".join(_steps())
    return f"""
create or replace function folded(said text) returns text
language plpgsql immutable strict parallel safe as $folding$
declare
  found text collate "C" := lower(said collate "C");
begin
  if octet_length(found) = char_length(found) then
    return found;
  end if;
{steps}
  return found;
end
$folding$
"""


def words_function() -> str:
    """Makes `folded_words(text)`: the words of folded text for the index of searches.

    It calls no function of ours: an index is built with nothing but PostgreSQL's in reach.
    """
    return f"""
create or replace function folded_words(folded text) returns tsvector
language plpgsql immutable strict parallel safe as $words$
declare
  found text collate "C" := regexp_replace(folded collate "C", '[{_breaks()}]+', ' ', 'g');
begin
  if char_length(found) > {_MOST_IN_A_WORD} then
    found := regexp_replace(found, '[^ ]{{{_MOST_IN_A_WORD}}}', '\\& ', 'g');
  end if;
  return array_to_tsvector(array_remove(string_to_array(found, ' '), ''));
end
$words$
"""


def _steps() -> Iterator[str]:
    pairs = sorted((code, to) for code, to in _table().items() if code > 0x7F)  # noqa: PLR2004 - the end of ASCII
    spelt = {to: chr(code) for code, to in reversed(pairs) if len(to) > 1}
    first = 0x80
    for end in _SECTIONS:
        within = [(code, spelt.get(to, to)) for code, to in pairs if first <= code < end]
        yield _translation([(code, to) for code, to in within if chr(code) != to])
        first = end
    letters = "".join(_escaped(ord(letter)) for letter in spelt.values())
    yield f"  if found ~ '[{letters}]' then\n    found := {_spelt_out(spelt)};\n  end if;"


def _translation(pairs: list[tuple[int, str]]) -> str:
    """One script: `translate` looks a character up from the left, so what is common stands first.

    Characters without a counterpart stand last, and vanish.
    """
    common = "".join(dict.fromkeys((*_COMMON, *(to for _, to in pairs if to < _COMMON_END))))
    kept = sorted(pairs, key=lambda pair: not pair[1])
    sources = common + "".join(chr(code) for code, _ in kept)
    targets = common + "".join(to for _, to in kept)
    guard = "".join(_range(*ends) for ends in _ranges([code for code, _ in pairs]))
    sources, targets = (text.replace("'", "''") for text in (sources, targets))
    return (
        f"  if found ~ '[{guard}]' then\n"
        f"    found := translate(found, '{sources}', '{targets}');\n"
        f"  end if;"
    )


def _ranges(codes: list[int]) -> Iterator[tuple[int, int]]:
    """Ranges that hold the codes; what lies between two near ones does no harm."""
    first = last = codes[0]
    for code in codes[1:]:
        if code - last > _NEAR:
            yield first, last
            first = code
        last = code
    yield first, last


def _spelt_out(spelt: Mapping[str, str]) -> str:
    expression = "found"
    for letters, sign in spelt.items():
        expression = f"replace({expression}, '{sign}', '{letters}')"
    return expression
