"""Guessing is bounded, with Valkey and without it; hashing too."""

import asyncio

import pytest

from kit.errors import Busy
from services.identity.hashing import Passwords
from services.identity.throttle import Limits, Throttle
from tests.house import House
from tests.identity.office import unique

NOBODY_LISTENS = "redis://127.0.0.1:1"


def where(house: House, *, valkey: bool) -> str:
    return house.valkey.url if valkey else NOBODY_LISTENS


@pytest.mark.parametrize("valkey", [True, False])
async def test_attempts_at_once_are_counted_one_by_one(house: House, valkey: bool) -> None:
    email, refused = unique("ana"), []
    async with Throttle(where(house, valkey=valkey), Limits(email=3, address=100)) as throttle:

        async def attempt() -> None:
            try:
                await throttle.admit(email, unique("address"))
            except Busy as wait:
                refused.append(wait.retry_after)

        async with asyncio.TaskGroup() as group:
            for _ in range(10):
                group.create_task(attempt())
    assert len(refused) == 7
    assert all(0 < (seconds or 0) <= 900 for seconds in refused)


@pytest.mark.parametrize("valkey", [True, False])
async def test_one_origin_cannot_try_one_password_on_everybody(house: House, valkey: bool) -> None:
    address = unique("address")
    async with Throttle(where(house, valkey=valkey), Limits(email=3, address=5)) as throttle:
        for _ in range(5):
            await throttle.admit(unique("person"), address)
        with pytest.raises(Busy):
            await throttle.admit(unique("person"), address)


@pytest.mark.parametrize("valkey", [True, False])
async def test_a_success_is_not_counted(house: House, valkey: bool) -> None:
    email, address = unique("ana"), unique("address")
    async with Throttle(where(house, valkey=valkey), Limits(email=2, address=2)) as throttle:
        for _ in range(6):
            await throttle.admit(email, address)
            await throttle.forgive(email, address)


async def test_processes_share_their_counts_through_valkey(house: House) -> None:
    email, limits = unique("ana"), Limits(email=1, address=100)
    async with Throttle(house.valkey.url, limits) as one, Throttle(house.valkey.url, limits) as two:
        await one.admit(email, "")
        with pytest.raises(Busy):
            await two.admit(email, "")


async def test_more_hashing_than_the_threads_can_take_is_turned_away() -> None:
    async with Passwords(threads=1, waiting=2) as passwords:
        refused = 0

        async def hash_one() -> None:
            nonlocal refused
            try:
                await passwords.hashed("a password")
            except Busy:
                refused += 1

        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(hash_one())
    assert refused == 5


@pytest.mark.parametrize("valkey", [True, False])
async def test_nobody_without_an_address_waits_for_others_without_one(
    house: House, valkey: bool
) -> None:
    """Whoever changes a password is known already; only the guesses at that password count."""
    async with Throttle(where(house, valkey=valkey), Limits(email=2, address=3)) as throttle:
        for _ in range(10):
            await throttle.admit(unique("person"))
        await throttle.admit(email := unique("ana"))
        await throttle.forgive(email)
        for _ in range(2):
            await throttle.admit(email)
        with pytest.raises(Busy):
            await throttle.admit(email)
