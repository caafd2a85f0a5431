"""Toys with custom fields, as somebody sees them by every door."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from msgspec import json

from kit.actor import Actor
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

TOY = "toys.Toy"


def unique() -> str:
    return f"w{uuid7().hex}"


class Shop:
    """Toys as somebody sees them."""

    def __init__(self, toys: Serving, actor: Actor) -> None:
        self.typed = toys.stub(services.ToysStub, actor)
        self.ready = toys.stub(services.ToysStub, actor, json=True)
        self.beside = toys.stub(RecordsStub, actor)

    async def make(self, **custom: str) -> Any:
        return await self.typed.Create(pb.Toy(name=unique(), custom=custom))

    async def change(self, made: Any, **custom: str) -> Any:
        record = pb.Toy(id=made.id, custom=custom)
        return await self.typed.Update(pb.ToyPatch(record=record, mask={"paths": ["custom"]}))

    async def find(self, filter: str, order_by: str = "") -> list[Any]:  # noqa: A002 - as the call has it
        asked = standard_pb2.ListRequest(filter=filter, order_by=order_by)
        return list((await self.typed.List(asked)).items)

    async def shown(self, made: Any) -> dict[str, Any]:
        read = json.decode((await self.ready.Get(standard_pb2.GetRequest(id=made.id))).json)
        held: dict[str, Any] = read["custom"]
        return held

    async def described(self, name: str) -> Any:
        told = (await self.beside.Describe(records_pb2.DescribeRequest())).entities
        fields = next(each.fields for each in told if each.entity == TOY)
        return next((each for each in fields if each.name == name), None)


def key_of(kind: str) -> str:
    """A word that no other test has taken."""
    return f"{kind}_{unique()}"


class Defining:
    """Fields of toys that are gone after the test, so that no other has them."""

    def __init__(self, organisation: TestOrganisation) -> None:
        self._organisation = organisation
        self._keys: dict[str, str] = {}

    async def __call__(self, key: str, kind: str = "text", **more: Any) -> None:
        self._keys[key] = kind
        await self._organisation.custom(TOY, key, kind, **more)

    async def forget(self) -> None:
        for key, kind in self._keys.items():
            await self._organisation.custom(TOY, key, kind, gone=True)


@pytest.fixture
async def define(organisation: TestOrganisation) -> AsyncIterator[Defining]:
    """Adds a field to toys, or changes it."""
    defining = Defining(organisation)
    yield defining
    await defining.forget()


@pytest.fixture
async def shop(toys: Serving, organisation: TestOrganisation) -> Shop:
    """As Ana sees them, who may do everything with her own."""
    return Shop(toys, await organisation.person("Ana"))
