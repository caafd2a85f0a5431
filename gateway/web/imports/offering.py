"""Which kept mappings are offered for a file, and which of them is taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit
from gateway.web.imports.kept import Kept, keeper, mappings, the_mapping
from gateway.web.imports.mapping import all_targets
from kit.errors import Problem


@dataclass(frozen=True, slots=True)
class Offer:
    """The mappings that somebody may take for a file, and the one that is taken."""

    kept: Sequence[Kept] = ()
    chosen: Kept | None = None
    plan: Json = field(default_factory=dict)
    gone: Sequence[str] = ()
    slug: str = ""

    @property
    def applied(self) -> bool:
        """Whether the columns are chosen by it just now, and by nobody since."""
        return bool(self.plan)

    @classmethod
    async def of(cls, visit: Visit, entity: Entity, heading: Sequence[str], said: Json) -> "Offer":
        """The one that was asked for, else the first that knows a file with this heading."""
        kept, found = await mappings(visit, entity), keeper(visit)
        slug, asked = found.slug if found else "", visit.asked("mapping")
        untouched = "columns" not in said
        likely = (each for each in kept if untouched and each.fits(heading))
        chosen = await _asked(visit, entity, asked) if asked else next(likely, None)
        if chosen is None or not untouched:
            return cls(kept, chosen, slug=slug)
        offered = {each.path for each in all_targets(visit.catalog, entity)}
        fitted = chosen.over(entity, heading, offered)
        return cls(kept, chosen, fitted.plan, fitted.gone, slug)


async def _asked(visit: Visit, entity: Entity, mapping_id: str) -> Kept | None:
    """One that somebody took back in the meantime is none; `none` is said to have none."""
    try:
        return await the_mapping(visit, entity, mapping_id)
    except Problem:
        return None
