"""`dead-letters`: events that a handler could not take, in the databases of all services."""

import asyncio
from uuid import UUID

from rich.console import Console

from cli.failure import CommandFailed
from cli.local.home import Home
from cli.local.processes import SERVICES
from cli.local.stores import Stores
from kit.errors import NotFound
from kit.events.consuming import dead_letter_commands
from kit.events.consuming.dead_letters import Letter


def show(home: Home, console: Console) -> None:
    """Print every letter that waits, under its service."""
    found = _all(home)
    for service, letter in found:
        console.print(
            f"{service:<12} {dead_letter_commands.line(letter)}", markup=False, soft_wrap=True
        )
    if not found:
        console.print("No dead letter waits.")


def act(home: Home, console: Console, action: str, ids: list[str], *, everything: bool) -> bool:
    """Replay or drop letters, whichever service has them; whether all went well."""
    stores = Stores.of_running(home)
    wanted = [str(letter.id) for _, letter in _all(home)] if everything else ids
    if not wanted and not everything:
        raise CommandFailed("Name the letters by their ids, or say --all.")
    said = [asyncio.run(_done(stores, action, each)) for each in wanted]
    for each, outcome in zip(wanted, said, strict=True):
        console.print(f"{each} {outcome}", markup=False, soft_wrap=True)
    return set(said) <= {"handled", "dropped"}


def _all(home: Home) -> list[tuple[str, Letter]]:
    stores = Stores.of_running(home)
    return [
        (service.name, letter)
        for service in SERVICES
        for letter in asyncio.run(dead_letter_commands.listed(stores.database_url(service.name)))
    ]


async def _done(stores: Stores, action: str, wanted: str) -> str:
    try:
        letter_id = UUID(wanted)
    except ValueError:
        return "is no id"
    for service in SERVICES:
        try:
            return await dead_letter_commands.ACTIONS[action](
                stores.database_url(service.name), letter_id
            )
        except NotFound:
            continue
    return "waits nowhere"
