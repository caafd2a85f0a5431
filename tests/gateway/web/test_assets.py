"""What the browser is sent: strict, small, and nothing that was not asked for."""

import gzip
import json
import re
from pathlib import Path

import pytest

from gateway.web.frame.areas import AREAS
from gateway.web.frame.assets import SHEETS, Assets
from tests.entities.cases import CASES

GATEWAY = Path(__file__).parents[3] / "gateway"
TEMPLATES = sorted((GATEWAY / "templates").rglob("*.html"))
LISTED = json.loads((GATEWAY / "web/assets.json").read_text())
FIRST_LOAD = 150 * 1024


def test_no_template_has_a_script_or_a_style_inside() -> None:
    """The content security policy refuses them: `default-src 'self'`."""
    inside = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:")
    wrong = [path.name for path in TEMPLATES if inside.search(path.read_text())]
    assert wrong == []


def test_every_form_that_posts_carries_the_csrf_token() -> None:
    posting = re.compile(r'<form[^>]*method="post".*?</form>', re.DOTALL)
    forms = [form for path in TEMPLATES for form in posting.findall(path.read_text())]
    assert forms
    assert [form[:80] for form in forms if 'name="csrf_token"' not in form] == []


def test_every_icon_that_is_named_is_taken_from_the_package() -> None:
    named = {
        name for path in TEMPLATES for name in re.findall(r'icon\("([\w-]+)"', path.read_text())
    }
    shown = [case.record.presentation for case in CASES.values()]
    named |= {area.icon for area in AREAS} | {each.icon for each in shown}
    named |= {action.icon for each in shown for action in each.actions}
    taken = {Path(asset["to"]).stem for asset in LISTED if asset["to"].startswith("icons/")}
    assert named - taken == set()


def test_the_lock_holds_no_addresses() -> None:
    lock = (GATEWAY / "web/package-lock.json").read_text()
    assert "resolved" not in lock
    assert "://" not in lock


def test_every_style_sheet_is_part_of_the_one_that_is_sent() -> None:
    there = {path.stem for path in (GATEWAY / "static/css").glob("*.css")}
    assert there == set(SHEETS)


def test_the_first_load_stays_small() -> None:
    """Style sheet, modules and htmx together, packed; a page adds some 10 KB."""
    own = [
        path.read_bytes()
        for folder in ("css", "js")
        for path in (GATEWAY / "static" / folder).iterdir()
    ]
    packed = sum(len(gzip.compress(body, 9)) for body in own)
    assert packed < FIRST_LOAD / 2


def test_an_address_changes_when_a_file_does(tmp_path: Path) -> None:
    (tmp_path / "a.js").write_text("1")
    before = Assets(tmp_path).url("a.js")
    (tmp_path / "a.js").write_text("2")
    assert Assets(tmp_path).url("a.js") != before


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_text_of_a_template_can_be_translated(path: Path) -> None:
    """Bare words between tags would stay English for ever."""
    code = re.sub(
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<!--.*?-->", "", path.read_text(), flags=re.DOTALL
    )
    bare = re.findall(r">\s*([A-Za-z][A-Za-z ,.]{3,})\s*<", code)
    assert [text for text in bare if text.strip() not in {"Rapport", "Ctrl K"}] == []
