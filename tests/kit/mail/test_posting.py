"""Outgoing mail (XC-07): written with what causes it, sent at least once, given up where it can be seen."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from kit.actor import Actor
from kit.errors import Refused
from kit.mail import outbox
from kit.mail.letters import Letter
from kit.mail.posting import post_some
from kit.mail.server import MailServer
from kit.mail.tables import letter
from kit.testing.serving import Serving
from tests.kit.mail.server import Server


async def _write(toys: Serving, *letters: Letter) -> None:
    async with toys.process.work(Actor.system("toys.write_letters")) as work:
        for each in letters:
            await outbox.write(work, each)


async def _post(toys: Serving) -> int:
    settings: Any = toys.process.settings
    return await post_some(toys.process.database, MailServer.of(settings))


async def _rows(toys: Serving) -> list[Any]:
    return await toys.process.database.rows(select(letter).order_by(letter.c.id))


async def _let_it_be_due(toys: Serving) -> None:
    async with toys.process.database.transaction() as transaction:
        await transaction.count(update(letter).values(due_at=func.now()))


async def test_a_letter_goes_out_as_text_and_html(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    await _write(toys_with_mail, said)
    assert await _post(toys_with_mail) == 1
    (taken,) = server.taken
    assert (taken["From"], taken["To"]) == (
        "Toys <toys@example.com>",
        "Ana Pop <ana@example.com>",
    )
    assert taken["Subject"] == "Hello"
    assert taken["Auto-Submitted"] == "auto-generated"
    assert taken["Content-Language"] == "en"
    assert "List-Unsubscribe" not in taken
    text, html = taken.iter_parts()
    assert text.get_content().strip() == "Hello, Ana."
    assert html.get_content().strip() == "<p>Hello, Ana.</p>"
    (row,) = await _rows(toys_with_mail)
    assert taken["Message-ID"] == f"<{row.id}@example.com>"
    assert (row.state, row.tries, row.error) == ("sent", 1, "")
    assert row.sent_at is not None
    assert await _post(toys_with_mail) == 0


async def test_letters_that_come_daily_are_ended_by_one_click(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    """RFC 2369 and RFC 8058."""
    await _write(toys_with_mail, replace(said, unsubscribe="https://crm.example.com/end/1"))
    await _post(toys_with_mail)
    (taken,) = server.taken
    assert taken["List-Unsubscribe"] == "<https://crm.example.com/end/1>"
    assert taken["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


async def test_what_is_undone_sends_nothing(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    async def write_and_fail() -> None:
        async with toys_with_mail.process.work(Actor.system("toys.write_letters")) as work:
            await outbox.write(work, said)
            raise Refused("Something was wrong after all.")

    with pytest.raises(Refused):
        await write_and_fail()
    assert await _post(toys_with_mail) == 0
    assert server.taken == []


async def test_without_a_mail_server_nothing_is_written(toys: Serving, said: Letter) -> None:
    await _write(toys, said)
    assert await _rows(toys) == []


async def test_letters_wait_for_a_server_that_is_away(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    await _write(toys_with_mail, said)
    server.stop()
    assert await _post(toys_with_mail) == 1
    (row,) = await _rows(toys_with_mail)
    assert (row.state, row.tries) == ("waiting", 1)
    assert row.error
    assert await _post(toys_with_mail) == 0, "it is tried again only later"
    server.start()
    await _let_it_be_due(toys_with_mail)
    await _post(toys_with_mail)
    assert len(server.taken) == 1
    assert [each.state for each in await _rows(toys_with_mail)] == ["sent"]


async def test_whoever_dies_over_a_letter_leaves_it_to_the_next(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    """At least once: taken by the server, and not noted here. The same Message-ID tells it twice."""
    await _write(toys_with_mail, said)
    database = toys_with_mail.process.database
    (row,) = await outbox.take(database)
    settings: Any = toys_with_mail.process.settings
    async with MailServer.of(settings).connected() as connection:
        await connection.send(row.recipient, row.message)
    assert await _post(toys_with_mail) == 0, "the lease holds others off"
    await _let_it_be_due(toys_with_mail)
    assert await _post(toys_with_mail) == 1
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"]
    assert first.as_bytes() == second.as_bytes()


async def test_two_who_post_share_the_letters(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    letters = [replace(said, subject=f"Letter {number}") for number in range(30)]
    await _write(toys_with_mail, *letters)
    async with asyncio.TaskGroup() as group:
        posted = [group.create_task(_post(toys_with_mail)) for _ in range(2)]
    assert sum(each.result() for each in posted) == 30
    assert sorted(each["Subject"] for each in server.taken) == sorted(
        each.subject for each in letters
    )
    assert len(server.sessions) == 2, "a connection serves many letters"


async def test_what_the_server_never_takes_is_given_up_and_shown(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    server.refusal = "550 No such mailbox"
    await _write(toys_with_mail, said)
    await _post(toys_with_mail)
    (row,) = await outbox.unsent(toys_with_mail.process.database)
    assert (row.state, row.tries) == ("given_up", 1)
    assert row.error == "550 No such mailbox"
    server.refusal = ""
    assert await outbox.send_again(toys_with_mail.process.database, row.id) == 1
    await _post(toys_with_mail)
    assert len(server.taken) == 1
    assert await outbox.unsent(toys_with_mail.process.database) == []


async def test_one_that_is_refused_for_now_is_tried_so_often_and_then_given_up(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    server.refusal = "451 Try again later"
    await _write(toys_with_mail, said)
    for tries in range(1, len(outbox.DELAYS) + 1):
        await _post(toys_with_mail)
        (row,) = await _rows(toys_with_mail)
        assert (row.state, row.tries) == ("waiting", tries)
        await _let_it_be_due(toys_with_mail)
    await _post(toys_with_mail)
    assert [each.state for each in await _rows(toys_with_mail)] == ["given_up"]


async def test_one_refused_letter_does_not_hold_up_the_others(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    await _write(toys_with_mail, replace(said, address="nobody@example.com"), said)
    await _post(toys_with_mail)
    assert len(server.taken) == 1


async def test_who_cannot_be_reached_keeps_nobody_from_a_letter(
    toys_with_mail: Serving, server: Server, said: Letter
) -> None:
    """Whatever stands there as an address, no header is made of it, and what caused it is kept."""
    wrong = ("nobody@[not", "no at", "a@b@c", "a@b\r\nBcc: eve@example.com", "<a>,<b>@c", "")
    await _write(toys_with_mail, *(replace(said, address=each) for each in wrong), said)
    await _post(toys_with_mail)
    assert [each["To"] for each in server.taken] == ["Ana Pop <ana@example.com>"]
