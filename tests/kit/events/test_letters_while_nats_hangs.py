"""G5: how many dead letters wait is true while the broker hangs, since they lie in the database."""

from collections.abc import Callable
from typing import Any

import pytest

from cli.components.nats import Nats
from kit.database.engine import Database
from kit.events.consuming import dead_letters
from kit.events.consuming.consumers import Consumers
from kit.events.consuming.dead_letters import Letter
from kit.ids import uuid7
from kit.telemetry import metrics
from tests.hanging import hung
from tests.kit.events.conftest import Running
from tests.kit.events.toys import Shelf

# A client that gives a hung broker up leaves the stream of its next attempt to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

CONSUMER = "shop_fill_the_shelf"


async def test_letters_are_counted_while_nats_hangs(
    nats_server: Nats,
    database: Database,
    consuming: Callable[[Shelf], Consumers],
    running: Running,
    until: Any,
) -> None:
    letter = Letter(uuid7(), CONSUMER, uuid7(), "crm.toys.toy.sold", b"", {}, "Broken", 1)
    gauge = metrics.DEAD_LETTERS.labels(CONSUMER)

    async def one_waits() -> bool:
        return bool(gauge._value.get() == 1)

    async def none_waits() -> bool:
        return bool(gauge._value.get() == 0)

    async with running(consuming(Shelf()).run()):
        await until(none_waits)
        with hung(nats_server):
            async with database.transaction() as transaction:
                await dead_letters.park(transaction, letter)
            await until(one_waits)
            async with database.transaction() as transaction:
                await dead_letters.discard(transaction, letter.id)
            await until(none_waits)
