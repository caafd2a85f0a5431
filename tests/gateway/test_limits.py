"""Rate limits, and what happens while Valkey is away."""

import asyncio
from contextlib import suppress

import pytest

from cli.components.ports import free_port
from gateway.authentication.limits import CachedSession, Limits
from gateway.config import Settings
from kit.errors import Busy, Unavailable
from kit.ids import uuid7
from tests.house import House

FEW = {"RAPPORT_PERSON_RATE": "0.5", "RAPPORT_PERSON_BURST": "3"}
FEWER = {"RAPPORT_STRANGER_RATE": "0.5", "RAPPORT_STRANGER_BURST": "2"}


def limits(house: House, **more: str) -> Limits:
    return Limits.connected(Settings.load({**house.environment("gateway"), **FEW, **FEWER, **more}))


async def test_a_person_may_do_so_much_at_once(house: House, name: str) -> None:
    valkey = limits(house)
    for _ in range(3):
        await valkey.count(f"person:{name}", stranger=False)
    with pytest.raises(Busy) as refused:
        await valkey.count(f"person:{name}", stranger=False)
    assert refused.value.retry_after in (1, 2)
    await valkey.count(f"person:{name} 2", stranger=False)
    await valkey.close()


async def test_whoever_calls_often_takes_several_at_once_and_not_one_more(
    house: House, name: str
) -> None:
    """Two gateways give out what one bucket holds, and ask for it far less often than it is used."""
    rate = {"RAPPORT_PERSON_RATE": "40", "RAPPORT_PERSON_BURST": "100"}
    gateways = [limits(house, **rate), limits(house, **rate)]
    loop = asyncio.get_running_loop()
    begun = loop.time()
    served = [await served_by(each, f"person:{name}") for each in gateways]
    most = 100 + 40 * (loop.time() - begun)
    assert 92 <= sum(served) <= most
    # One by one each request would be five commands, the four of the script included.
    assert sum([await commands(each) for each in gateways]) < 2 * sum(served)
    for each in gateways:
        await each.close()


async def test_requests_that_come_together_do_not_each_take_several(
    house: House, name: str
) -> None:
    """What one gateway takes and does not use, another could not give out."""
    rate = {"RAPPORT_PERSON_RATE": "40", "RAPPORT_PERSON_BURST": "100"}
    gateway, who = limits(house, **rate), f"person:{name}"
    for _ in range(7):
        await gateway.count(who, stranger=False)
    async with asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(gateway.count(who, stranger=False))
    left = float(await gateway.valkey.hget(f"limit:{who}", "left") or 0)
    assert left >= 100 - 7 - 16 - 10
    await gateway.close()


async def served_by(gateway: Limits, who: str) -> int:
    """How many requests somebody may make before the first that is refused."""
    served = 0
    with suppress(Busy):
        while True:
            await gateway.count(who, stranger=False)
            served += 1
    return served


async def commands(gateway: Limits) -> int:
    """How many commands Valkey has run for the gateway's one connection."""
    return int((await gateway.valkey.client_info())["tot-cmds"])


async def test_all_sessions_of_a_person_are_counted_together(house: House, name: str) -> None:
    valkey = limits(house)
    kept = CachedSession(str(uuid7()), "handle", "csrf", 1)
    for number in range(2):
        await valkey.keep(f"{name} {number}", kept, 60)
    assert await valkey.by_session(f"{name} 0", "1.1.1.1") == kept
    assert await valkey.by_session(f"{name} 1", "1.1.1.1") == kept
    assert await valkey.by_session(f"{name} 0", "2.2.2.2") == kept
    with pytest.raises(Busy):
        await valkey.by_session(f"{name} 1", "3.3.3.3")
    await valkey.close()


async def test_guessing_at_sessions_is_counted_by_address(house: House, name: str) -> None:
    valkey = limits(house)
    for number in range(2):
        assert await valkey.by_session(f"{name} guess {number}", name) is None
    with pytest.raises(Busy):
        await valkey.by_session(f"{name} guess 3", name)
    await valkey.close()


async def test_without_valkey_nobody_gets_in_by_cookie(house: House, name: str) -> None:
    gone = limits(house, REDIS_URL=f"redis://127.0.0.1:{free_port(taken=set())}/0")
    with pytest.raises(Unavailable):
        await gone.by_session(name, "1.1.1.1")
    assert await gone.answers() is False
    await gone.close()


async def test_without_valkey_each_process_counts_for_itself(house: House, name: str) -> None:
    gone = limits(house, REDIS_URL=f"redis://127.0.0.1:{free_port(taken=set())}/0")
    for _ in range(2):
        await gone.count(f"address:{name}", stranger=True)
    with pytest.raises(Busy):
        await gone.count(f"address:{name}", stranger=True)
    await gone.close()


@pytest.mark.parametrize("mishap", [("CLIENT", "KILL", "TYPE", "normal"), ("SCRIPT", "FLUSH")])
async def test_a_restart_of_valkey_costs_nobody_an_answer(
    house: House, name: str, mishap: tuple[str, ...]
) -> None:
    """A lost connection and a lost script are found out by the next question, which asks again."""
    valkey = limits(house)
    kept = CachedSession(str(uuid7()), "handle", "csrf", 1)
    await valkey.keep(name, kept, 60)
    assert await valkey.by_session(name, "1.1.1.1") == kept
    await valkey.valkey.execute_command(*mishap, *(("SKIPME", "no") * (mishap[0] == "CLIENT")))
    assert await valkey.by_session(name, "1.1.1.1") == kept
    await valkey.close()


async def test_many_who_ask_at_once_each_get_their_own_answer(house: House, name: str) -> None:
    valkey = limits(house, RAPPORT_PERSON_BURST="100")
    people = [CachedSession(str(uuid7()), f"handle {number}", "csrf", 1) for number in range(50)]
    for number, kept in enumerate(people):
        await valkey.keep(f"{name} {number}", kept, 60)
    async with asyncio.TaskGroup() as group:
        found = [
            group.create_task(valkey.by_session(f"{name} {number}", "1.1.1.1"))
            for number in range(50)
        ]
    assert [each.result() for each in found] == people
    await valkey.close()


async def test_who_leaves_takes_nobody_along(house: House, name: str) -> None:
    """Whoever asks for all may be gone before the answer; the others are asked for by the next."""
    valkey = limits(house, RAPPORT_PERSON_BURST="100")
    kept = CachedSession(str(uuid7()), "handle", "csrf", 1)
    await valkey.keep(name, kept, 60)

    async def impatient(seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await valkey.by_session(name, "1.1.1.1")

    await valkey.valkey.execute_command("CLIENT", "PAUSE", "400", "ALL")
    async with asyncio.TaskGroup() as group:
        # The second leaves while it asks for the others, too.
        group.create_task(impatient(0.1))
        group.create_task(impatient(0.2))
        others = [group.create_task(valkey.by_session(name, "1.1.1.1")) for _ in range(4)]
    assert [each.result() for each in others] == [kept] * 4
    await valkey.close()


async def test_a_valkey_that_hangs_is_given_up_and_asked_anew(house: House, name: str) -> None:
    valkey = limits(house)
    await valkey.count(f"person:{name}", stranger=False)
    await valkey.valkey.execute_command("CLIENT", "PAUSE", "800", "ALL")
    with pytest.raises(Unavailable):
        await valkey.by_session(name, "1.1.1.1")
    await valkey.valkey.connection_pool.disconnect()
    async with asyncio.timeout(10):
        while not await valkey.answers():
            pass
    assert await valkey.by_session(name, "1.1.1.1") is None
    await valkey.close()


REFUSALS = (
    ("min-replicas-to-write", "1", "0"),
    ("maxmemory", "1", "0"),
)


@pytest.mark.parametrize(("setting", "refusing", "usual"), REFUSALS)
async def test_a_valkey_that_cannot_write_still_knows_sessions_and_limits(
    house: House, name: str, setting: str, refusing: str, usual: str
) -> None:
    """G2: its disk or its memory may be full; whoever only reads is not turned away."""
    valkey = limits(house)
    kept = CachedSession(str(uuid7()), "handle", "csrf", 1)
    await valkey.keep(name, kept, 60)
    await valkey.valkey.config_set(setting, refusing)
    try:
        for _ in range(3):
            assert await valkey.by_session(name, "1.1.1.1") == kept
        with pytest.raises(Busy):
            await valkey.by_session(name, "1.1.1.1")
        await valkey.count(f"address:{name}", stranger=True)
    finally:
        await valkey.valkey.config_set(setting, usual)
        await valkey.close()
