"""The week of a resource on its page, as people see it who may not see every booking."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kit.testing.serving import Serving
from tests.gateway.browsers import Browser
from tests.waiting import until


@pytest.fixture
async def private(root: Browser, plans: Serving) -> AsyncIterator[None]:
    """Bookings are seen by those who made them."""

    async def there() -> bool:
        return (await root.get("/api/v1/resources")).status_code == 200

    # The gateway tried before scheduling was served, and rests before it tries again.
    await until(there, "scheduling answers the gateway")
    default = {"entity_name": "scheduling.Booking", "level": "private"}
    made = await root.post("/api/v1/access-defaults", json=default)
    assert made.status_code == 201, made.text
    yield
    await root.delete(f"/api/v1/access-defaults/{made.json()['id']}")


async def test_a_time_that_is_taken_by_what_one_may_not_see_is_busy(
    root: Browser, stranger: Browser, colleague: dict[str, Any], private: None, name: str
) -> None:
    """A8: the page said Free. It tells the time, and neither by whom nor what for."""
    room = (await root.post("/api/v1/resources", json={"name": name})).json()
    await root.post("/api/v1/bookings", json=_hour(room, "A secret meeting"))
    page = f"/resources/{room['id']}"
    assert "A secret meeting" in (await root.get(page)).text
    assert "Busy" not in (await root.get(page)).text
    await stranger.sign_in(colleague["email"], "soft yellow lamps 3")
    seen = (await stranger.get(page)).text
    assert 'class="booked taken"' in seen
    assert "Busy" in seen
    assert "A secret meeting" not in seen


def _hour(room: Any, purpose: str) -> dict[str, Any]:
    """A booking of the present hour, which lies in the week of whoever looks at it."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    times = {"starts_at": start.isoformat(), "ends_at": (start + timedelta(hours=1)).isoformat()}
    return {"resource_id": room["id"], "purpose": purpose, **times}
