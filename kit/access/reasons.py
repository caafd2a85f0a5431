"""Why somebody can see a record, in sentences: the ways of the one clause, one by one."""

from collections.abc import Iterable, Iterator, Mapping
from uuid import UUID

from kit.access.clause import COLUMNS
from kit.access.entries import Group, Person, Role
from kit.access.organisation import PARENT
from kit.access.policy import Policy
from kit.actor import Actor
from kit.entity import Audience, Level, Record
from kit.entity.levels import TEAM_ROLES


def explained(
    policy: Policy, person_id: UUID, record: Record, shares: Iterable[Audience]
) -> tuple[str, list[str]]:
    """The strongest level (none, read, edit or full), and a sentence for each way."""
    reached = [level for level in Level if _reaches(policy, person_id, record, level)]
    if not reached:
        return "none", []
    return reached[-1], list(_ways(policy, person_id, record, list(shares)))


def _reaches(policy: Policy, person_id: UUID, record: Record, level: Level) -> bool:
    reach = policy.permit(Actor.person(person_id), type(record)).reach(level)
    return reach.meets(getattr(record, COLUMNS[level]), record.inherited)


def _ways(policy: Policy, person_id: UUID, record: Record, shares: list[Audience]) -> Iterator[str]:
    if record.owner_id == person_id:
        yield "Owns it."
    if not (record.confidential or record.kept_private):
        yield from _by_place(policy, person_id, record)
        yield from _by_openness(policy, person_id, record)
        yield from _by_rule(policy, person_id, record)
    for each in (*record.audience(), *shares):
        yield from _by_share(policy, person_id, each, record)
    if record.kept_private:
        yield "It is private: no place in the role tree, rule or profile opens it."


def _by_place(policy: Policy, person_id: UUID, record: Record) -> Iterator[str]:
    if record.owner_id in policy.organisation.subordinates(person_id):
        owner = _name(policy, "person", record.owner_id)
        yield f"Stands above the owner, {owner}, in the role tree."


def _by_share(policy: Policy, person_id: UUID, share: Audience, record: Record) -> Iterator[str]:
    told = _told(policy, share)
    if share.kind == "everyone" or (share.kind, share.id) == ("person", person_id):
        yield f"Shared with {told}."
    elif record.confidential or not share.id:
        return
    elif person_id in policy.organisation.members(share.kind, share.id):
        yield f"Shared with {told}."
    elif not record.kept_private and policy.organisation.is_meant(person_id, share.kind, share.id):
        yield f"Stands above somebody it is shared with: {told}."


def _told(policy: Policy, share: Audience) -> str:
    """With whom, in which role, and how far."""
    name, role = _name(policy, share.kind, share.id), share.role
    known = policy.organisation.choices.get(TEAM_ROLES)
    captions = {each.value: each.caption for each in known.values} if known else {}
    part = f" as {captions.get(role, role)}" if role else ""
    return f"{name}{part} ({share.level})"


def _by_openness(policy: Policy, person_id: UUID, record: Record) -> Iterator[str]:
    permit = policy.permit(Actor.person(person_id), type(record))
    closed = permit.reach(Level.READ).apart in record.inherited
    if {"view_all", "edit_all"} & permit.rights and not closed:
        yield f"A profile opens all {record.plural.lower()}."
    default = policy.organisation.default_of(type(record))
    if default == PARENT:
        yield from _by_parent(policy, person_id, record)
    elif default != "private":
        yield f"{record.plural} are open to everybody ({default})."


def _by_parent(policy: Policy, person_id: UUID, record: Record) -> Iterator[str]:
    reach = policy.permit(Actor.person(person_id), type(record)).reach(Level.READ)
    if reach.meets((), record.inherited):
        entity = record.parent[0] if record.parent else record.parents[0]
        kind = entity.partition(".")[2].lower()
        yield (
            f"Sees the {kind} that it hangs on."
            if record.parent
            else f"Hangs on no {kind}, and all of those are open."
        )


def _by_rule(policy: Policy, person_id: UUID, record: Record) -> Iterator[str]:
    for rule in policy.organisation.rules:
        opened = rule.entity == record.entity and policy.organisation.is_meant(
            person_id, rule.target_kind, rule.target_id
        )
        owners = policy.organisation.members(rule.source_kind, rule.source_id)
        if opened and record.owner_id in owners:
            source = _name(policy, rule.source_kind, rule.source_id)
            yield f"A sharing rule opens what {source} own ({rule.level})."


def _name(policy: Policy, kind: str, principal_id: UUID | None) -> str:
    organisation = policy.organisation
    if kind == "everyone" or principal_id is None:
        return "everybody"
    named: dict[str, Mapping[UUID, Person | Role | Group]] = {
        "person": organisation.people,
        "role": organisation.roles,
        "role_and_below": organisation.roles,
        "group": organisation.groups,
    }
    found = named[kind]
    name = found[principal_id].name if principal_id in found else "somebody"
    return f"{name} and the roles below" if kind == "role_and_below" else name
