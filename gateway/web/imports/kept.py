"""Kept mappings: what an import was told, kept under a name and offered when a file like it comes."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit
from gateway.web.views.saved import of_list
from kit.errors import NotFound

MAPPING = "identity.ImportMapping"
# As many as anybody chooses from; the rest stands in the list of mappings.
_MOST = "100"
_AS_SAID = (
    "empty_words",
    "match",
    "on_match",
    "skip_without_key",
    "allow_duplicates",
    "formulas_quoted",
)
_BY_RULES = "duplicates"


@dataclass(frozen=True, slots=True)
class Kept:
    """One kept mapping."""

    id: str
    name: str
    version: int
    columns: Sequence[Mapping[str, str]]
    json: Json

    @classmethod
    def read(cls, json: Json) -> "Kept":
        return cls(json["id"], json["name"], json["version"], json.get("columns") or (), json)

    def fits(self, heading: Iterable[str]) -> bool:
        """Whether a file has these headings and no others, in whatever order."""
        return {_bare(each["column"]) for each in self.columns} == {_bare(each) for each in heading}

    def over(
        self, entity: Entity, heading: Iterable[str], offered: Collection[str] = ()
    ) -> "Fitted":
        """What is told of a file with this heading, by whoever sees the entity so.

        What is offered beyond its fields is of records that lines take along.
        """
        written = {_bare(each): each for each in heading}
        known = [(written.get(_bare(each["column"]), ""), each) for each in self.columns]
        mapped = [(name, each) for name, each in known if name and each.get("becomes")]
        return Fitted.of(partial(is_there, entity, offered), mapped, self.json)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A kept mapping as far as it applies, and what is left out of it since there is no such field."""

    plan: Json
    gone: Sequence[str]

    @classmethod
    def of(
        cls,
        there: Callable[[str], bool],
        mapped: Sequence[tuple[str, Mapping[str, str]]],
        said: Json,
    ) -> "Fitted":
        columns = {name: each["becomes"] for name, each in mapped if there(each["becomes"])}
        forms = {
            name: each["form"] for name, each in mapped if name in columns and each.get("form")
        }
        given = {each["field"]: each["value"] for each in said.get("given") or ()}
        constants = {path: text for path, text in given.items() if there(path)}
        match = said.get("match") or ""
        fitting = match == _BY_RULES or there(match)
        gone = [each["becomes"] for name, each in mapped if name not in columns]
        gone += [path for path in given if path not in constants]
        gone += [match] if match and not fitting else []
        told = {name: said[name] for name in _AS_SAID if said.get(name)}
        told |= {"columns": columns, "forms": forms, "constants": constants}
        told |= _related(said)
        told |= {"values": _values(said, {*columns, *columns.values(), *constants})}
        return cls(
            told if fitting else told | {"match": "", "on_match": ""}, list(dict.fromkeys(gone))
        )


def _values(said: Json, named: set[str]) -> dict[str, str]:
    """Replacements of what is filled, under whichever name they have."""
    names = named | {re.split(r"[:+]", each)[0] for each in named}
    rows = [each for each in said.get("replaced") or () if each["of"] in names]
    return {f"{each['of']}:{each.get('said', '')}": each.get("meant", "") for each in rows}


def _related(said: Json) -> Json:
    """How the records are found that lines take along."""
    rows = said.get("related") or ()
    return {
        f"related_{what}": {each["name"]: each[what] for each in rows if each.get(what)}
        for what in ("match", "on_match")
    }


def is_there(entity: Entity, offered: Collection[str], path: str) -> bool:
    """Whether the reader may fill what a path names; of a path to another record the field of ours."""
    return path in offered or all(_is_field(entity, each.strip()) for each in path.split("+"))


def _is_field(entity: Entity, path: str) -> bool:
    name = path.partition(":")[0]
    if found := entity.field(name):
        return found.editable or name == "id"
    whole, _, part = re.sub(r"\[[^\]]*\]", "", name).partition(".")
    rows = entity.field(whole)
    return bool(rows and rows.editable and any(each.name == part for each in rows.columns))


def kept_of(plan: Json, heading: Iterable[str]) -> Json:
    """What was said on the page, as it is kept; columns that were left out are kept as such."""
    columns, forms = plan["columns"], plan["forms"]
    rows = [
        _filled(column=each, becomes=columns.get(each), form=forms.get(each)) for each in heading
    ]
    return {
        "entity_name": plan["entity"],
        "columns": rows,
        "replaced": list(_replaced(plan["values"])),
        "given": [{"field": path, "value": text} for path, text in plan["constants"].items()],
        "related": [
            _filled(name=name, match=key, on_match=plan["related_on_match"].get(name))
            for name, key in plan["related_match"].items()
        ],
        **{name: plan[name] or None for name in ("match", "on_match")},
        **{name: plan[name] for name in _AS_SAID if name not in ("match", "on_match")},
    }


def _filled(**said: str | None) -> dict[str, str]:
    return {name: text for name, text in said.items() if text}


def _replaced(values: Mapping[str, str]) -> Iterator[dict[str, str]]:
    for key, meant in values.items():
        # A reference is named as `field:by`, so what is replaced stands behind the last colon.
        of, _, said = key.rpartition(":") if key.count(":") > 1 else key.partition(":")
        yield _filled(of=of, said=said, meant=meant)


def keeper(visit: Visit) -> Entity | None:
    """The entity of kept mappings, for whoever may have any."""
    return visit.catalog.visible(MAPPING)


async def mappings(visit: Visit, entity: Entity) -> Sequence[Kept]:
    """The person's own for an entity and those shared with her, by name."""
    if not (kept := keeper(visit)):
        return ()
    theirs = "(owner_id = me() OR shared_with_me = true)"
    asked = {"filter": f"{of_list(entity)} AND {theirs}", "order_by": "name", "page_size": _MOST}
    return [Kept.read(each) for each in (await visit.api.list(kept.slug, asked))["items"]]


async def the_mapping(visit: Visit, entity: Entity, mapping_id: str) -> Kept:
    """The one that was chosen."""
    kept = keeper(visit)
    found = await visit.api.get(kept.slug, mapping_id) if kept else None
    if found is None or found["entity_name"] != entity.name:
        raise NotFound
    return Kept.read(found)


def _bare(name: str) -> str:
    return " ".join(name.casefold().split())
