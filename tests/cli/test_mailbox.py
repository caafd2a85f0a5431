"""The mailbox of one machine (XC-07): a real server of our own, whose letters `./rapport mail` shows."""

import smtplib
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from rich.console import Console

from cli.components.mailbox import Mailbox
from cli.components.ports import LOOPBACK
from cli.failure import CommandFailed
from cli.local.home import Home
from cli.mailbox import showing as mail
from kit.mail.letters import Letter, message_of


def _message(id: UUID, subject: str = "Hello") -> bytes:
    letter = Letter(
        kind="greeting",
        address="ana@example.com",
        name="Ana",
        language="en",
        subject=subject,
        text="You have \x1b[31mnews.\n",
        html="<p>You have news.</p>",
    )
    return message_of(letter, id, "Rapport <rapport@localhost>", datetime.now(UTC))


def test_letters_come_into_the_mailbox_and_are_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, mailbox, console = Home(tmp_path), Mailbox(tmp_path), Console(width=200)
    mail.show(home, console, "", 20)
    assert "empty" in capsys.readouterr().out
    mailbox.start()
    try:
        first = uuid4()
        with smtplib.SMTP(LOOPBACK, mailbox.port) as client:
            for message in (_message(first), _message(first), _message(uuid4(), "Later")):
                client.sendmail("rapport@localhost", ["ana@example.com"], message)
    finally:
        mailbox.stop()
    mail.show(home, console, "", 20)
    lines = capsys.readouterr().out.splitlines()
    assert [line.rsplit("  ")[-1] for line in lines] == ["Later", "Hello"], "twice is once"
    mail.show(home, console, "somebody else", 20)
    assert "empty" in capsys.readouterr().out
    mail.read(home, console, 2)
    shown = capsys.readouterr().out
    assert "To: Ana <ana@example.com>" in shown
    assert "You have  [31mnews." in shown, "a terminal obeys nothing in a letter"
    with pytest.raises(CommandFailed):
        mail.read(home, console, 3)
    assert all(each.stat().st_mode & 0o077 == 0 for each in mailbox.folder.rglob("*.eml"))
