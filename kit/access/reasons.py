"""Why somebody can see a record, in sentences: the ways of the one clause, told one by one."""

from collections.abc import Iterable, Iterator
from uuid import UUID

from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Audience, Level, Record


def explained(
    policy: Policy, person_id: UUID, record: Record, shares: Iterable[Audience]
) -> tuple[str, list[str]]:
    """The strongest level (none, read or edit), and a sentence for each way."""
    ways = list(_ways(policy, person_id, record, list(shares)))
    reads = _reaches(policy, person_id, record, Level.READ)
    edits = _reaches(policy, person_id, record, Level.EDIT)
    return ("edit" if edits else "read" if reads else "none"), ways if reads or edits else []


def _reaches(policy: Policy, person_id: UUID, record: Record, level: Level) -> bool:
    reach = policy.reach(Actor.person(person_id), type(record), level)
    keys = record.keys if level is Level.READ else record.wkeys
    return reach.all or bool(set(reach.keys) & set(keys))


def _ways(policy: Policy, person_id: UUID, record: Record, shares: list[Audience]) -> Iterator[str]:
    organisation = policy.organisation
    rights = policy.rights(Actor.person(person_id), record.entity)
    if record.owner_id == person_id:
        yield "Owns it."
    if record.owner_id in organisation.subordinates(person_id):
        yield f"Stands above the owner, {_name(policy, 'person', record.owner_id)}, in the role tree."
    if "view_all" in rights or "edit_all" in rights:
        yield f"A profile opens all {record.plural.lower()}."
    default = organisation.defaults.get(record.entity, record.default_access)
    if default != "private":
        yield f"{record.plural} are open to everybody ({default})."
    for rule in organisation.rules:
        if rule.entity == record.entity and record.owner_id in organisation.members(rule.source_kind, rule.source_id):
            if person_id in organisation.members(rule.target_kind, rule.target_id):
                yield f"A sharing rule opens what {_name(policy, rule.source_kind, rule.source_id)} own ({rule.level})."
    for each in (*record.audience(), *shares):
        if each.kind == "everyone" or (each.id and person_id in organisation.members(each.kind, each.id)):
            yield f"Shared with {_name(policy, each.kind, each.id)} ({each.level})."


def _name(policy: Policy, kind: str, principal_id: UUID | None) -> str:
    organisation = policy.organisation
    if kind == "everyone" or principal_id is None:
        return "everybody"
    found = {
        "person": organisation.people,
        "role": organisation.roles,
        "role_and_below": organisation.roles,
        "group": organisation.groups,
    }[kind].get(principal_id)
    name = found.name if found else "somebody"
    return f"{name} and the roles below" if kind == "role_and_below" else name
