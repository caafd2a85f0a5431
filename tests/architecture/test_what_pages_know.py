"""Pages know entities by what `Describe` says of them; only a page of its own knows one by its name."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from crm.v1 import imports_pb2, presentation_pb2, records_pb2, standard_pb2

from kit.entity import MayBePrivate, Record
from tests.architecture.sources import ROOT, tracked
from tests.entities.cases import CASES, SERVICES

# What each of these is about no description could say: the talk of rooms, who may see a record, a
# secret that is shown once, what a view or a mapping keeps, whose records go to whom, the components side
# by side, the words of OAuth.
PAGES_OF_THEIR_OWN = {
    "gateway/realtime/chat.py",
    "gateway/realtime/frames.py",
    "gateway/static/css/chat.css",
    "gateway/static/js/chat.js",
    "gateway/templates/api/docs.html",
    "gateway/templates/chat.html",
    "gateway/templates/design.html",
    "gateway/templates/record/access.html",
    "gateway/templates/record/secret.html",
    "gateway/web/chat/page.py",
    "gateway/web/design/page.py",
    "gateway/web/forms/principals.py",
    "gateway/web/forms/secrets.py",
    "gateway/web/hand_overs/holdings.py",
    "gateway/web/hand_overs/page.py",
    "gateway/web/hand_overs/progress.py",
    "gateway/web/imports/keeping.py",
    "gateway/web/imports/kept.py",
    "gateway/web/record/sharing.py",
    "gateway/web/views/saved.py",
    "gateway/web/views/saving.py",
}
# Folders of templates are shared, or are named after the one entity whose pages they hold.
SLUGS = {case.record.plural.lower().replace(" ", "-") for case in CASES.values()}

ENTITY = re.compile(rf"\b(?:{'|'.join(SERVICES)})\.[A-Z][A-Za-z]+\b")


def _pages(*suffixes: str) -> Iterator[Path]:
    rooms = ("web", "templates", "static", "realtime")
    for path in tracked(*(f"gateway/{room}/**" for room in rooms)):
        name = path.relative_to(ROOT)
        own = str(name) in PAGES_OF_THEIR_OWN or SLUGS & set(name.parts[:-1])
        if path.suffix in suffixes and "node_modules" not in name.parts and not own:
            yield path


def test_no_page_names_an_entity() -> None:
    named = {
        f"{path.relative_to(ROOT)}: {found}"
        for path in _pages(".py", ".html", ".js")
        for found in ENTITY.findall(_without_examples(path))
    }
    assert named == set()


def _without_examples(path: Path) -> str:
    """The text of a file; of Python its constants alone, since comments may give an example."""
    if path.suffix != ".py":
        return path.read_text()
    return "\n".join(_constants(path))


def _constants(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text())
    told = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        if node.body and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.value


def _fields() -> set[str]:
    """The fields of all entities, without those that every one has and those of the platform itself."""
    own = {name for case in CASES.values() for name in case.record.fields}
    return own - set(Record.__annotations__) - set(MayBePrivate.__annotations__) - _platform()


def _platform() -> set[str]:
    """What the contract calls its own parts, and what everybody is told of himself by `/me`."""
    files = (imports_pb2, presentation_pb2, records_pb2, standard_pb2)
    messages = [each for file in files for each in file.DESCRIPTOR.message_types_by_name.values()]
    names = {field.name for message in messages for field in message.fields}
    kinds = {
        known.said.kind.name for case in CASES.values() for known in case.record.fields.values()
    }
    return names | kinds | {"name", "email", "locale", "time_zone", "given_name", "custom"}


@pytest.mark.parametrize("room", ["gateway/web"])
def test_no_page_names_a_field(room: str) -> None:
    fields = _fields()
    named = {
        f"{path.relative_to(ROOT)}: {text}"
        for path in _pages(".py")
        if path.is_relative_to(ROOT / room)
        for text in _constants(path)
        if text in fields
    }
    assert named == set()


def test_no_template_and_no_script_names_a_field() -> None:
    """Names of two words are looked for anywhere, others where a record is asked for them."""
    fields = _fields()
    long = re.compile(rf"\b(?:{'|'.join(sorted(each for each in fields if '_' in each))})\b")
    asked = re.compile(r"\brecord\.(\w+)")
    named = set()
    for path in _pages(".html", ".js"):
        text = path.read_text()
        found = {*long.findall(text), *(set(asked.findall(text)) & fields)}
        named |= {f"{path.relative_to(ROOT)}: {each}" for each in found}
    assert named == set()
