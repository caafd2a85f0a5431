"""What goes along when records are merged, in words: how many of what, by which field."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.web.api import Json
from gateway.web.described.catalog import Catalog
from gateway.web.words import _

_BESIDE = {"note": "Notes", "file": "Files", "follower": "Followers", "share": "Shares"}


@dataclass(frozen=True, slots=True)
class Line:
    """How many records, or rows beside records, of one kind."""

    what: str
    by: str
    count: int
    joined: int = 0
    """How many of them become one with another."""


def lines_of(catalog: Catalog, moves: Iterable[Json]) -> Iterator[Line]:
    for each in moves:
        entity = catalog.by_name(each["holder"])
        if entity is None:
            yield Line(_(_BESIDE.get(str(each["holder"]), "")), "", each["count"])
            continue
        field = entity.field(each.get("field", ""))
        label = field.label if field else ""
        yield Line(entity.plural, label, each["count"], each.get("joined", 0))
