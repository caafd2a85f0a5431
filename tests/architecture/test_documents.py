"""What the documents list is what the program has: settings, events, and who publishes them."""

import dataclasses
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from crm.v1 import options_pb2

from cli.local.wiring import WITHHELD
from kit.beside.duplicates.taking import has_duplicates
from kit.beside.files.writing import HAPPENS as FILE_HAPPENS
from kit.beside.notes.writing import HAPPENS
from kit.beside.taking import takes_notes
from kit.events.subjects import change_subject
from kit.settings import Settings
from tests.architecture.sources import ROOT, tracked
from tests.entities.cases import CASES, SERVICES

PROCESSES = [*SERVICES, "gateway"]


def _settings(process: str) -> type[Settings]:
    room = "gateway" if process == "gateway" else f"services.{process}"
    found: type[Settings] = importlib.import_module(f"{room}.config").Settings
    return found


def _declared() -> dict[str, str]:
    """Every variable with what it means."""
    every = (each for process in PROCESSES for each in dataclasses.fields(_settings(process)))
    return {each.metadata["variable"]: each.metadata["doc"] for each in every}


def _documented(path: str) -> dict[str, str]:
    lines = re.findall(r"^\| `([^`]+)` \|([^\n]*)\|$", (ROOT / path).read_text(), re.MULTILINE)
    return dict(lines)


def test_every_setting_is_documented_and_none_besides() -> None:
    written = _documented("docs/settings.md")
    assert {
        name: written.get(name, "")
        for name, doc in _declared().items()
        if doc not in written.get(name, "")
    } == {}
    assert set(written) - set(_declared()) - WITHHELD == set()
    assert WITHHELD - set(written) == set()


def _events() -> dict[str, str]:
    """Every subject with its message."""
    found = {}
    for path in sorted((ROOT / "proto/crm").rglob("*.proto")):
        module = ".".join((*path.relative_to(ROOT / "proto").parts[:-1], f"{path.stem}_pb2"))
        messages: Any = importlib.import_module(module).DESCRIPTOR.message_types_by_name
        for name, each in messages.items():
            if subject := each.GetOptions().Extensions[options_pb2.subject]:
                found[str(subject)] = name
    return found


def test_every_event_is_documented_and_none_besides() -> None:
    written = _documented("docs/events.md")
    wanted = {subject: f"`{name}`" for subject, name in _events().items()}
    wanted |= {f"crm.{service}.export.ended": "`ExportEnded`" for service in SERVICES}
    wanted |= {f"crm.{service}.notice.given": "`NoticeGiven`" for service in SERVICES}
    for entity, case in CASES.items():
        whats = () if case.record.a_log else ("created", "updated", "shared", "deleted")
        whats += () if case.record.no_bin else ("restored", "erased")
        whats += ("merged", "unmerged") if has_duplicates(case.message.DESCRIPTOR) else ()
        wanted |= {change_subject(entity, what): "`RecordChanged`" for what in whats}
        if takes_notes(case.message.DESCRIPTOR):
            wanted |= {change_subject(entity, what): "`NoteChanged`" for what in HAPPENS}
            wanted |= {change_subject(entity, what): "`FileChanged`" for what in FILE_HAPPENS}
    assert {
        each for each in wanted if each not in written or wanted[each] not in written[each]
    } == set()
    assert set(written) - set(wanted) == set()


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_says_what_it_publishes_and_whom_it_hears(service: str) -> None:
    text = Path(ROOT / "services" / service / "README.md").read_text()
    for word in ("Owns", "Publishes", "Listens", "Asks"):
        assert word in text, word
    own = [subject for subject in _events() if subject.split(".")[1] == service]
    assert [each for each in own if each.split(".")[-1] not in text] == []


def test_what_a_service_says_of_its_files_is_there() -> None:
    """A table of a README names files of its room; the first column or the last has them."""
    absent = [
        f"{readme.relative_to(ROOT)}: {name}"
        for readme in tracked("services/*/README.md")
        for name in re.findall(r"`([\w/]+(?:\.py|/))`(?:, [^|\n]*)? \|", readme.read_text())
        if not (readme.parent / name).exists()
    ]
    assert absent == []


def test_no_file_holds_the_marks_of_a_merge() -> None:
    """What two people wrote at once was put together, and neither half forgotten."""
    marks = re.compile(r"^(<{7}|>{7}) ", re.MULTILINE)
    texts = tracked(
        "*.py", "*.md", "*.proto", "*.html", "*.css", "*.js", "*.yaml", "*.toml", "*.json"
    )
    assert [each for each in texts if marks.search(each.read_text())] == []
