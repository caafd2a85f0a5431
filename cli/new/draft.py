"""A draft of the source tree: new files and changed ones, put in place together or not at all."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from string import Template

from cli.failure import CommandFailed

TEMPLATES = Path(__file__).parent / "templates"
TOOLS = Path(sys.executable).parent


class AnchorMissing(Exception):  # noqa: N818 - it says what happened
    """A text lacks the place where something belongs; the message names the place."""


class Draft:
    """What is going to be written; nothing is until everything has found its place."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._texts: dict[str, str] = {}
        self.created: list[str] = []
        self.changed: list[str] = []

    def exists(self, path: str) -> bool:
        return path in self._texts or (self.root / path).exists()

    def read(self, path: str) -> str:
        if path in self._texts:
            return self._texts[path]
        try:
            return (self.root / path).read_text()
        except FileNotFoundError:
            raise CommandFailed(
                f"{path} is not there, and belongs to what has to change."
            ) from None

    def create(self, path: str, text: str) -> None:
        if self.exists(path):
            raise CommandFailed(f"{path} is there already; nothing was written.")
        self._texts[path] = text
        self.created.append(path)

    def change(self, path: str, *edits: Callable[[str], str]) -> None:
        before = text = self.read(path)
        for edit in edits:
            try:
                text = edit(text)
            except AnchorMissing as missing:
                raise CommandFailed(f"{path} has no {missing}; nothing was written.") from missing
        if text == before:
            return
        self._texts[path] = text
        if path not in {*self.created, *self.changed}:
            self.changed.append(path)

    def write(self) -> None:
        """Put everything in place, Python in our layout with its imports in order."""
        for path, text in self._texts.items():
            place = self.root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        if python := [path for path in self._texts if path.endswith(".py")]:
            for command in (["check", "--quiet", "--select", "I", "--fix"], ["format", "--quiet"]):
                subprocess.run([TOOLS / "ruff", *command, *python], cwd=self.root, check=True)


def template(name: str, **words: object) -> str:
    """A text of `templates/`, filled in."""
    return Template((TEMPLATES / f"{name}.txt").read_text()).substitute(words)
