"""The loop that hands letters over to the mail server: at least once each, and recognised when twice."""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiosmtplib import SMTPException

from kit.database.engine import Database
from kit.database.faults import FAULTS
from kit.mail import outbox
from kit.mail.server import Connection, MailServer, NotTaken
from kit.records.process import Process
from kit.telemetry import traces
from kit.telemetry.logs import log

_POLL_SECONDS = 1.0
_COUNT_EVERY = 15
_AWAY = (SMTPException, OSError, TimeoutError)


async def post_letters(process: Process, server: MailServer) -> None:
    """Posts what is due until cancelled; replicas share the letters by leases."""
    rounds = 0
    while True:
        try:
            if rounds % _COUNT_EVERY == 0:
                await outbox.count(process.database)
            while await post_some(process.database, server):
                pass
        except FAULTS as error:
            log.warning("mail.database_away", error=repr(error))
        rounds += 1
        await asyncio.sleep(_POLL_SECONDS)


async def forget_letters(process: Process) -> None:
    """Takes letters away that were sent long ago."""
    await outbox.forget_sent(process.database)


async def post_some(database: Database, server: MailServer) -> int:
    """Posts the letters that are due, some over one connection; how many were taken up."""
    rows = await outbox.take(database)
    if not rows:
        return 0
    left = list(rows)
    with traces.span("mail.post"):
        try:
            async with server.connected() as connection:
                while left:
                    await _post(database, connection, left[0])
                    left.pop(0)
        except _AWAY as error:
            await _all_failed(database, left, error)
    return len(rows)


async def _post(database: Database, connection: Connection, row: Any) -> None:
    try:
        await connection.send(row.recipient, row.message)
    except NotTaken as refused:
        log.warning("mail.refused", kind=row.kind, letter=str(row.id), error=str(refused))
        await outbox.failed(database, row, str(refused), for_good=refused.for_good)
    else:
        await outbox.sent(database, row)


async def _all_failed(database: Database, rows: Sequence[Any], error: BaseException) -> None:
    """The server is away, or hung up: none of these is to blame, and all wait."""
    if rows:
        log.warning("mail.server_away", letters=len(rows), error=repr(error))
    for row in rows:
        await outbox.failed(database, row, str(error) or type(error).__name__)
