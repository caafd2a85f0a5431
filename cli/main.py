"""The commands of ./rapport, each a few lines over the module that does the work."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.building import assets, contract
from cli.components.component import ComponentFailed
from cli.components.ports import NoFreePort
from cli.failure import CommandFailed
from cli.local.home import Home
from cli.mailbox import commands as mail
from cli.new import commands as new
from cli.progress import Progress

DISK_FULL = 28
_Texts = list[str] | None
_AllowDuplicates = Annotated[
    bool, typer.Option("--allow-duplicates", help="Take in what may be there already.")
]
_Related = Annotated[
    list[str] | None,
    typer.Option("--match-related", help="Of what lines take along: account=name."),
]
_SkipWithoutKey = Annotated[
    bool, typer.Option("--skip-without-key", help="Leave out lines without that field.")
]
_FormulasQuoted = Annotated[
    bool, typer.Option("--formulas-quoted", help="The file is an export of Rapport's.")
]
_Match = Annotated[str, typer.Option(help="The field, or field+field, by which a record is known.")]
_Forms = Annotated[
    _Texts, typer.Option("--form", help="column=ymd, dmy, mdy, 1,234.56 or 1.234,56")
]
Port = Annotated[int, typer.Option(help="The port of the web address.", min=1, max=65535)]

app = typer.Typer(
    help="Rapport, the open-source CRM.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.command()
def up(
    port: Port = 8000,
    detach: Annotated[bool, typer.Option("--detach", help="Run on in the background.")] = False,
    no_demo: Annotated[bool, typer.Option("--no-demo", help="Leave a new system empty.")] = False,
) -> None:
    """Start the whole system and print its address and sign-ins."""
    from cli.commands import up as system

    progress = Progress(_console())
    _build(progress)
    if detach:
        arguments = ["--port", str(port), *(["--no-demo"] if no_demo else [])]
        system.run_detached(Home.of_environment(), arguments, progress)
    else:
        system.run(Home.of_environment(), port, progress, demonstration=not no_demo)


@app.command()
def down() -> None:
    """Stop the system that runs in the background."""
    from cli.commands import up as system

    system.down(Home.of_environment(), Progress(_console()))


@app.command()
def status() -> None:
    """Show the processes, their ports, health, memory and restarts."""
    from cli.commands import status as table

    if not table.show(Home.of_environment(), _console()):
        raise typer.Exit(1)


@app.command()
def logs(
    process: Annotated[str | None, typer.Argument(help="Only of this process.")] = None,
    follow: Annotated[bool, typer.Option("-f", "--follow", help="Go on as lines come.")] = False,
    lines: Annotated[int, typer.Option("-n", "--lines", help="Lines of each to begin with.")] = 50,
) -> None:
    """Show what the processes wrote."""
    from cli.commands import logs as written

    written.show(Home.of_environment(), process, lines, _console(), follow=follow)


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def test(context: typer.Context) -> None:
    """Run the tests; arguments go to pytest."""
    from cli.commands import test as suite

    _build(Progress(_console()))
    raise typer.Exit(suite.run(context.args, _console()))


@app.command()
def check() -> None:
    """Check rules, layout, types, boundaries and the contract."""
    from cli.commands import check as checks

    _build(Progress(_console()))
    if not checks.run(_console()):
        raise typer.Exit(1)


@app.command()
def bench(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(help="Only these, e.g. L1 W1, or paths; all without a name."),
    ] = None,
) -> None:
    """Measure this machine's Rapport beside floors taken in the same run."""
    from cli.commands import bench as measuring

    _build(Progress(_console()))
    raise typer.Exit(measuring.run(scenarios or []))


@app.command(name="import")
def import_file(
    entity: Annotated[str, typer.Argument(help="What the lines are, e.g. opportunities.")],
    file: Annotated[Path | None, typer.Argument(help="CSV or .xlsx.")] = None,
    *,
    columns: Annotated[_Texts, typer.Option("--map", help="column=field")] = None,
    values: Annotated[_Texts, typer.Option("--value", help="field:value in the file=value")] = None,
    constants: Annotated[_Texts, typer.Option("--set", help="field=value of every line")] = None,
    forms: _Forms = None,
    days: Annotated[str, typer.Option(help="The form of all days: ymd, dmy or mdy.")] = "",
    numbers: Annotated[str, typer.Option(help="That of numbers: 1,234.56 or 1.234,56.")] = "",
    empty: Annotated[_Texts, typer.Option("--empty", help="A word that means nothing.")] = None,
    match: _Match = "",
    on_match: Annotated[str, typer.Option(help="Then overwrite, fill or skip.")] = "",
    related: _Related = None,
    skip_without_key: _SkipWithoutKey = False,
    formulas_quoted: _FormulasQuoted = False,
    allow_duplicates: _AllowDuplicates = False,
    encoding: Annotated[str, typer.Option(help="E.g. cp1250; recognised without.")] = "",
    delimiter: Annotated[str, typer.Option(help="E.g. semicolon; recognised without.")] = "",
    sheet: Annotated[str, typer.Option(help="That of a workbook; the first without.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Change nothing.")] = False,
    retry: Annotated[str, typer.Option(help="The import whose rejected lines to take.")] = "",
) -> None:
    """Take a file in, CSV or a workbook, line by line."""
    from cli.commands import import_file as importing

    order = importing.Order(
        entity=entity,
        file=file,
        columns=importing.pairs(columns, "--map"),
        values=importing.pairs(values, "--value"),
        constants=importing.pairs(constants, "--set"),
        forms=importing.pairs(forms, "--form"),
        days=days,
        numbers=numbers,
        empty_words=empty or (),
        match=match,
        skip_without_key=skip_without_key,
        formulas_quoted=formulas_quoted,
        allow_duplicates=allow_duplicates,
        encoding=encoding,
        delimiter=delimiter,
        sheet=sheet,
        on_match=on_match,
        related_match=importing.pairs(related, "--match-related"),
        dry_run=dry_run,
        retry=retry,
    )
    if not importing.run(Home.of_environment(), _console(), order):
        raise typer.Exit(1)


clients = typer.Typer(help="Programs that act for people.", no_args_is_help=True)
app.add_typer(clients, name="client")


@clients.command()
def create(
    name: Annotated[str, typer.Option(help="What people call it.")],
    person: Annotated[str, typer.Option("--as", help="The person it acts as, by e-mail or name.")],
    scope: Annotated[str, typer.Option(help="What it may ask for, with blanks between.")] = "api",
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Register a client and print its id and secret."""
    from cli.commands import client

    client.create(
        Home.of_environment(), _console(), name=name, scope=scope, person=person, as_json=as_json
    )


app.add_typer(new.app, name="new")
app.add_typer(mail.app, name="mail")


@app.command(name="rebuild-references")
def rebuild_references(
    service: Annotated[str, typer.Argument(help="The service whose copies are told anew.")],
) -> None:
    """Have what a service keeps of others' records told anew by their owners."""
    from cli.commands import references

    references.rebuild(Home.of_environment(), service)


letters = typer.Typer(help="Events that a handler could not take.", no_args_is_help=True)
app.add_typer(letters, name="dead-letters")
Ids = Annotated[list[str] | None, typer.Argument(help="The letters' ids.")]
All = Annotated[bool, typer.Option("--all", help="All that wait.")]


@letters.command(name="list")
def list_letters() -> None:
    """Show the events that wait for a decision, and why they failed."""
    from cli.commands import dead_letters as waiting

    waiting.show(Home.of_environment(), _console())


@letters.command()
def replay(ids: Ids = None, everything: All = False) -> None:
    """Have events handled now that failed before."""
    _act_on_letters("replay", ids, everything=everything)


@letters.command()
def drop(ids: Ids = None, everything: All = False) -> None:
    """Throw events away that will never be handled."""
    _act_on_letters("drop", ids, everything=everything)


def _act_on_letters(action: str, ids: list[str] | None, *, everything: bool) -> None:
    from cli.commands import dead_letters as waiting

    home = Home.of_environment()
    if not waiting.act(home, _console(), action, ids or [], everything=everything):
        raise typer.Exit(1)


def _build(progress: Progress) -> None:
    _build_unless(progress, "Contract", contract.is_built, contract.build)
    _build_unless(progress, "Web assets", assets.is_built, assets.build)


def _build_unless(
    progress: Progress, title: str, is_built: Callable[[], bool], build: Callable[[], None]
) -> None:
    if not is_built():
        with progress.step(title):
            build()


def _console() -> Console:
    return Console(highlight=False)


def main() -> None:
    """Turn what stops a command into one sentence and an exit code."""
    try:
        app()
    except (CommandFailed, ComponentFailed, NoFreePort) as failure:
        sys.exit(f"rapport: {failure}")
    except OSError as failure:
        if failure.errno != DISK_FULL:
            raise
        sys.exit(f"rapport: the disk is full: free some space first ({failure.filename}).")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
