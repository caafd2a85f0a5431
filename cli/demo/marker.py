"""What is remembered beside a system about its demonstration company: which one, and how far it is."""

from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from cli.components.component import private_write

SEED = 20_260_101


class Mark(msgspec.Struct):
    """The seed and day of the company that is being put in, and the steps that are done."""

    seed: int
    day: date
    done: list[str] = []
    complete: bool = False


class Marker:
    """The mark on disk; an interrupted filling goes on from it with the same company."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.mark = self._read()

    def _read(self) -> Mark | None:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Mark)
        except FileNotFoundError:
            return None

    @property
    def complete(self) -> bool:
        return self.mark is not None and self.mark.complete

    def begin(self) -> Mark:
        """The mark of a new filling, or the one that was interrupted."""
        if self.mark is None:
            self.mark = Mark(SEED, datetime.now(UTC).date())
            self._write(self.mark)
        return self.mark

    def is_done(self, step: str) -> bool:
        return self.mark is not None and step in self.mark.done

    def finish(self, step: str) -> None:
        mark = self.begin()
        mark.done.append(step)
        self._write(mark)

    def finish_all(self) -> None:
        """Also where there was something already, so that no later start looks again."""
        mark = self.begin()
        mark.complete = True
        self._write(mark)

    def _write(self, mark: Mark) -> None:
        private_write(self._path, msgspec.json.encode(mark))
