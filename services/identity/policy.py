"""The policy leaves from here: each change gets the next epoch and is published to every service.

It is the last step before a commit. The row of `policy_epoch` stays locked until the transaction
ends, so epochs, outbox and commits have one order, and what `policy_checks` has found still holds.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from crm.identity.v1 import policy_pb2
from sqlalchemy import select, update

from kit.access import Policy, entries
from kit.access.replica import part_of, policy_item, remembered
from kit.entity import Record
from kit.events.publishing.outbox import Announcement, insert_statement, rows
from kit.events.subjects import POLICY
from kit.records.write.work import Work
from services.identity.administrators import keep_an_administrator
from services.identity.escalation import (
    refuse_changing_stronger,
    refuse_escalation,
    require_access_manager,
)
from services.identity.model.access_defaults import AccessDefault
from services.identity.model.custom_fields import CustomField
from services.identity.model.groups import Group
from services.identity.model.people import Person
from services.identity.model.profiles import Profile
from services.identity.model.roles import Role
from services.identity.model.sharing_rules import SharingRule
from services.identity.model.vocabulary.choice_lists import ChoiceList
from services.identity.model.vocabulary.duplicate_rules import DuplicateRule
from services.identity.model.vocabulary.tag_categories import TagCategory
from services.identity.model.vocabulary.tags import Tag
from services.identity.policy_checks import check_policy
from services.identity.tables import policy_epoch


@dataclass(frozen=True)
class Part:
    """One object of the policy as this transaction leaves it; a removed one has no body."""

    kind: str
    record: Record
    body: bytes | None

    @property
    def id(self) -> str:
        return str(self.record.id)


def _person(person: Person) -> entries.Person:
    return entries.Person(
        name=person.name,
        email=person.email,
        status=person.status,
        own_key=person.own_key,
        share_key=person.share_key,
        role_ids=tuple(person.role_ids),
        profile_ids=tuple(person.profile_ids),
        time_zone=person.time_zone,
        locale=person.locale,
    )


def _role(role: Role) -> entries.Role:
    return entries.Role(
        name=role.name,
        share_key=role.share_key,
        tree_key=role.tree_key,
        parent_id=role.parent_id,
        profile_ids=tuple(role.profile_ids),
    )


def _profile(profile: Profile) -> entries.Profile:
    return entries.Profile(
        name=profile.name,
        permissions=tuple(entries.Permission(**each.plain()) for each in profile.permissions),
        fields=tuple(entries.FieldAccess(**each.plain()) for each in profile.field_access),
        hidden_modules=tuple(profile.hidden_modules),
    )


def _group(group: Group) -> entries.Group:
    return entries.Group(
        name=group.name,
        share_key=group.share_key,
        person_ids=tuple(group.person_ids),
        role_ids=tuple(group.role_ids),
        role_and_below_ids=tuple(group.role_and_below_ids),
        group_ids=tuple(group.group_ids),
    )


def _rule(rule: SharingRule) -> entries.Rule:
    return entries.Rule(
        entity=rule.entity_name,
        source_kind=rule.source_kind,
        source_id=rule.source_id,
        target_kind=rule.target_kind,
        target_id=rule.target_id,
        level=rule.level,
    )


def _default(default: AccessDefault) -> entries.Default:
    return entries.Default(entity=default.entity_name, level=default.level)


def _choices(choices: ChoiceList) -> entries.ChoiceList:
    values = (
        entries.ChoiceValue(value=each.value, caption=each.caption, retired=each.retired)
        for each in choices.values
    )
    return entries.ChoiceList(name=choices.name, values=tuple(values))


def _tag_category(category: TagCategory) -> entries.TagCategory:
    return entries.TagCategory(
        name=category.name,
        position=category.position,
        tone=category.tone or "",
        entities=tuple(category.entity_names),
    )


def _tag(tag: Tag) -> entries.Tag:
    return entries.Tag(
        value=tag.value,
        name=tag.name,
        category_id=tag.category_id,
        tone=tag.tone or "",
        retired=tag.retired,
        into_id=tag.merged_into_id,
    )


_BODIES: Mapping[type[Record], tuple[str, Callable[[Any], msgspec.Struct]]] = {
    Person: ("person", _person),
    Role: ("role", _role),
    Profile: ("profile", _profile),
    Group: ("group", _group),
    SharingRule: ("rule", _rule),
    AccessDefault: ("default", _default),
    ChoiceList: ("choice", _choices),
    CustomField: ("custom_field", CustomField.defined),
    TagCategory: ("tag_category", _tag_category),
    Tag: ("tag", _tag),
    DuplicateRule: ("duplicate_rule", DuplicateRule.defined),
}


async def publish_policy(work: Work) -> None:
    """Gives each change its epoch and announces it; what changes no right is left alone."""
    require_access_manager(work)
    touched = _touched(work)
    stored = await _stored(work, touched)
    news = [part for part in _parts(touched) if part.body != stored.get(part.id)]
    if not news:
        refuse_changing_stronger([work.process.policy], work)
        return
    first = await _raised(work, len(news)) - len(news) + 1
    await check_policy(work, [(each.record, each.body is None) for each in news])
    messages = [_message(part, epoch) for epoch, part in enumerate(news, first)]
    if not work.actor.is_system:
        before = await _known(work)
        after = before.foreseen(map(_entry, news), first + len(news) - 1)
        refuse_escalation(before, after, work.actor, work.written)
        refuse_changing_stronger([before, after], work)
        if stored:
            keep_an_administrator(after)
    for message in messages:
        await work.run(remembered(message))
    await work.run(insert_statement, **_announced(work, messages))
    work.after_commit(work.process.replica.load)


async def _known(work: Work) -> Policy:
    """The policy until this change: the lock of the epoch is held, so nothing can be newer."""
    policy = work.process.policy
    newer = select(policy_item).where(policy_item.c.epoch > policy.epoch)
    rows = await work.rows(newer.order_by(policy_item.c.epoch))
    return policy.foreseen(map(part_of, rows), rows[-1].epoch) if rows else policy


def _entry(part: Part) -> tuple[str, str, Any | None]:
    """A part as the policy takes it in."""
    kind = entries.KINDS[part.kind]
    return part.kind, part.id, msgspec.json.decode(part.body, type=kind) if part.body else None


def _touched(work: Work) -> dict[UUID, tuple[Record, bool]]:
    """The records that the policy is made of and that changed, and whether they are gone."""
    changes = [each for each in work.written if type(each.record) in _BODIES]
    return {each.record.id: (each.record, each.what == "deleted") for each in changes}


async def _stored(work: Work, touched: Mapping[Any, Any]) -> dict[str, bytes | None]:
    """The bodies published last, encoded as `_parts` encodes them."""
    ids = [str(each) for each in touched]
    found = select(policy_item.c.kind, policy_item.c.id, policy_item.c.body)
    known = await work.rows(found.where(policy_item.c.id.in_(ids)))
    return {row.id: _encoded(row.kind, row.body) for row in known}


def _encoded(kind: str, body: Any) -> bytes | None:
    if body is None:
        return None
    return msgspec.json.encode(msgspec.convert(body, entries.KINDS[kind], strict=False))


def _parts(touched: Mapping[Any, tuple[Record, bool]]) -> Iterator[Part]:
    for record, gone in touched.values():
        kind, body = _BODIES[type(record)]
        # What a deleted field held stays out of sight, so services go on knowing that there was one.
        told = not gone or isinstance(record, CustomField)
        told &= not isinstance(record, DuplicateRule) or record.in_force
        yield Part(kind, record, msgspec.json.encode(body(record)) if told else None)


async def _raised(work: Work, by: int) -> int:
    raised = update(policy_epoch).values(epoch=policy_epoch.c.epoch + by)
    (row,) = await work.run(raised.returning(policy_epoch.c.epoch))
    return int(row.epoch)


def _message(part: Part, epoch: int) -> policy_pb2.PolicyChanged:
    return policy_pb2.PolicyChanged(
        epoch=epoch, kind=part.kind, id=part.id, removed=part.body is None, body=part.body or b""
    )


def _announced(work: Work, messages: list[policy_pb2.PolicyChanged]) -> Mapping[str, list[Any]]:
    announcements = [
        Announcement.under(f"{POLICY}.{each.kind}.{each.id}", each) for each in messages
    ]
    return rows(announcements, service=work.process.name, actor=work.actor.name)
