"""`./rapport mail`: the mailbox of this machine, and what waits on its way to a mail server."""

from typing import Annotated

import typer
from rich.console import Console

from cli.local.home import Home

app = typer.Typer(help="Letters that the system sends.", invoke_without_command=True)


@app.callback()
def show(
    context: typer.Context,
    to: Annotated[str, typer.Option(help="Only to this address, or a part of it.")] = "",
    most: Annotated[int, typer.Option("-n", "--lines", help="How many.", min=1)] = 20,
) -> None:
    """Show what came into the mailbox of this machine, the newest first."""
    from cli.mailbox import showing

    if context.invoked_subcommand is None:
        showing.show(Home.of_environment(), _console(), to, most)


@app.command()
def read(number: Annotated[int, typer.Argument(help="Its number in the list.")]) -> None:
    """Show one letter."""
    from cli.mailbox import showing

    showing.read(Home.of_environment(), _console(), number)


@app.command()
def unsent() -> None:
    """Show letters that wait, or were given up, and why."""
    from cli.mailbox import showing

    showing.unsent(Home.of_environment(), _console())


@app.command()
def again(
    ids: Annotated[list[str] | None, typer.Argument(help="The letters' ids.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that were given up.")] = False,
) -> None:
    """Send letters that were given up."""
    from cli.mailbox import showing

    showing.again(Home.of_environment(), _console(), ids or [], everything=everything)


def _console() -> Console:
    return Console(highlight=False)
