"""How a command shows what it is doing: one line per step, with its time."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from rich.console import Console
from rich.markup import escape
from rich.status import Status


class Progress:
    """Lines for finished steps and, on a terminal, a moving line for those under way."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._started = time.monotonic()
        self._under_way: list[str] = []
        self._status: Status | None = None
        self._lock = threading.Lock()

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        started = time.monotonic()
        self._begin(title)
        try:
            yield
        except BaseException:
            self._finish(title)
            self._say(f"[red]✗[/] {escape(title)}")
            raise
        self._finish(title)
        self.done(title, time.monotonic() - started)

    def done(self, title: str, seconds: float) -> None:
        self._say(f"[green]✓[/] {escape(title):<40} [dim]{seconds:6.1f} s[/]")

    def note(self, text: str) -> None:
        self._say(f"[yellow]![/] {escape(text)}")

    def _say(self, text: str) -> None:
        # Into a file on a full disk nothing can be said; what is being done goes on.
        with suppress(OSError):
            self.console.print(text)

    def secret(self, text: str) -> str:
        """A password for the eyes of whoever typed the command; a log gets the file that holds it."""
        return text if self.console.is_terminal else "(in secrets.json of the system's folder)"

    def seconds(self) -> float:
        return time.monotonic() - self._started

    def _begin(self, title: str) -> None:
        with self._lock:
            self._under_way.append(title)
            self._show()

    def _finish(self, title: str) -> None:
        with self._lock:
            self._under_way.remove(title)
            self._show()

    def _show(self) -> None:
        text = ", ".join(map(escape, self._under_way))
        if not self._under_way:
            if self._status:
                self._status.stop()
            self._status = None
        elif self._status:
            self._status.update(text)
        elif self.console.is_terminal:
            self._status = self.console.status(text)
            self._status.start()
