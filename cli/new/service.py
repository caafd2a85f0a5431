"""`new service`: its folder, its first migration, its objects on Kubernetes, and every list of services."""

import subprocess
import sys
from collections.abc import Iterable, Iterator

from cli.failure import CommandFailed
from cli.new.draft import Draft, template
from cli.new.lines import Edit, repeated
from cli.new.migrations import built_for_everyone
from cli.new.names import sentence, service_name
from cli.new.python import added_to

LIKE = "chat"
"""The plainest of the services: what lists say of it holds for a new one too."""

ROOMS = ("base", "jobs", "components/data-operators")
_FIRST = "0001_create_what_the_kit_keeps.py"

_LISTS = {
    "k8s/base/kustomization.yaml": (r"^  - chat\n",),
    "k8s/jobs/kustomization.yaml": (r"^  - chat\n",),
    "k8s/components/data-operators/kustomization.yaml": (r"^  - chat\n",),
    "k8s/components/data-inline/databases.sh": (r" chat(?=[; ])",),
    "k8s/components/external-secrets/secrets.yaml": (
        r"^apiVersion: [^\n]+\nkind: ExternalSecret\nmetadata:\n  name: chat-secrets\n.*?^---\n",
        r"^    - \{secretKey: chat\.pem[^\n]*\n",
    ),
    "services/identity/main.py": (r"^    \"chat\": \(_INDEXES, _RATES\),\n",),
    "k8s/flows.yaml": (r", chat(?=[^\n]*\]$)", r"^  chat: \[identity\]\n"),
    "k8s/overlays/local/kustomization.yaml": (
        r"^  - \{name: rapport/chat,[^\n]*\n",
        r"^  - name: chat-secrets\n.*?(?=^  - name:)",
        r"^      - made/context-keys/chat\.pem\n",
        r"^      - made/postgresql/chat\n",
    ),
    "k8s/overlays/local/secrets": (r" chat(?=[ \"])",),
    "k8s/overlays/production/release/kustomization.yaml": (
        r"^  - name: rapport/chat\n[^\n]*\n[^\n]*\n",
    ),
    "pyproject.toml": (r"^chat = \[\]\n",),
    "requirements/update": (r" --extra chat",),
    # The last of them are asked by the import that it kills, so a new one is among the first.
    "tests/faults/test_killed_during_an_import.py": (r'(?<=_ORDER = \()"chat", ',),
}
_TUPLES = {
    "cli/local/processes.py": "BEHIND_IDENTITY",
    "kit/testing/keys.py": "PROCESSES",
    "tests/bench/system.py": "SERVICES",
    "tests/k8s/rendering.py": "PROCESSES",
}


def draft(tree: Draft, name: str, *, about: str) -> str:
    """Everything that a new service is made of but its entities, in the draft."""
    name, about = service_name(name), sentence(about, "What it is for")
    if tree.exists(f"services/{name}") or tree.exists(f"proto/crm/{name}"):
        raise CommandFailed(f"There is a service {name} already; nothing was written.")
    _room(tree, name, about)
    _on_kubernetes(tree, name)
    for path, patterns in _LISTS.items():
        tree.change(path, *(repeated(each, LIKE, name) for each in patterns))
    for path, held in _TUPLES.items():
        tree.change(path, added_to(held, name))
    tree.change(
        "docs/events.md",
        _ends_with(template("service/events.md", service=name, Service=_title(name))),
    )
    return name


def write_flows(tree: Draft) -> None:
    """Network policies and NATS users follow from k8s/flows.yaml."""
    subprocess.run([sys.executable, "-m", "k8s.flows"], cwd=tree.root, check=True)
    tree.changed += ["k8s/base/policies.yaml", "k8s/platform/nats.users.conf"]


def _room(tree: Draft, name: str, about: str) -> None:
    words = {"service": name, "Service": _title(name), "about": about}
    for file in ("__init__.py", "main.py", "config.py", "README.md"):
        tree.create(f"services/{name}/{file}", template(f"service/{file}", **words))
    for room in ("model", "rpc"):
        path = f"services/{name}/{room}/__init__.py"
        tree.create(path, template(f"service/{room}.py", **words))
    tree.create(f"services/{name}/migrations/{_FIRST}", _first_migration(tree))
    tree.create(f"tests/{name}/conftest.py", template("service/conftest.py", **words))


def _first_migration(tree: Draft) -> str:
    built = built_for_everyone(tree.root, "upgrade")
    dropped = built_for_everyone(tree.root, "downgrade")[::-1]
    return template(
        "service/migration.py",
        imports="".join(_imports([*built, *dropped])),
        built="".join(f"    {function}()\n" for _, function in built),
        dropped="".join(f"    {function}()\n" for _, function in dropped),
    )


def _imports(called: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Function by function, since several rooms of the kit have a module of the same name."""
    of_module: dict[str, set[str]] = {}
    for module, function in called:
        of_module.setdefault(module, set()).add(function)
    for module, functions in sorted(of_module.items()):
        yield f"from {module} import (\n"
        yield from (f"    {each},\n" for each in sorted(functions))
        yield ")\n"


def _on_kubernetes(tree: Draft, name: str) -> None:
    for room in ROOMS:
        said = tree.read(f"k8s/{room}/{LIKE}/kustomization.yaml")
        tree.create(f"k8s/{room}/{name}/kustomization.yaml", said.replace(LIKE, name))


def _ends_with(section: str) -> Edit:
    return lambda text: f"{text.rstrip()}\n\n{section}"


def _title(name: str) -> str:
    return name.capitalize()
