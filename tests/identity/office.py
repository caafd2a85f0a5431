"""The administrator's work in short words: people, roles and rights, through identity's own calls."""

import itertools
import time
from typing import Any
from uuid import UUID

import msgspec
from crm.identity.v1 import (
    access_defaults_pb2,
    groups_pb2,
    people_pb2,
    policy_pb2,
    profiles_pb2,
    roles_pb2,
    sessions_pb2,
    sharing_rules_pb2,
)
from crm.identity.v1.access_defaults_pb2_grpc import AccessDefaultsStub
from crm.identity.v1.clients_pb2_grpc import ClientsStub
from crm.identity.v1.groups_pb2_grpc import GroupsStub
from crm.identity.v1.people_pb2_grpc import PeopleStub
from crm.identity.v1.policy_pb2_grpc import PoliciesStub
from crm.identity.v1.profiles_pb2_grpc import ProfilesStub
from crm.identity.v1.roles_pb2_grpc import RolesStub
from crm.identity.v1.sessions_pb2_grpc import SessionsStub
from crm.identity.v1.sharing_rules_pb2_grpc import SharingRulesStub
from crm.v1 import standard_pb2
from google.protobuf.field_mask_pb2 import FieldMask

from kit.actor import Actor
from kit.testing.serving import Serving

ADMIN_EMAIL = "head@example.com"
ADMIN_PASSWORD = "blue kettle on the moon"
PASSWORD = "seven green umbrellas"

_numbers = itertools.count(1)


def unique(word: str) -> str:
    """A name that no other test gives."""
    return f"{word} {time.time_ns() % 1_000_000_007} {next(_numbers)}"


async def administrator(serving: Serving) -> Actor:
    """Who was taken on at the first start."""
    snapshot = await serving.stub(PoliciesStub, Actor.door()).Snapshot(policy_pb2.SnapshotRequest())
    people = [each for each in snapshot.objects if each.kind == "person"]
    ids = [each.id for each in people if msgspec.json.decode(each.body)["email"] == ADMIN_EMAIL]
    return Actor.person(UUID(ids[0]))


class Office:
    """Identity as the administrator uses it."""

    def __init__(self, serving: Serving, admin: Actor) -> None:
        self.serving = serving
        self.admin = admin
        self.people = serving.stub(PeopleStub, admin)
        self.roles = serving.stub(RolesStub, admin)
        self.profiles = serving.stub(ProfilesStub, admin)
        self.groups = serving.stub(GroupsStub, admin)
        self.rules = serving.stub(SharingRulesStub, admin)
        self.defaults = serving.stub(AccessDefaultsStub, admin)
        self.clients = serving.stub(ClientsStub, admin)
        self.sessions = serving.stub(SessionsStub, Actor.door())
        self.policies = serving.stub(PoliciesStub, Actor.door())

    async def person(self, name: str = "Ana", **more: Any) -> Any:
        """A new person, without a password."""
        email = f"{unique(name).replace(' ', '.').lower()}@example.com"
        return await self.people.Create(people_pb2.Person(name=name, email=email, **more))

    async def member(self, name: str = "Ana", **more: Any) -> Any:
        """A new person who can sign in with PASSWORD."""
        person = await self.person(name, **more)
        return await self.people.SetPassword(
            people_pb2.SetPersonPassword(id=person.id, password=PASSWORD)
        )

    async def change(self, person: Any, **new: Any) -> Any:
        """Gives a person other values."""
        record = people_pb2.Person(id=person.id, **new)
        return await self.people.Update(
            people_pb2.PersonPatch(record=record, mask=FieldMask(paths=list(new)))
        )

    async def role(self, name: str = "Role", **more: Any) -> Any:
        return await self.roles.Create(roles_pb2.Role(name=unique(name), **more))

    async def move(self, role: Any, parent_id: str | None) -> Any:
        record = roles_pb2.Role(id=role.id, parent_id=parent_id)
        patch = roles_pb2.RolePatch(record=record, mask=FieldMask(paths=["parent_id"]))
        return await self.roles.Update(patch)

    async def profile(self, *permissions: profiles_pb2.Permission, **more: Any) -> Any:
        profile = profiles_pb2.Profile(name=unique("Profile"), permissions=permissions, **more)
        return await self.profiles.Create(profile)

    async def seller(self, name: str = "Ana", **more: Any) -> Any:
        """A person who may work with everything within reach."""
        right = {"view": True, "create": True, "edit": True, "delete": True}
        profile = await self.profile(profiles_pb2.Permission(entity="*", **right))
        return await self.person(name, profile_ids=[profile.id], **more)

    async def named_profile(self, name: str) -> Any:
        """A profile of the first start."""
        asked = standard_pb2.ListRequest(filter=f'name = "{name}"')
        return (await self.profiles.List(asked)).items[0]

    async def manager(self, *permissions: profiles_pb2.Permission, **more: Any) -> "Office":
        """Somebody who manages access beside that, at work."""
        rights = {"view": True, "create": True, "edit": True, "delete": True}
        lines = {each.entity: each for each in permissions}
        lines.setdefault("access", profiles_pb2.Permission(entity="access", **rights))
        profile = await self.profile(*lines.values(), **more)
        return self.as_person(actor(await self.person("Mana", profile_ids=[profile.id])))

    def as_person(self, caller: Actor) -> "Office":
        """The same calls, made by somebody else."""
        return Office(self.serving, caller)

    async def group(self, **members: Any) -> Any:
        return await self.groups.Create(groups_pb2.Group(name=unique("Group"), **members))

    async def rule(self, entity: str, **more: Any) -> Any:
        rule = sharing_rules_pb2.SharingRule(name=unique("Rule"), entity_name=entity, **more)
        return await self.rules.Create(rule)

    async def default(self, entity: str, level: str) -> Any:
        default = access_defaults_pb2.AccessDefault(entity_name=entity, level=level)
        return await self.defaults.Create(default)

    async def sign_in(self, email: str, password: str = PASSWORD, **more: Any) -> Any:
        return await self.sessions.SignIn(
            sessions_pb2.SignInRequest(email=email, password=password, **more)
        )

    async def check(self, session: Any) -> Any:
        return await self.sessions.Check(sessions_pb2.CheckRequest(session_id=session.id))

    async def snapshot(self, since: int = 0) -> Any:
        return await self.policies.Snapshot(policy_pb2.SnapshotRequest(since=since))


def actor(person: Any) -> Actor:
    """Somebody as a caller."""
    return Actor.person(UUID(person.id))
