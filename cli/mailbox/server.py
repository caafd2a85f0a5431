"""The server of the mailbox: `python -m cli.mailbox.server FOLDER PORT`."""

import asyncio
import signal
import sys
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from cli.components.ports import LOOPBACK
from cli.mailbox.letters import keep


class Keeper:
    """Takes letters in, as aiosmtpd hands them over."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, _: Any, __: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        """One letter; the server answers when it is on the disk."""
        keep(self._folder, envelope.content)
        return "250 OK"


async def serve(folder: Path, port: int) -> None:
    """Takes letters until it is told to stop."""
    stopping, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    keeper = Keeper(folder)
    server = await loop.create_server(
        lambda: SMTP(keeper, hostname="localhost", enable_SMTPUTF8=True), LOOPBACK, port
    )
    async with server:
        await stopping.wait()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
