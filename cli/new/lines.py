"""Edits of plain text: a line beside its like, a block behind its like, and lists kept in order."""

import re
from collections.abc import Callable

from cli.new.draft import AnchorMissing

Edit = Callable[[str], str]


def beside(said: str, added: str) -> Edit:
    """Puts a text right behind one that stands there exactly once."""

    def edit(text: str) -> str:
        if text.count(said) != 1:
            raise AnchorMissing(f"place to add to: {said!r} should stand there once")
        return text.replace(said, said + added)

    return edit


def instead(said: str, other: str) -> Edit:
    """Puts a text in the place of one that stands there exactly once."""

    def edit(text: str) -> str:
        if text.count(said) != 1:
            raise AnchorMissing(f"place to change: {said!r} should stand there once")
        return text.replace(said, other)

    return edit


def repeated(pattern: str, like: str, name: str) -> Edit:
    """Says of a new name what a line or a block says of another, right behind it."""

    def edit(text: str) -> str:
        found = list(re.finditer(pattern, text, re.MULTILINE | re.DOTALL))
        if len(found) != 1:
            raise AnchorMissing(f"one place that says of {like} what holds for {name}: {pattern!r}")
        block = found[0].group()
        return text[: found[0].end()] + block.replace(like, name) + text[found[0].end() :]

    return edit


def sorted_lines(*added: str) -> Edit:
    """A file whose lines are in the order of their bytes."""

    def edit(text: str) -> str:
        return "\n".join(sorted({*text.splitlines(), *added})) + "\n"

    return edit


def behind_last(pattern: str, added: str, *, what: str, within: str = "") -> Edit:
    """Behind the last line that matches, after the heading `within` and before the next."""

    def edit(text: str) -> str:
        start = text.find(f"{within}\n") if within else 0
        end = text.find("\n## ", start + 1) if within else -1
        end = len(text) if end < 0 else end + 1
        found = list(re.finditer(pattern, text[start:end], re.MULTILINE)) if start >= 0 else []
        if not found:
            raise AnchorMissing(what)
        place = start + found[-1].end()
        return text[:place] + added + text[place:]

    return edit
