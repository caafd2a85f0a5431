"""`new entity`: contract, table, methods, migration, and a line wherever entities are listed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cli.failure import CommandFailed
from cli.new.draft import Draft, template
from cli.new.fields import FIRST_NUMBER, Field, fields_of
from cli.new.lines import behind_last, sorted_lines
from cli.new.migrations import Next
from cli.new.names import EntityName, sentence
from cli.new.python import entered, importing, listed

ACCESS = ("private", "read", "edit")
LISTS = "tests/faults/test_stopped_parts.py"


@dataclass(frozen=True, kw_only=True)
class Order:
    """A new entity as it was asked for."""

    name: EntityName
    about: str
    fields: Sequence[Field]
    access: str
    area: str
    icon: str
    rank: int

    @property
    def title(self) -> str:
        return self.fields[0].name


def draft(
    tree: Draft,
    given: str,
    *,
    about: str,
    plural: str = "",
    title: str = "name",
    fields: Sequence[str] = (),
    access: str = "edit",
    area: str = "",
    icon: str = "rectangle-stack",
    rank: int = 95,
) -> EntityName:
    """Everything that a new entity is made of, in the draft."""
    name = EntityName.of(given, plural)
    _refuse_unknown(tree, name, access, icon)
    order = Order(
        name=name,
        about=sentence(about, "What it is"),
        fields=fields_of(title, fields),
        access=access,
        area=_area(tree, name.service, area),
        icon=icon,
        rank=rank,
    )
    _write(tree, order)
    _list(tree, name)
    return name


def _refuse_unknown(tree: Draft, name: EntityName, access: str, icon: str) -> None:
    main = f"services/{name.service}/main.py"
    if not tree.exists(main):
        raise CommandFailed(
            f"There is no service {name.service}: make it by ./rapport new service {name.service}."
        )
    if access not in ACCESS:
        raise CommandFailed(f"--access is one of {', '.join(ACCESS)}.")
    if f'"icons/{icon}.svg"' not in tree.read("gateway/web/assets.json"):
        raise CommandFailed(f"gateway/web/assets.json has no icon {icon!r}; add it there first.")
    _refuse_taken(tree, name)


def _refuse_taken(tree: Draft, name: EntityName) -> None:
    """Tables, URLs and classes are named after it, and no two entities of the system may share one."""
    if f" /api/v1/{name.path}\n" in tree.read("tests/gateway/routes.txt"):
        raise CommandFailed(
            f"/api/v1/{name.path} is the URL of another entity; nothing was written."
        )
    ours = "|".join((name.name, f"{name.name}List", f"{name.name}Patch", name.plural_type))
    for path in sorted(tree.root.glob(f"proto/crm/{name.service}/v1/*.proto")):
        if taken := re.search(rf"^(message|service) ({ours}) ", path.read_text(), re.MULTILINE):
            where = path.relative_to(tree.root)
            raise CommandFailed(
                f"{where} has the {taken.group().strip()} already; nothing was written."
            )
    for path in sorted(tree.root.glob("services/*/model/**/*.py")):
        if f'__tablename__ = "{name.table}"' in path.read_text():
            where = path.relative_to(tree.root)
            raise CommandFailed(f"{where} has the table {name.table} already; nothing was written.")


def _area(tree: Draft, service: str, area: str) -> str:
    """The one that is asked for, or that of the service's other entities."""
    known = re.findall(r'\bArea\("(\w+)"', tree.read("gateway/web/frame/areas.py"))
    models = sorted((tree.root / "services" / service / "model").glob("**/*.py"))
    others = (re.search(r'\barea="(\w+)"', path.read_text()) for path in models)
    area = area or next((found.group(1) for found in others if found), "")
    if area not in known:
        raise CommandFailed(f"Say by --area where it stands in the menu: {', '.join(known)}.")
    return area


def _write(tree: Draft, order: Order) -> None:
    name, forms = order.name, {**order.name.forms, "about": order.about}
    room = f"services/{name.service}"
    tree.create(
        f"proto/crm/{name.service}/v1/{name.module}.proto",
        template("entity/contract.proto", **forms, options=_options(order), fields=_told(order)),
    )
    tree.create(f"{room}/model/{name.module}.py", _model(order, forms))
    after = Next.of(tree, name.service)
    columns = "".join(each.in_migration() for each in order.fields)
    words = {"revision": after.revision, "before": after.before, "title": order.title}
    tree.create(
        f"{room}/migrations/{after.revision}_add_{name.module}.py",
        template("entity/migration.py", **forms, **words, columns=columns),
    )


def _options(order: Order) -> str:
    title = "" if order.title == "name" else f'    title: "{order.title}"\n'
    return f'    default_access: "{order.access}"\n{title}'


def _told(order: Order) -> str:
    numbered = enumerate(order.fields, FIRST_NUMBER)
    return "".join(each.in_contract(number) for number, each in numbered)


def _model(order: Order, forms: dict[str, str]) -> str:
    needed = {("kit.entity", each) for each in ("Presentation", "Record", "Tagged", "field")}
    needed |= {("sqlalchemy.orm", "Mapped")}.union(*(each.imports for each in order.fields))
    imports = "\n".join(f"from {module} import {each}" for module, each in sorted(needed))
    shown = f'icon="{order.icon}", area="{order.area}", rank={order.rank}, sought=True'
    says = [
        *([f'title = "{order.title}"'] if order.title != "name" else []),
        *([f'default_access = "{order.access}"'] if order.access != "edit" else []),
        f"presentation = Presentation({shown})",
    ]
    fields = "".join(each.in_model() for each in order.fields)
    indented = "".join(f"    {line}\n" for line in says)
    return template("entity/model.py", **forms, imports=imports, says=indented, fields=fields)


def _list(tree: Draft, name: EntityName) -> None:
    service, forms = name.service, name.forms
    tree.change(
        f"services/{service}/main.py",
        importing("kit.records", "standard"),
        importing(f"services.{service}.model.{name.module}", name.name),
        listed("records", f"standard({name.name})"),
    )
    tree.change(
        "docs/events.md",
        behind_last(
            r"^\|(?:-|.*`(?:Record|Note|File)Changed`).*\n",
            template("entity/events.md", **forms),
            what=f"table under the heading {service.capitalize()}",
            within=f"## {service.capitalize()}",
        ),
    )
    routes = template("entity/routes.txt", **forms).splitlines()
    tree.change("tests/gateway/routes.txt", sorted_lines(*routes))
    tree.change(LISTS, entered("_LISTS", service, f'"{name.path}"'))
