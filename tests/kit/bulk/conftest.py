"""Somebody who has many toys, and does the same to them."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from kit.actor import Actor
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.bulk.doing import Doer
from tests.kit.toy.contract import pb, services
from tests.kit.toy.model import Toy

Make = Callable[..., Awaitable[list[Any]]]


@pytest.fixture
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")


@pytest.fixture
async def shop(toys: Serving, ana: Actor) -> Any:
    return toys.stub(services.ToysStub, ana)


@pytest.fixture
async def doer(toys: Serving, ana: Actor) -> Doer:
    return Doer(toys, ana)


@pytest.fixture
def word() -> str:
    """What no other test's toys say."""
    return f"w{uuid7().hex}"


@pytest.fixture
async def made(shop: Any, word: str) -> Make:
    """Makes toys that a filter of the word finds."""

    async def make(number: int, **values: Any) -> list[Any]:
        return [
            await shop.Create(pb.Toy(name=f"{word} {place}", note=word, **values))
            for place in range(number)
        ]

    return make


async def many(toys: Serving, actor: Actor, word: str, number: int) -> None:
    """More toys than anybody makes one by one."""
    async with toys.process.work(actor) as work:
        for place in range(number):
            work.add(Toy(name=f"{word} {place}", note=word))
