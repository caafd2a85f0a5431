"""`new verb`: method, message, rule and tests; the rule and its tests fail until they are written."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from cli.failure import CommandFailed
from cli.new.draft import AnchorMissing, Draft, template
from cli.new.fields import TAKEN
from cli.new.lines import Edit, instead, sorted_lines
from cli.new.names import EntityName, kebab, sentence, snake, verb_name, words
from cli.new.python import (
    classes,
    entered,
    imported_as,
    importing,
    unimporting,
    with_method,
)


@dataclass(frozen=True)
class Place:
    """Where an entity lives: its contract, its model and its methods."""

    name: EntityName
    contract: str
    api: str
    model: str

    @property
    def module(self) -> str:
        return Path(self.contract).stem


def draft(tree: Draft, entity: str, name: str, *, does: str, sets: Sequence[str] = ()) -> list[str]:
    """Everything that a new verb is made of, in the draft; answers where people go on."""
    name, does = verb_name(name), sentence(does, "What it does")
    place = _place(tree, EntityName.of(entity))
    method = snake(name)
    _refuse_taken(tree, place, name, method)
    forms = {**place.name.forms, "verb": name, "method": method, "does": does}
    forms |= {"said": words(name), "title": _title(tree.read(place.contract))}
    _contract(tree, place, forms)
    _code(tree, place, forms, sets)
    tests = _tests(tree, place, forms)
    key = f"{place.name}.{name}"
    tree.change("tests/entities/verbs.py", entered("DOINGS", key, "Doing()"))
    path = _path(tree, place)
    route = f"POST /api/v1/{path}/{{id}}:{kebab(name)}"
    tree.change("tests/gateway/routes.txt", sorted_lines(route))
    return [place.contract, place.model, tests]


def _place(tree: Draft, name: EntityName) -> Place:
    """Found by what stands in the files, since a plural may be anything."""
    contract = _one(tree, f"proto/crm/{name.service}/v1/*.proto", rf"^message {name.name} \{{")
    model = _one(
        tree,
        f"services/{name.service}/model/**/*.py",
        rf"^class {name.name}\((?:\w+, )*Record\)",
    )
    return Place(name, contract, _api(tree.read(contract), name.name), model)


def _api(contract: str, entity: str) -> str:
    """The service of the contract whose Get answers the entity."""
    for name, methods in re.findall(
        r"^service (\w+) \{\n(.*?)^\}", contract, re.MULTILINE | re.DOTALL
    ):
        if re.search(rf"^  rpc Get\(.*returns \({entity}\)", methods, re.MULTILINE):
            return str(name)
    raise CommandFailed(f"No service of the contract has a Get that answers {entity}.")


def _title(contract: str) -> str:
    found = re.search(r'^    title: "(\w+)"$', contract, re.MULTILINE)
    return found.group(1) if found else "name"


def _one(tree: Draft, among: str, pattern: str) -> str:
    found = [
        str(path.relative_to(tree.root))
        for path in sorted(tree.root.glob(among))
        if re.search(pattern, path.read_text(), re.MULTILINE)
    ]
    if len(found) != 1:
        raise CommandFailed(f"Of {among} one file should have {pattern!r}; {len(found)} have.")
    return found[0]


def _refuse_taken(tree: Draft, place: Place, name: str, method: str) -> None:
    if re.search(rf"^  rpc {name}\(", tree.read(place.contract), re.MULTILINE):
        raise CommandFailed(f"{place.contract} has {name} already; nothing was written.")
    taken = {
        getattr(each, "name", "") or getattr(getattr(each, "target", None), "id", "")
        for kind in classes(tree.read(place.model))
        for each in kind.body
    }
    if method in taken | TAKEN:
        raise CommandFailed(f"{place.name} has {method} already; nothing was written.")


def _contract(tree: Draft, place: Place, forms: dict[str, str]) -> None:
    rpc = template("verb/rpc.proto", **forms)
    message = template("verb/message.proto", **forms)
    if f"message {forms['verb']}{place.name.name} {{" in tree.read(place.contract):
        raise CommandFailed(f"{place.contract} has the verb's message already.")
    tree.change(place.contract, _in_service(place.api, rpc), lambda text: f"{text}\n{message}")


def _in_service(name: str, rpc: str) -> Edit:
    def edit(text: str) -> str:
        found = re.search(rf"^service {name} \{{\n.*?^(?=\}}$)", text, re.MULTILINE | re.DOTALL)
        if found is None:
            raise AnchorMissing(f"service {name} that ends with a brace of its own")
        return text[: found.end()] + rpc + text[found.end() :]

    return edit


def _code(tree: Draft, place: Place, forms: dict[str, str], sets: Sequence[str]) -> None:
    fields = re.findall(r"^    (\w+): Mapped\[", tree.read(place.model), re.MULTILINE)
    if unknown := set(sets) - set(fields):
        raise CommandFailed(f"{place.name} has no field {', '.join(sorted(unknown))} to set.")
    listed = "".join(f'"{each}", ' for each in sets)
    forms = {**forms, "sets": f"({listed.rstrip()})" if len(sets) < 2 else f"({listed[:-2]})"}  # noqa: PLR2004 - a tuple of one ends in a comma
    tree.change(place.model, with_method(place.name.name, template("verb/rule.py", **forms)))
    rpc = _rpc(tree, place, forms)
    owner = next(_servicers(tree.read(rpc), place.name.name))
    tree.change(
        rpc,
        importing("kit.records", "Said"),
        importing("kit.records", "Work"),
        importing("kit.records", "verb"),
        with_method(owner, template("verb/method.py", **forms)),
    )


def _rpc(tree: Draft, place: Place, forms: dict[str, str]) -> str:
    """The file of the entity's methods; where the standard ones were enough, its first verb brings it."""
    service, entity = place.name.service, place.name.name
    main, alone = f"services/{service}/main.py", f"standard({entity})"
    if alone not in tree.read(main):
        return _one(tree, f"services/{service}/rpc/*.py", rf"\bRecords\[{entity}, ")
    path = f"services/{service}/rpc/{place.module}.py"
    modules = {"module": place.module, "model": Path(place.model).stem}
    words = {**forms, **modules, "Plural": _plural(tree, place)}
    tree.create(path, template("verb/servicer.py", **words, api=place.api))
    tree.change(
        main,
        instead(alone, place.api),
        importing(f"services.{service}.rpc.{place.module}", place.api),
        unimporting(entity),
        unimporting("standard"),
    )
    return path


def _plural(tree: Draft, place: Place) -> str:
    found = re.search(r'^    plural = "(.+)"$', tree.read(place.model), re.MULTILINE)
    return found.group(1) if found else place.name.plural


def _servicers(text: str, entity: str) -> Iterator[str]:
    for each in classes(text):
        if any(f"Records[{entity}," in ast.unparse(base) for base in each.bases):
            yield each.name


def _tests(tree: Draft, place: Place, forms: dict[str, str]) -> str:
    """Two tests, in the file of the entity's tests or in a new one."""
    service, module = place.name.service, place.module
    path = f"tests/{service}/test_{module}.py"
    if not tree.exists(path):
        tree.create(path, f'"""{place.name.plural} at the boundary."""\n')
    package = f"crm.{service}.v1"
    pb = imported_as(tree.read(path), package, f"{module}_pb2")
    stub = f"{place.api}Stub"
    tree.change(
        path,
        importing(package, f"{module}_pb2") if pb == f"{module}_pb2" else lambda text: text,
        importing(f"{package}.{module}_pb2_grpc", stub),
        importing("kit.errors", "Refused"),
        importing("kit.actor", "Actor"),
        importing("kit.testing.serving", "Serving"),
        _importing_pytest,
        lambda text: f"{text}\n\n{template('verb/tests.py', **forms, pb=pb, stub=stub)}",
    )
    return path


def _importing_pytest(text: str) -> str:
    if re.search(r"^import pytest$", text, re.MULTILINE):
        return text
    return re.sub(r"^(?=from )", "import pytest\n", text, count=1, flags=re.MULTILINE)


def _path(tree: Draft, place: Place) -> str:
    """The URL under which the entity is listed: that of its service in the contract."""
    path = kebab(place.api)
    if f"GET /api/v1/{path}/{{id}}\n" not in tree.read("tests/gateway/routes.txt"):
        raise CommandFailed(f"tests/gateway/routes.txt lacks GET /api/v1/{path}/{{id}}.")
    return path
