"""Which records of a list are meant: those that were marked, or all that the list finds."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from starlette.datastructures import FormData, QueryParams

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit

EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Selection:
    """The records that are meant."""

    ids: tuple[str, ...] = ()
    filter: str = ""
    search: str = ""
    everything: bool = False

    @classmethod
    def read(cls, said: QueryParams | FormData) -> Self:
        """As the bar under a list says it, or the form that took it along."""
        if said.get(EVERYTHING):
            return cls(
                (), str(said.get("filter", "")), str(said.get("search", "")), everything=True
            )
        return cls(tuple(str(each) for each in said.getlist("ids")))

    def pairs(self) -> Iterator[tuple[str, str]]:
        """The same for an address or a form."""
        if self.everything:
            yield EVERYTHING, "1"
            yield from (
                (name, text) for name in ("filter", "search") if (text := getattr(self, name))
            )
        yield from (("ids", each) for each in self.ids)

    def asked(self) -> Json:
        """The same for the API."""
        if not self.everything:
            return {"ids": list(self.ids)}
        whole = not (self.filter or self.search)
        return {"filter": self.filter, "search": self.search, "all": whole}

    async def counted(self, visit: Visit, entity: Entity) -> str:
        """How many there are, as people read it: `12`, or `1,000+`."""
        if not self.everything:
            return f"{len(self.ids):,}"
        asked = {"filter": self.filter, "search": self.search, "count": "true", "page_size": "1"}
        page = await visit.api.list(
            entity.slug, {name: text for name, text in asked.items() if text}
        )
        told = page.get("page", {})
        return f"{told.get('total') or 0:,}{'+' if told.get('total_capped') else ''}"
