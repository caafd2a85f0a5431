"""`import`: a file into the running system, with progress, counts and what was rejected and why."""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from cli.api import Api, quoted
from cli.failure import CommandFailed
from cli.local.home import Home

_POLL_SECONDS = 0.3
_SHOWN = 10
_COUNTS = ("created", "updated", "matched", "rejected", "skipped")


@dataclass(frozen=True)
class Order:
    """What the person at the command line asked for."""

    entity: str
    file: Path | None
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    forms: Mapping[str, str] = field(default_factory=dict)
    days: str = ""
    numbers: str = ""
    empty_words: Sequence[str] = ()
    match: str = ""
    skip_without_key: bool = False
    formulas_quoted: bool = False
    allow_duplicates: bool = False
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    on_match: str = ""
    related_match: Mapping[str, str] = field(default_factory=dict)
    dry_run: bool = False
    retry: str = ""

    def plan(self, entity: str) -> dict[str, Any]:
        return {
            "entity": entity,
            "columns": dict(self.columns),
            "values": dict(self.values),
            "constants": dict(self.constants),
            "forms": dict(self.forms),
            "days": self.days,
            "numbers": self.numbers,
            "empty_words": list(self.empty_words),
            "match": self.match,
            "skip_without_key": self.skip_without_key,
            "formulas_quoted": self.formulas_quoted,
            "allow_duplicates": self.allow_duplicates,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "sheet": self.sheet,
            "on_match": self.on_match,
            "related_match": dict(self.related_match),
            "dry_run": self.dry_run,
        }


def run(home: Home, console: Console, order: Order) -> bool:
    """Imports and reports; whether every line was taken in."""
    with Api.of_home(home) as api:
        started = _start(api, order)
        done = _follow(api, console, started)
        _report(api, console, done)
    return done["state"] == "done" and not done.get("rejected")


def pairs(words: Iterable[str] | None, option: str) -> dict[str, str]:
    """`left=right` for each word; what stands in a file may hold equals signs of its own."""
    of_file = option != "--set"
    parted = [word.rpartition("=") if of_file else word.partition("=") for word in words or ()]
    if odd := next((word for word in parted if not word[0] or not word[1]), None):
        raise CommandFailed(f"{option} {''.join(odd)!r}: write it like {option} left=right.")
    return {left.strip(): right.strip() for left, _, right in parted}


def _start(api: Api, order: Order) -> dict[str, Any]:
    entity = _entity(api, order.entity)
    if order.retry:
        return dict(api.post(f"imports/{quoted(order.retry)}:retry", order.plan(entity)))
    if order.file is None or not order.file.is_file():
        raise CommandFailed(f"There is no file {order.file}.")
    with order.file.open("rb") as data:
        parts = {"file": (order.file.name, data, "application/octet-stream")}
        plan = {"plan": json.dumps(order.plan(entity))}
        return dict(api.post("imports", data=plan, files=parts))


def _entity(api: Api, wanted: str) -> str:
    """`sales.Opportunity`, or `opportunities` as it stands in addresses."""
    known = {each["entity"]: each for each in api.get("describe")["entities"]}
    if wanted in known:
        return wanted
    bare = _bare(wanted)
    for name, each in known.items():
        if bare in {_bare(each["plural"]), _bare(each["label"]), _bare(name.partition(".")[2])}:
            return str(name)
    raise CommandFailed(f"There is nothing called {wanted!r}; take one of: {', '.join(known)}.")


def _bare(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())


def _follow(api: Api, console: Console, started: Mapping[str, Any]) -> dict[str, Any]:
    """Shows how far the import is until it has ended."""
    columns = (
        TextColumn("[progress.description]{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        title = "Trying" if started.get("dry_run") else "Importing"
        task = progress.add_task(title, total=started.get("lines") or None)
        while True:
            found: dict[str, Any] = api.get(f"imports/{quoted(started['id'])}")
            waits = found["state"] == "running" and found.get("error")
            progress.update(
                task,
                completed=found.get("settled", 0),
                total=found.get("lines", 0),
                description=found["error"] if waits else title,
            )
            if found.get("ended_at"):
                return found
            time.sleep(_POLL_SECONDS)


def _report(api: Api, console: Console, done: Mapping[str, Any]) -> None:
    table = Table("Lines", *(name.capitalize() for name in _COUNTS), title=_title(done))
    table.add_row(*(f"{done.get(name) or 0:,}" for name in ("lines", *_COUNTS)))
    console.print(table)
    for line in _how_it_was_read(done):
        console.print(line, markup=False)
    if done.get("error"):
        console.print(f"[red]{escape(done['error'])}[/]")
    if done.get("rejected"):
        _show_rejected(api, console, done)
    if done.get("undoable"):
        console.print(f"Take it back: POST /api/v1/imports/{done['id']}:undo", markup=False)


def _how_it_was_read(done: Mapping[str, Any]) -> Iterator[str]:
    """How the file was read, so that a wrong guess is seen before it is believed."""
    if (encoding := done.get("encoding") or "utf-8") != "utf-8":
        yield f"Read as {encoding}; --encoding says otherwise."
    if sheet := done.get("sheet"):
        yield f"Read the sheet {sheet}; --sheet names another one."
    for guess in done.get("guesses") or ():
        doubt = "" if guess.get("certain") else f"; {guess['example']} could be read otherwise"
        yield f"{guess['column']}: {guess['form']}{doubt}; --form {guess['column']}=… says otherwise."
    if words := done.get("empty_words"):
        yield f"May mean nothing: {', '.join(words)}; --empty WORD leaves such cells out."
    if done.get("ignored"):
        yield f"Ignored columns: {', '.join(done['ignored'])}"


def _title(done: Mapping[str, Any]) -> str:
    trial = "Trial of " if done.get("dry_run") else ""
    return f"{trial}{done.get('file_name') or 'import'} into {done['entity']}"


def _show_rejected(api: Api, console: Console, done: Mapping[str, Any]) -> None:
    """The first rejected lines, each with what is wrong."""
    name = quoted(done["id"])
    page = api.get(f"imports/{name}/lines", state="rejected", page_size=_SHOWN)
    for line in page["items"]:
        for field_name, why in (line.get("reasons") or {"": "rejected"}).items():
            where = f"{field_name}: " if field_name else ""
            console.print(f"[yellow]line {line['number']}[/]  {escape(where + why)}")
        console.print(f"    [dim]{escape(line['original'])}[/]")
    left = done["rejected"] - len(page["items"])
    more = f"… and {left:,} more. " if left > 0 else ""
    console.print(f"{more}Take them in again, corrected: --retry {done['id']}", markup=False)
