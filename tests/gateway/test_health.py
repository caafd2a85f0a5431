"""The gateway's health while Valkey hangs: tokens are believed, so nobody is turned away."""

import httpx

from gateway.main import Running
from tests.gateway.browsers import Browser
from tests.hanging import hung
from tests.house import House
from tests.waiting import until


async def test_a_hung_valkey_leaves_the_gateway_in_service(
    house: House, gateway: Running, root: Browser
) -> None:
    """G4: it is told, in words and as a metric; liveness is the turning of the loop."""
    door = f"http://{gateway.parts.settings.ops_listen}"

    async def told() -> bool:
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            ready = await client.get(f"{door}/readyz")
            alive = await client.get(f"{door}/livez")
        assert (ready.status_code, alive.status_code) == (httpx.codes.OK, httpx.codes.OK)
        return any("Valkey" in each for each in ready.json()["without"])

    with hung(house.valkey):
        await until(told, "the absence of Valkey is told")


def test_a_loop_that_does_not_turn_ends_the_process(gateway: Running) -> None:
    """G4: /livez is no constant."""
    health = gateway.health
    assert health.stalled() == []
    turned, health._turned_at = health._turned_at, health._turned_at - 3600
    assert health.stalled() != []
    health._turned_at = turned
