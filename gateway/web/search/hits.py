"""What was found, as the page shows it: where it leads, and the words in their place."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit
from gateway.web.words import _

RECORD, NOTE, FILE = "record", "note", "file"
KINDS = {RECORD: "In records", NOTE: "In notes", FILE: "In files"}
_HOW = {
    "exact": "",
    "beginning": "Beginning of a word",
    "middle": "Within a word",
    "similar": "Spelt nearly alike",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One thing that was found."""

    icon: str
    label: str
    href: str
    kind: str
    where: str = ""
    how: str = ""
    pieces: Sequence[tuple[str, bool]] = ()
    """The snippet in pieces, each with whether it is what was looked for."""


def shown(visit: Visit, hits: Iterable[Json], words: str) -> Iterator[Hit]:
    """Hits as they read; what the catalogue does not know has no page."""
    for hit in hits:
        entity = visit.catalog.visible(hit["entity"])
        if entity is not None:
            yield Hit(
                icon=entity.shown.icon,
                label=hit.get("title") or entity.label,
                href=_href(entity, hit, words),
                kind=entity.label,
                where=_where(hit),
                how=_(_HOW[hit["how"]]) if _HOW[hit["how"]] else "",
                pieces=_pieces(hit),
            )


def _href(entity: Entity, hit: Json, words: str) -> str:
    record = f"/{entity.slug}/{hit['id']}"
    if hit["kind"] == NOTE:
        # Words that are meant by others would not be found there.
        exact = hit["how"] in {"exact", "beginning"}
        return f"{record}/notes?search={quote(words)}" if exact else f"{record}/notes"
    return f"{record}/files/{hit['part_id']}" if hit["kind"] == FILE else record


def _where(hit: Json) -> str:
    """The field; a file by its name as well."""
    label = _(hit.get("label", ""))
    return f"{label}: {hit['name']}" if hit.get("name") and hit["field"] != "name" else label


def _pieces(hit: Json) -> list[tuple[str, bool]]:
    text, done, pieces = hit.get("snippet", ""), 0, []
    for mark in hit.get("marks", ()):
        start = mark.get("start", 0)
        end = start + mark.get("length", 0)
        pieces += [(text[done:start], False), (text[start:end], True)]
        done = end
    return [(piece, marked) for piece, marked in (*pieces, (text[done:], False)) if piece]
