"""An organisation for tests: people, roles and rights, published to services as identity would."""

import itertools
from typing import Any
from uuid import UUID

import msgspec
from crm.identity.v1 import policy_pb2

from kit.access.entries import (
    ChoiceList,
    ChoiceValue,
    Default,
    DuplicateRule,
    Group,
    Permission,
    Person,
    Profile,
    Role,
    Rule,
    Tag,
    TagCategory,
)
from kit.access.replica import remembered
from kit.actor import Actor
from kit.custom_fields.definition import CustomField
from kit.ids import uuid7
from kit.testing.serving import Serving

ALL, SET_UP, MANAGES = (
    Permission(entity=line, view=True, create=True, edit=True, delete=True)
    for line in ("*", "configuration", "access")
)


class TestOrganisation:
    """Changes to the policy, applied at once in every service that listens."""

    __test__ = False

    def __init__(self, *services: Serving) -> None:
        self._services = services
        self._numbers = itertools.count(1)
        self._epochs = itertools.count(1)
        self._parts: dict[UUID, Any] = {}

    async def publish(self, kind: str, part: Any, id: UUID | None = None) -> UUID:
        """Adds or replaces a part of the policy."""
        part_id = id or uuid7()
        body = b"" if part is None else msgspec.json.encode(part)
        self._parts[part_id] = part
        event = policy_pb2.PolicyChanged(
            epoch=next(self._epochs), kind=kind, id=str(part_id), removed=part is None, body=body
        )
        for service in self._services:
            await service.learn(remembered(event))
        return part_id

    async def person(
        self,
        name: str = "Ana",
        *permissions: Permission,
        roles: tuple[UUID, ...] = (),
        profiles: tuple[UUID, ...] = (),
        status: str = "active",
        time_zone: str = "UTC",
    ) -> Actor:
        """Somebody who may do and set up everything within reach, unless permissions say less."""
        profile = await self.profile(*(permissions or (ALL, SET_UP))) if not profiles else None
        held = profiles or ((profile,) if profile else ())
        person = Person(
            name=name,
            email=f"{name.lower()}.{next(self._numbers)}@example.com",
            status=status,
            own_key=next(self._numbers),
            share_key=next(self._numbers),
            role_ids=roles,
            profile_ids=held,
            time_zone=time_zone,
        )
        return Actor.person(await self.publish("person", person))

    async def leave(self, person: Actor) -> None:
        """Somebody works here no more."""
        assert person.person_id is not None
        entry = msgspec.structs.replace(self._parts[person.person_id], status="inactive")
        await self.publish("person", entry, person.person_id)

    async def profile(self, *permissions: Permission, **more: Any) -> UUID:
        """A named set of permissions."""
        name = f"Profile {next(self._numbers)}"
        return await self.publish("profile", Profile(name=name, permissions=permissions, **more))

    async def role(self, name: str = "Role", parent: UUID | None = None) -> UUID:
        """A place in the tree."""
        share_key, tree_key = next(self._numbers), next(self._numbers)
        return await self.publish("role", Role(name, share_key, tree_key, parent))

    async def group(self, *people: Actor, **more: Any) -> UUID:
        """A group of people."""
        members = tuple(each.person_id for each in people if each.person_id)
        group = Group(name="Group", share_key=next(self._numbers), person_ids=members, **more)
        return await self.publish("group", group)

    async def rule(
        self, entity: str, source: tuple[str, UUID], target: tuple[str, UUID], level: str = "read"
    ) -> UUID:
        """An owner-based sharing rule."""
        return await self.publish("rule", Rule(entity, *source, *target, level))

    async def choices(self, name: str, *values: ChoiceValue) -> UUID:
        """What may be chosen from a list, from now on."""
        known = next(
            (
                each
                for each, part in self._parts.items()
                if isinstance(part, ChoiceList) and part.name == name
            ),
            None,
        )
        return await self.publish("choice", ChoiceList(name, values), known)

    async def custom(self, entity: str, key: str, kind: str = "text", **more: Any) -> UUID:
        """A field that the organisation adds to an entity, or what becomes of one that is there."""
        defined = CustomField(
            **{"label": key.replace("_", " ").capitalize(), **more},
            entity=entity,
            key=key,
            kind=kind,
        )
        known = next(
            (
                each
                for each, part in self._parts.items()
                if isinstance(part, CustomField) and (part.entity, part.key) == (entity, key)
            ),
            None,
        )
        return await self.publish("custom_field", defined, known)

    async def tag(self, name: str, id: UUID | None = None, **more: Any) -> UUID:
        """A tag, or how one is from now on; stored under its name unless told otherwise."""
        return await self.publish("tag", Tag(**{"value": name, "name": name, **more}), id)

    async def tag_category(self, name: str, id: UUID | None = None, **more: Any) -> UUID:
        """What tags have in common."""
        return await self.publish("tag_category", TagCategory(name, **more), id)

    async def duplicates(
        self, entity: str, *fields: str, id: UUID | None = None, **more: Any
    ) -> UUID:
        """What is taken for the same from now on, or what a rule says by now."""
        rule_id = id or uuid7()
        said = {"name": f"Same {', '.join(fields)}", "version": next(self._numbers), **more}
        rule = DuplicateRule(entity=entity, fields=fields, id=str(rule_id), **said)
        return await self.publish("duplicate_rule", rule, rule_id)

    async def default(self, entity: str, level: str) -> UUID:
        """How open an entity is to everybody."""
        return await self.publish("default", Default(entity, level))
