"""Reads the text of a filter (AIP-160) into its tree."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput, UnexpectedToken, v_args

from kit.errors import Invalid
from kit.query.errors import unreadable
from kit.query.tree import And, Call, Compare, Node, Not, Or, Search, Word, walk

LONGEST = 4000
DEEPEST = 32
MOST_TERMS = 100

# As AIP-160 has it, OR binds more tightly than AND. Words may not hold comparators, values may:
# the contextual lexer knows which of the two can come next.
GRAMMAR = r"""
?start: sequence ("AND" sequence)*             -> every
?sequence: factor+                             -> every
?factor: term ("OR" term)*                     -> either
?term: ("NOT" | "-") simple                    -> inverse
     | simple
?simple: WORD                                  -> search
       | STRING                                -> search
       | WORD COMPARATOR value                 -> compare
       | WORD COMPARATOR "(" value ")"         -> compare
       | WORD COMPARATOR "(" value ("OR" value)+ ")"   -> compare_either
       | WORD COMPARATOR "(" value ("AND" value)+ ")"  -> compare_every
       | "(" start ")"
value: VALUE | STRING | FUNCTION

WORD: /[^\s()"'=<>!:\-][^\s()"=<>!:]*/
VALUE: /[^\s()"'=<>!:][^\s()"]*/
FUNCTION.2: /[A-Za-z_]\w*\([^()"]*\)/
STRING: /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/s
COMPARATOR: /!=|<=|>=|[=<>:]/
%ignore /\s+/
"""

ESCAPES = {"n": "\n", "t": "\t"}


@lru_cache(maxsize=4096)
def parse(text: str) -> Node | None:
    """The tree of a filter; None when it is empty, and Invalid when it cannot be read."""
    _admit(text)
    text = unicodedata.normalize("NFC", text)
    if not text.strip():
        return None
    try:
        node: Node = _grammar().parse(text)  # type: ignore[assignment]  # the reader makes nodes, not lark's trees
    except UnexpectedInput as problem:
        raise _explained(problem, text) from None
    _limit(node)
    return node


def _admit(text: str) -> None:
    if len(text) > LONGEST:
        raise Invalid(filter=f"The filter has {len(text)} characters; shorten it to {LONGEST}.")
    # PostgreSQL stores neither of these, so nothing could ever match them.
    if found := re.search("[\0\ud800-\udfff]", text):
        raise unreadable(found.start(), "there is a character that is not text; remove it")


def _limit(node: Node) -> None:
    terms = 0
    for part, depth in walk(node):
        terms += isinstance(part, Compare | Search)
        if depth > DEEPEST:
            raise Invalid(filter=f"Remove parentheses until at most {DEEPEST} levels are nested.")
    if terms > MOST_TERMS:
        raise Invalid(filter=f"The filter has {terms} terms; shorten it to {MOST_TERMS}.")


def _explained(problem: UnexpectedInput, text: str) -> Invalid:
    if isinstance(problem, UnexpectedToken) and problem.token.type == "$END":
        return unreadable(len(text), "something is missing; add a value or close the parenthesis")
    position = cast("int", problem.pos_in_stream)
    found = text[position : position + 20].split(maxsplit=1)[0]
    if found[0] in "\"'":
        return unreadable(position, f"a quotation begins with {found} and never ends; close it")
    return unreadable(
        position,
        f"“{found}” cannot stand here; check operators and parentheses, or put quotes around text",
    )


@v_args(inline=True)
class _Reader(Transformer[Token, Node]):
    """Makes nodes while the parser reads, so no depth of parentheses can exhaust the stack."""

    def every(self, *parts: Node) -> Node:
        return parts[0] if len(parts) == 1 else And(_flat(And, parts))

    def either(self, *parts: Node) -> Node:
        return parts[0] if len(parts) == 1 else Or(_flat(Or, parts))

    def inverse(self, part: Node) -> Node:
        return part.part if isinstance(part, Not) else Not(part)

    def search(self, token: Token) -> Node:
        return Search(_word(token))

    def compare(self, name: Token, comparator: Token, value: Word | Call) -> Node:
        return self.compare_either(name, comparator, value)

    def compare_either(self, name: Token, comparator: Token, *values: Word | Call) -> Node:
        # `stage != (won OR lost)` asks for neither, so the Not goes round the whole list.
        return _signed(comparator, self.either(*_compares(name, comparator, values)))

    def compare_every(self, name: Token, comparator: Token, *values: Word | Call) -> Node:
        return _signed(comparator, self.every(*_compares(name, comparator, values)))

    def value(self, token: Token) -> Word | Call:
        return _call(token) if token.type == "FUNCTION" else _word(token)


@cache
def _grammar() -> Lark:
    return Lark(GRAMMAR, parser="lalr", transformer=_Reader())


def _flat(kind: type[And | Or], parts: tuple[Node, ...]) -> tuple[Node, ...]:
    return tuple(
        child for part in parts for child in (part.parts if isinstance(part, kind) else (part,))
    )


def _compares(name: Token, comparator: Token, values: tuple[Word | Call, ...]) -> list[Node]:
    operator = "=" if comparator == "!=" else str(comparator)
    return [Compare(str(name), operator, value) for value in values]


def _signed(comparator: Token, node: Node) -> Node:
    return Not(node) if comparator == "!=" else node


def _word(token: Token) -> Word:
    if token.type == "STRING":
        return Word(_pieces(token[1:-1]), quoted=True)
    if token in {"AND", "OR", "NOT"}:
        reason = f'a value is missing before {token}; to look for the word itself, write "{token}"'
        raise unreadable(token.start_pos, reason)
    return Word(tuple(token.split("*")))


def _pieces(text: str) -> tuple[str, ...]:
    """Undoes the escapes and cuts at each `*` that has no backslash before it."""
    pieces = [""]
    for part in re.findall(r"\\.|\*|[^\\*]+", text, re.DOTALL):
        if part == "*":
            pieces.append("")
        elif part[0] == "\\":
            pieces[-1] += ESCAPES.get(part[1], part[1])
        else:
            pieces[-1] += part
    return tuple(pieces)


def _call(token: Token) -> Call:
    found = re.fullmatch(r"(?:(me)\(\s*|(today|now)\(\s*([+-]?[0-9]{1,5})?\s*)\)", token)
    if found is None:
        reason = f"“{token}” is not a function; use me(), today(), today(-30) or now()"
        raise unreadable(token.start_pos, reason)
    return Call(found[1] or found[2], int(found[3] or 0))
