"""A file whose lines are of several entities, as one import for each: what lines take along comes first.

`account.name` among the columns of opportunities speaks of the account that a line takes along: the one
that its `account_id` will name. What is said of it is the plan of an import of accounts, and what is
left over that of the opportunities; each goes to the service that owns the entity.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from crm.v1 import imports_pb2 as pb

from gateway.contract.resources import Resource
from kit.errors import Invalid
from kit.wire.options import reference_of

_END = "_id"
_OF_MAIN = ("match", "on_match", "skip_without_key", "related_match", "related_on_match", "entity")
_BY_PATH = ("columns", "constants")
_BY_NAME = ("values", "forms")


@dataclass(frozen=True)
class Part:
    """What is taken in of one entity; the lines' own fills no reference."""

    resource: Resource
    plan: pb.ImportPlan
    field: str = ""

    def fills(self, other: "Part") -> bool:
        """Whether what this one makes is named by what the other one makes."""
        if not other.field:
            return bool(self.field)
        named = other.resource.message.fields_by_name.get(self.field)
        return named is not None and reference_of(named) == self.resource.entity


def parts_of(
    plan: pb.ImportPlan, resource: Resource, by_entity: Mapping[str, Resource]
) -> list[Part]:
    """The imports that a plan asks for, each after those whose records it names."""
    known = dict(_taken_along(resource, by_entity))
    names = dict.fromkeys(_name(path) for path in (*plan.columns.values(), *plan.constants))
    taken = [name for name in names if name in known]
    _refuse_unkeyed(plan, taken, known)
    main = Part(resource, _rest(plan, taken))
    along = [Part(known[name], _of(plan, name, known[name]), name + _END) for name in taken]
    return [*_in_order(along), main]


def _taken_along(
    resource: Resource, by_entity: Mapping[str, Resource]
) -> Iterator[tuple[str, Resource]]:
    """What lines of an entity may take along: whatever it refers to one of, and people may make."""
    fields = resource.message.fields_by_name
    for name, described in fields.items():
        short, target = name.removesuffix(_END), by_entity.get(reference_of(described))
        one = name.endswith(_END) and short not in fields and not described.is_repeated
        if one and target is not None and "Create" in target.methods:
            yield short, target


def _in_order(parts: list[Part]) -> Iterator[Part]:
    """Each after those that it names; of a circle the first goes first."""
    left = list(parts)
    while left:
        free = (each for each in left if not any(o.fills(each) for o in left if o is not each))
        chosen = next(free, left[0])
        left.remove(chosen)
        yield chosen


def _refuse_unkeyed(plan: pb.ImportPlan, taken: list[str], known: Mapping[str, Resource]) -> None:
    """Without a key each line would make another one of what many lines name."""
    for name in taken:
        if not plan.related_match.get(name, ""):
            plural = known[name].name.lower()
            said = f"Say by which field {plural} are found, for example {{{name!r}: 'name'}}."
            raise Invalid(related_match=said)
    for name in (*plan.related_match, *plan.related_on_match):
        if name not in known:
            raise Invalid(related_match=f"Lines take no {name!r} along.")


def _rest(plan: pb.ImportPlan, taken: list[str]) -> pb.ImportPlan:
    """What is said of the lines' own entity."""
    found = pb.ImportPlan()
    found.CopyFrom(plan)
    columns = {each for each, path in plan.columns.items() if _name(path) in taken}
    for field in (*_BY_PATH, *_BY_NAME):
        said = getattr(found, field)
        for key in [key for key in said if _is_of(key, said[key], field, taken, columns)]:
            del said[key]
    _clear(found, "related_match", "related_on_match")
    return found


def _of(plan: pb.ImportPlan, name: str, resource: Resource) -> pb.ImportPlan:
    """What is said of one entity that lines take along, in its own words."""
    found = pb.ImportPlan()
    found.CopyFrom(plan)
    columns = {each for each, path in plan.columns.items() if _name(path) == name}
    _clear(found, *_OF_MAIN)
    for field in (*_BY_PATH, *_BY_NAME):
        said = dict(getattr(plan, field))
        _clear(found, field)
        kept = {
            key: each for key, each in said.items() if _is_of(key, each, field, [name], columns)
        }
        getattr(found, field).update(_in_own_words(kept, field, name))
    found.entity, found.match = resource.entity, plan.related_match[name]
    found.on_match = plan.related_on_match.get(name, "") or "fill"
    return found


def _clear(plan: Any, *names: str) -> None:
    for name in names:
        plan.ClearField(name)


def _is_of(key: str, said: str, field: str, names: list[str], columns: set[str]) -> bool:
    """Whether an entry of a plan speaks of one of these entities, by a path or by a column."""
    if field == "columns":
        return _name(said) in names
    return _name(key) in names or any(key == each or key.startswith(f"{each}:") for each in columns)


def _in_own_words(said: Mapping[str, str], field: str, name: str) -> dict[str, str]:
    if field == "columns":
        return {column: _bare(path, name) for column, path in said.items()}
    return {_bare(key, name): each for key, each in said.items()}


def _bare(path: str, name: str) -> str:
    """`account.name` as accounts call it; of both halves of a full name the entity may be said."""
    return "+".join(each.strip().removeprefix(f"{name}.") for each in path.split("+"))


def _name(path: str) -> str:
    return path.partition(".")[0] if "." in path else ""
