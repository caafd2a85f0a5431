"""Tags as people write them: those that there are by their names, and new ones by whoever may make them."""

import re
from dataclasses import dataclass, field

from gateway.web.api import Api
from gateway.web.described.catalog import Catalog
from gateway.web.described.fields import Field
from gateway.web.words import _
from kit.errors import Denied, Problem
from kit.text.folding import typed

_PARTED = re.compile(r"[,;\n]")


@dataclass
class Called:
    """What was written: the tags that it names, what is left of it, and what is wrong with that."""

    values: list[str] = field(default_factory=list)
    left: str = ""
    wrong: str = ""


async def tags_called(api: Api, catalog: Catalog, known: Field, text: str) -> Called:
    """The tags of these names; one that there is none of stays as it was typed, unless it can be made."""
    found, left = Called(), []
    written = [each.strip() for each in _PARTED.split(text) if each.strip()]
    # Of names that read alike the first is meant.
    for name in {typed(each): each for each in reversed(written)}.values():
        try:
            found.values.append(await _called(api, catalog, known, name))
        except Problem as problem:
            left.append(name)
            found.wrong = next(iter(problem.fields.values()), problem.message)
    found.left = ", ".join(left)
    return found


async def _called(api: Api, catalog: Catalog, known: Field, name: str) -> str:
    option = known.called(name)
    if option is not None:
        return option.value
    kept = catalog.by_name(known.target)
    if kept is None or not kept.may("create"):
        told = _("There is no tag “%(name)s”. Choose one that there is, or ask for it.", name=name)
        raise Denied(told)
    made = await api.create(kept.slug, {"name": name})
    return str(made["value"])
