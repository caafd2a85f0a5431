"""What `./rapport mail` prints: the mailbox of this machine, and the letters that no server has taken."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from rich.console import Console

from cli.components.mailbox import Mailbox
from cli.failure import CommandFailed
from cli.local.home import Home
from cli.local.processes import SERVICES
from cli.local.stores import Stores
from cli.mailbox.letters import MOST, Kept, newest, visible
from kit.database.engine import connected
from kit.mail import outbox


def show(home: Home, console: Console, to: str, most: int) -> None:
    """Print a line for each letter, the newest first, with the number by which it is read."""
    found = [each for each in enumerate(_letters(home), start=1) if to in each[1].header("To")]
    for number, letter in found[:most]:
        line = f"{number:>4}  {letter.at}  {letter.header('To')}  {letter.header('Subject')}"
        console.print(line, markup=False, soft_wrap=True)
    if not found:
        console.print("The mailbox is empty.")


def read(home: Home, console: Console, number: int) -> None:
    """Print one letter."""
    letters = _letters(home)
    if not 1 <= number <= len(letters):
        raise CommandFailed(f"There is no letter {number}; ./rapport mail lists them.")
    letter = letters[number - 1]
    for name in ("From", "To", "Date", "Subject"):
        console.print(f"{name}: {letter.header(name)}", markup=False, soft_wrap=True)
    console.print(f"\n{letter.text}", markup=False, soft_wrap=True)


def unsent(home: Home, console: Console) -> None:
    """Print the letters that wait or were given up, under their service, and why."""
    stores = Stores.of_running(home)
    found = [
        (service.name, row)
        for service in SERVICES
        for row in asyncio.run(_unsent(stores.database_url(service.name)))
    ]
    for service, row in found:
        told = f"{row.state}, tries {row.tries}: {visible(row.error)}" if row.error else row.state
        line = f"{service:<12} {row.id}  {row.recipient}  {visible(row.subject)}  ({told})"
        console.print(line, markup=False, soft_wrap=True)
    if not found:
        console.print("Every letter has been sent.")


def again(home: Home, console: Console, ids: Sequence[str], *, everything: bool) -> None:
    """Have letters sent that were given up."""
    if not ids and not everything:
        raise CommandFailed("Name the letters by their ids, or say --all.")
    wanted = [None] if everything else [_id(each) for each in ids]
    stores = Stores.of_running(home)
    urls = [stores.database_url(service.name) for service in SERVICES]
    count = sum(asyncio.run(_again(url, id_)) for url in urls for id_ in wanted)
    console.print(f"{count} letters will be sent again.")


def _letters(home: Home) -> Sequence[Kept]:
    folder = Mailbox(home.folder).folder / "letters"
    return newest(folder, MOST) if folder.exists() else ()


def _id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise CommandFailed(f"{text} is no id of a letter.") from None


async def _unsent(url: str) -> Sequence[Any]:
    async with connected(url, size=1) as database:
        return await outbox.unsent(database)


async def _again(url: str, id: UUID | None) -> int:
    async with connected(url, size=1) as database:
        return await outbox.send_again(database, id)
