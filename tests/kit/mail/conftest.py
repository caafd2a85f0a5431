"""A mail server that tests talk to, and the toys with letters to send."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any

import pytest

from kit.mail.letters import Letter
from kit.mail.tables import letter
from kit.settings import Tls
from kit.testing.serving import Serving
from tests.kit.mail.server import Server


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that takes whatever it is given, until a test tells it otherwise."""
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def toys_with_mail(toys: Serving, server: Server) -> AsyncIterator[Serving]:
    """The toys, whose letters go to that server."""
    before: Any = toys.process.settings
    toys.process.settings = replace(
        before, smtp_host=server.address, smtp_tls=Tls.NONE, mail_from="Toys <toys@example.com>"
    )
    yield toys
    toys.process.settings = before
    async with toys.process.database.transaction() as transaction:
        await transaction.count(letter.delete())


@pytest.fixture
def said() -> Letter:
    return Letter(
        kind="greeting",
        address="ana@example.com",
        name="Ana Pop",
        language="en",
        subject="Hello",
        text="Hello, Ana.\n",
        html="<p>Hello, Ana.</p>",
    )
