"""What a process says of itself while a store hangs, is away, or was never there."""

import gc
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from crm.v1 import standard_pb2

from cli.components.ports import free_port
from kit.actor import Actor
from kit.rpc.client import Peers
from kit.rpc.context import ContextTokens
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.hanging import hung
from tests.house import House
from tests.kit.toy.contract import pb, services
from tests.kit.toy.house import _any_schema
from tests.kit.toy.service import toys as toy_service
from tests.waiting import until

# A client that gives a hung broker up leaves the stream of its next attempt to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


async def _asked(toys: Any, path: str) -> tuple[int, Any]:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.get(f"http://{toys.settings.ops_listen}{path}")
    return answer.status_code, answer.json()


async def _figure(settings: Any, name: str) -> float:
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
        text = (await client.get(f"http://{settings.ops_listen}/metrics")).text
    [line] = [line for line in text.splitlines() if line.startswith(f"{name} ")]
    return float(line.split()[-1])


@pytest.fixture
async def ana(organisation: TestOrganisation) -> Actor:
    return await organisation.person("Ana")


async def test_a_hung_nats_turns_nobody_away_and_the_outbox_is_still_measured(
    house: House, toys: Serving, ana: Actor
) -> None:
    """G4, G5: brokers are metrics and words, not readiness; the gauges are true while one hangs."""
    service, shop = toys.service, toys.stub(services.ToysStub, ana)
    its = f'{{service="{service.name}"}}'

    async def noticed() -> bool:
        status, said = await _asked(service, "/readyz")
        assert status == httpx.codes.OK, said
        return any("NATS" in each for each in said["without"])

    async def counted() -> bool:
        return (
            await _figure(service.settings, f"crm_outbox_pending{its}") >= len(made)
            and await _figure(service.settings, f"crm_outbox_oldest_age_seconds{its}") > 0
        )

    async def measured() -> bool:
        # Other services of this test run ask the same NATS.
        return await _figure(service.settings, 'crm_dependency_up{dependency="nats"}') == 0

    with hung(house.nats):
        made = [await shop.Create(pb.Toy(name=f"Toy {number}")) for number in range(5)]
        await until(noticed, "the absence of NATS is told")
        await until(counted, "the outbox is measured")
        await until(measured, "the absence of NATS is measured")
    await until(toys.process.nats.answers, "NATS answers again")
    gc.collect()


async def test_a_question_that_is_answered_late_breaks_nothing_off(
    house: House, toys: Serving
) -> None:
    """G4: asking for health costs no connection; the client itself gives it up much later."""
    nats = toys.process.nats
    await until(nats.answers, "NATS answers, whatever went before")
    before = nats.stats["reconnects"]

    async def silent() -> bool:
        return not await nats.answers()

    with hung(house.nats):
        await until(silent, "a question stays without an answer")
    await until(nats.answers, "NATS answers")
    assert (nats.stats["reconnects"], nats.is_connected) == (before, True)


async def test_a_hung_postgresql_is_noticed_and_kills_nobody(house: House, toys: Serving) -> None:
    """G4: the check itself is bounded, and liveness asks no store."""

    async def unready() -> bool:
        status, said = await _asked(toys.service, "/readyz")
        assert (await _asked(toys.service, "/livez"))[0] == httpx.codes.OK
        return status == httpx.codes.SERVICE_UNAVAILABLE and "PostgreSQL" in json.dumps(said)

    async def ready() -> bool:
        return (await _asked(toys.service, "/readyz"))[0] == httpx.codes.OK

    with hung(house.postgres):
        await until(unready, "the absence of PostgreSQL is told")
    await until(ready, "calls are welcome again")


@pytest.fixture
async def lonely(house: House, toys: Serving, ana: Actor) -> AsyncIterator[Serving]:
    """A second process of the same service that finds no NATS when it starts."""
    settings = replace(
        toys.service.settings,
        nats_url=f"nats://127.0.0.1:{free_port()}",
        listen=f"127.0.0.1:{free_port()}",
        ops_listen=f"127.0.0.1:{free_port()}",
    )
    tokens = ContextTokens.from_files("gateway", house.keys["gateway"], house.keys_folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("kit.service_runner.require_current", _any_schema)
        peers = Peers("gateway", {"toys": settings.listen}, tokens)
        serving = await Serving.start(toy_service(settings), peers)
    yield serving
    await serving.stop()
    await peers.close()


async def test_a_process_that_starts_without_nats_serves(lonely: Serving, ana: Actor) -> None:
    """G4, G7: it says so within seconds, and goes on."""
    shop = lonely.stub(services.ToysStub, ana)
    made = await shop.Create(pb.Toy(name="Made without NATS"))
    assert await shop.Get(standard_pb2.GetRequest(id=made.id)) == made
    status, said = await _asked(lonely.service, "/readyz")
    assert (status, said["missing"]) == (httpx.codes.OK, [])
    assert [each for each in said["without"] if "NATS" in each]
