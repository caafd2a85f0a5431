"""The demonstration company in a running system: interrupted, gone on with, and then left alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from rich.console import Console

from cli.demo import startup
from cli.demo.checkpoint import Checkpoint
from cli.demo.content.company import THROWN_AWAY, company
from cli.demo.papers import papers
from cli.demo.session import Session
from cli.local.wiring import ADMIN_EMAIL
from cli.progress import Progress
from tests.system.running import System

pytestmark = pytest.mark.system
COUNTED = ("accounts", "contacts", "leads", "opportunities", "tickets", "activities", "members")

# Somebody has found an account twice.
_MERGED = 1


class _Recording(Progress):
    """Remembers the steps, and stops the system when one of them begins."""

    def __init__(self, stop_at: str = "") -> None:
        self.written = StringIO()
        super().__init__(Console(file=self.written, width=200, highlight=False))
        self.stopping = threading.Event()
        self.steps: list[str] = []
        self._stop_at = stop_at

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        self.steps.append(title)
        if title == f"Demonstration: {self._stop_at}":
            self.stopping.set()
        with super().step(title):
            yield


class Shown:
    """A system of its own, begun empty, and what is done about its demonstration company."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.checkpoint = system.home.folder / "demonstration.json"

    def show(self, stop_at: str = "") -> _Recording:
        recording = _Recording(stop_at)
        startup.run(self.system.home, self.system.address, recording, recording.stopping)
        return recording

    @contextmanager
    def as_person(self, email: str, kept_as: str = "demonstration") -> Iterator[Session]:
        password = self.system.home.secret(kept_as)
        with Session(self.system.address, email, password, threading.Event()) as session:
            yield session

    def sizes(self) -> dict[str, int]:
        with self.as_person(ADMIN_EMAIL, "administrator") as administrator:
            return {each: len(list(administrator.all(each, "id"))) for each in COUNTED}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    system = System(tmp_path_factory.mktemp("demonstration"))
    try:
        system.start()
        yield Shown(system)
    finally:
        system.stop()


def test_an_interrupted_filling_is_completed_and_then_left_alone(shown: Shown) -> None:
    """The examples are there once, whatever happened in between."""
    broken = shown.show(stop_at="opportunities")
    assert broken.steps[-1] == "Demonstration: opportunities"
    assert not Checkpoint(shown.checkpoint).complete

    whole = shown.show()
    assert whole.steps[0] == "Demonstration: opportunities"
    assert Checkpoint(shown.checkpoint).complete, whole.written.getvalue()
    wanted = _wanted(shown.checkpoint)
    assert shown.sizes() == wanted

    again = shown.show()
    assert again.steps == []
    assert "mia@tessaly.example" in again.written.getvalue()
    assert shown.sizes() == wanted
    _check_sight(shown)
    _check_results(shown)
    _check_bin(shown)
    _check_notes(shown)
    _check_files(shown)


def _wanted(checkpoint: Path) -> dict[str, int]:
    reached = Checkpoint(checkpoint).begin()
    rows = company(reached.seed, reached.day).rows
    gone = THROWN_AWAY | {"accounts": THROWN_AWAY.get("accounts", 0) + _MERGED}
    return {plural: len(rows[plural]) - gone.get(plural, 0) for plural in COUNTED}


def _check_sight(shown: Shown) -> None:
    """ID-09: an agent sees the own deals, a manager the team's, the head all, support none."""
    seen = {}
    for name in ("mia", "tomas", "helena", "nora"):
        with shown.as_person(f"{name}@tessaly.example") as session:
            owners = [each["owner_id"] for each in session.all("opportunities", "id,owner_id")]
            seen[name] = (len(owners), len(set(owners)))
    assert seen["nora"] == (0, 0)
    assert seen["mia"][1] == 1
    # The deals that had ended are still those of the colleague who left.
    assert seen["tomas"][1] == 4
    assert seen["helena"] == (1_200, 7)
    assert seen["mia"][0] < seen["tomas"][0] < seen["helena"][0]


def _check_notes(shown: Shown) -> None:
    """XC-03: each is there once, whatever was interrupted."""
    reached = Checkpoint(shown.checkpoint).begin()
    remarks = company(reached.seed, reached.day).remarks
    first = remarks[0].on
    wanted = sorted(each.pinned for each in remarks if each.on == first)
    with shown.as_person(remarks[0].by) as session:
        ids = {
            each[first.field]: each["id"] for each in session.all(first.plural, f"id,{first.field}")
        }
        found = session.get(f"{first.plural}/{ids[first.value]}/notes")["items"]
    assert sorted(each["pinned"] for each in found) == wanted


def _check_files(shown: Shown) -> None:
    """XC-04: each is there once, whatever was interrupted."""
    reached = Checkpoint(shown.checkpoint).begin()
    made = papers(company(reached.seed, reached.day))
    first = made[0].on
    wanted = sorted(each.name for each in made if each.on == first)
    with shown.as_person(made[0].by) as session:
        ids = {
            each[first.field]: each["id"] for each in session.all(first.plural, f"id,{first.field}")
        }
        found = session.get(f"{first.plural}/{ids[first.value]}/files")["items"]
    assert sorted(each["name"] for each in found) == wanted


def _check_bin(shown: Shown) -> None:
    """B2: some things were thrown away, and may be restored."""
    with shown.as_person(ADMIN_EMAIL, "administrator") as administrator:
        found = {each: len(administrator.get(f"{each}:bin")["items"]) for each in THROWN_AWAY}
    assert found == THROWN_AWAY


def _check_results(shown: Shown) -> None:
    """CH-03: the room of two holds their talk, and only they find it."""
    talks = {}
    for name in ("helena", "tomas", "mia"):
        with shown.as_person(f"{name}@tessaly.example") as session:
            talks[name] = [each["text"] for each in session.all("messages", "text")]
    said = "Tomas, how sure is the North for this month?"
    assert said in talks["helena"]
    assert said in talks["tomas"]
    assert said not in talks["mia"]
