"""The files on a record as its page lists them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from gateway.web.api import Json
from gateway.web.frame.presenting import Titles
from gateway.web.frame.references import WITH_TITLES, titles_in
from gateway.web.frame.visits import Visit
from gateway.web.record.timeline import who
from gateway.web.words import _
from kit.errors import Problem

FEW, MANY = "6", "50"
PLACE = "files"
_UNITS = ("bytes", "KB", "MB", "GB", "TB")
_STEP = 1024


@dataclass(frozen=True, slots=True)
class Shown:
    """A file as it reads."""

    told: Json
    who: str
    size: str
    ending: str
    address: str


def few_of(visit: Visit) -> dict[str, Any]:
    """What the page of a record asks for; of an entity that takes no files, nothing."""
    if not visit.entity.takes_files:
        return {}
    asked = {"page_size": FEW, **WITH_TITLES}
    return {PLACE: visit.api.file_page(visit.entity.slug, visit.record_id, asked)}


def filed(visit: Visit, answer: Json | Problem | None) -> dict[str, Any]:
    """What templates show of a page of files."""
    told = {
        "largest_file": visit.site.largest_file,
        "largest_told": size_of(visit.site.largest_file),
    }
    if answer is None or isinstance(answer, Problem):
        return {**told, "files": None, "files_problem": answer, "more_files": ""}
    items = list(shown(visit, answer["items"], titles_in([answer])))
    token = answer.get("page", {}).get("next_page_token", "")
    return {**told, "files": items, "files_problem": None, "more_files": token}


def shown(
    visit: Visit, files: Iterable[Json], titles: Titles, address: str = ""
) -> Iterable[Shown]:
    """Files as they read; those of the record whose page it is, or of the one with that address."""
    address = address or f"/{visit.entity.slug}/{visit.record_id}/files"
    for each in files:
        name = each["name"]
        ending = name.rpartition(".")[2].upper()[:5] if "." in name else ""
        size, by = size_of(each["size"]), who(each["created_by"], titles)
        yield Shown(each, by, size, ending, f"{address}/{each['id']}")


def size_of(size: int) -> str:
    """A length as people tell it, `2.4 MB`."""
    number, unit = float(size), 0
    while number >= _STEP and unit < len(_UNITS) - 1:
        number, unit = number / _STEP, unit + 1
    told = f"{number:.0f}" if unit == 0 or number >= 100 else f"{number:.1f}"  # noqa: PLR2004 - three digits tell enough
    return f"{told.removesuffix('.0')} {_(_UNITS[unit])}"
