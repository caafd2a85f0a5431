"""The letters in a mailbox, a file each: one that is delivered twice is one letter."""

from collections.abc import Sequence
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from hashlib import sha256
from pathlib import Path

from cli.components.component import private_write

MOST = 2_000
"""Letters that are kept; the oldest make room for new ones."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One letter of the mailbox."""

    message: EmailMessage

    def header(self, name: str) -> str:
        """A header as a terminal may show it."""
        return visible(str(self.message.get(name, "")))

    @property
    def at(self) -> str:
        moment = parsedate_to_datetime(str(self.message["Date"]))
        return moment.astimezone().strftime("%Y-%m-%d %H:%M")

    @property
    def text(self) -> str:
        """What it says without HTML."""
        part = self.message.get_body(("plain",))
        lines = str(part.get_content()).splitlines() if part else []
        return "\n".join(map(visible, lines))


def keep(folder: Path, content: bytes) -> None:
    """Puts a letter into the mailbox, under its Message-ID."""
    named = str(_read(content).get("Message-ID", "")).encode() or content
    private_write(folder / f"{sha256(named).hexdigest()[:32]}.eml", content)
    for old in _by_age(folder)[MOST:]:
        old.unlink(missing_ok=True)


def newest(folder: Path, most: int) -> Sequence[Kept]:
    """The letters that came last, newest first."""
    return [Kept(_read(path.read_bytes())) for path in _by_age(folder)[:most]]


def visible(line: str) -> str:
    """A line without what a terminal would obey."""
    return "".join(each if each.isprintable() else " " for each in line)


def _by_age(folder: Path) -> Sequence[Path]:
    return sorted(folder.glob("*.eml"), key=lambda path: path.stat().st_mtime_ns, reverse=True)


def _read(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=default)
