"""The commands of `./rapport new`."""

from collections.abc import Callable
from typing import Annotated

import typer
from rich.console import Console

from cli.environment import ROOT
from cli.new.draft import Draft
from cli.new.fields import KINDS

app = typer.Typer(
    help="Write what is alike in every entity, verb or service; docs/guide/ says what is left.",
    no_args_is_help=True,
)
Entity = Annotated[str, typer.Argument(help="Service and name, e.g. sales.Vendor.")]


@app.command()
def entity(
    name: Entity,
    *,
    about: Annotated[
        str, typer.Option(prompt="What it is, in a sentence", help="A sentence that people read.")
    ],
    plural: Annotated[str, typer.Option(help="E.g. 'Price lists'; by rule without.")] = "",
    title: Annotated[str, typer.Option(help="The field that names a record.")] = "name",
    fields: Annotated[
        list[str] | None,
        typer.Option(
            "--field", help=f"name:kind:meaning; again for more. Kinds: {', '.join(KINDS)}."
        ),
    ] = None,
    access: Annotated[str, typer.Option(help="For everyone: private, read or edit.")] = "edit",
    area: Annotated[str, typer.Option(help="Where the menu has it; beside its service's.")] = "",
    icon: Annotated[str, typer.Option(help="A Heroicon's name.")] = "rectangle-stack",
    rank: Annotated[int, typer.Option(help="Its place within the area.")] = 95,
) -> None:
    """Contract, table, methods, migration, events, routes and test case of a new entity."""
    from cli.new import entity as kind

    tree = Draft(ROOT)
    made = kind.draft(
        tree,
        name,
        about=about,
        plural=plural,
        title=title,
        fields=fields or [],
        access=access,
        area=area,
        icon=icon,
        rank=rank,
    )
    _finish(tree, f"Now its rules, in services/{made.service}/model/{made.module}.py.")


@app.command()
def verb(
    entity: Entity,
    name: Annotated[str, typer.Argument(help="E.g. Discontinue or MoveStage.")],
    does: Annotated[
        str, typer.Option(prompt="What it does, in a sentence", help="A sentence that people read.")
    ],
    sets: Annotated[
        list[str] | None, typer.Option("--sets", help="A field that it sets; again for more.")
    ] = None,
) -> None:
    """Method, message, rule, tests and route of a new verb; the rule and its tests wait for you."""
    from cli.new import verb as kind

    tree = Draft(ROOT)
    left = kind.draft(tree, entity, name, does=does, sets=sets or [])
    _finish(tree, f"Now what it asks for, its rule and its tests: {', '.join(left)}.")


@app.command()
def service(
    name: Annotated[str, typer.Argument(help="One word of small letters, e.g. surveys.")],
    about: Annotated[
        str,
        typer.Option(prompt="What it is for, in a sentence", help="A sentence that people read."),
    ],
) -> None:
    """Folder, first migration, Kubernetes objects and lists of a new service; entities follow."""
    from cli.new import service as kind

    tree = Draft(ROOT)
    made = kind.draft(tree, name, about=about)
    _finish(tree, f"Now its entities: ./rapport new entity {made}.Name.", kind.write_flows)


def _finish(tree: Draft, left: str, *more: Callable[[Draft], None]) -> None:
    tree.write()
    for each in more:
        each(tree)
    console = Console(highlight=False)
    for word, paths in (("wrote", tree.created), ("changed", tree.changed)):
        for path in paths:
            console.print(f"{word:8}{path}", markup=False)
    console.print(f"{left} Then ./rapport check.", markup=False, soft_wrap=True)
