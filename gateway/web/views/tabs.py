"""The tabs over a list for one person: the built-in views, those that are kept, and the default."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from gateway.web.described.entities import Entity
from gateway.web.frame.gather import gather
from gateway.web.frame.visits import Visit
from gateway.web.views.built_in import views_of
from gateway.web.views.saved import (
    SAVED_VIEW,
    Default,
    Saved,
    default_of,
    of_list,
    opened_with,
    views_kept,
)
from gateway.web.words import _
from kit.errors import Problem


@dataclass(frozen=True, slots=True)
class Tabs:
    """What can be opened over a list."""

    entity: Entity
    saved: Sequence[Saved]
    default: Default | None
    opens_with: Saved | None
    keeps: bool
    # Where saved views are listed and shared.
    slug: str = ""

    def opens(self, saved: Saved) -> bool:
        """Whether a view is the person's default."""
        return self.default is not None and self.default.view_id == saved.id

    def everybodys(self) -> str:
        """Where all views of the list stand that the person may see."""
        return f"/{self.slug}?{urlencode({'filter': of_list(self.entity)})}"

    def items(self, chosen: str) -> list[tuple[str, str, bool]]:
        """Each tab as a link: its words, its address, and whether it is open."""
        slug = self.entity.slug
        built_in = [
            (_(view.label), f"/{slug}?view={view.key}", view.key == chosen)
            for view in views_of(self.entity)
        ]
        kept = [(each.name, each.url(self.entity), each.id == chosen) for each in self.saved]
        return [*built_in, *kept]


async def tabs_of(visit: Visit) -> Tabs:
    """Whatever of it cannot be had right now is left out."""
    works: dict[str, Awaitable[Any]] = {
        "saved": views_kept(visit),
        "default": default_of(visit),
    }
    answers = await gather(works)
    saved = [] if isinstance(answers["saved"], Problem) else answers["saved"]
    chosen = answers["default"] if isinstance(answers["default"], Default) else None
    opens_with = await opened_with(visit, chosen, saved) if chosen else None
    kept = visit.catalog.visible(SAVED_VIEW)
    keeps = bool(kept and kept.may("create"))
    return Tabs(visit.entity, saved, chosen, opens_with, keeps, kept.slug if kept else "")
