"""Settings: every variable of a manifest is read by its process, and none it needs is missing."""

import ast
from pathlib import Path

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import ROOT, Object, Rendering, called, containers, process

# Read by libraries and by the manifests themselves, not by settings of ours.
FOREIGN = {"POD_NAME", "OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"}
MIGRATION = {"DATABASE_URL": True}


def _misspelt(rendering: Rendering) -> None:
    process(rendering)["env"].append({"name": "RAPPORT_LOGLEVEL", "value": "info"})


def _unread(rendering: Rendering) -> None:
    process(rendering)["env"].append({"name": "REDIS_URL_FILE", "value": "/run/redis"})


def _unset(rendering: Rendering) -> None:
    variables = process(rendering)["env"]
    variables[:] = [each for each in variables if each["name"] != "DATABASE_URL_FILE"]


@check(38, _misspelt, _unread, _unset)
def every_variable_is_a_setting_and_every_needed_setting_is_set(rendering: Rendering) -> Complaints:
    for workload in filter(_is_written, rendering.of("Deployment", "Job")):
        known = _settings(workload)
        given = {each["name"] for each in containers(workload)[0]["env"]} - FOREIGN
        read = {variable.removesuffix("_FILE") for variable in given}
        for variable in read - {*known}:
            yield f"{called(workload)}: {variable} is no setting of this process"
        for variable in {name for name, needed in known.items() if needed} - read:
            yield f"{called(workload)}: set {variable} (or {variable}_FILE)"


def _twice(rendering: Rendering) -> None:
    process(rendering)["env"].append({"name": "NATS_URL_FILE", "value": "/run/nats"})


def _both_ways(rendering: Rendering) -> None:
    process(rendering)["env"].append({"name": "NATS_URL", "value": "nats://nats"})


@check(39, _twice, _both_ways)
def no_setting_is_given_twice(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment", "Job"):
        names = [each["name"].removesuffix("_FILE") for each in containers(workload)[0]["env"]]
        for name in {each for each in names if names.count(each) > 1}:
            yield f"{called(workload)}: {name} is given twice"


def _settings(workload: Object) -> dict[str, bool]:
    """Variable → whether the process cannot start without it, as the code declares it."""
    if workload["kind"] == "Job":
        return MIGRATION
    name = workload["metadata"]["name"]
    room, kit = _room(workload) / "config.py", ROOT / "kit/settings.py"
    shared = ["Settings"] if name == "gateway" else ["Settings", "ServiceSettings"]
    common = {key: value for each in shared for key, value in _declared(kit, each).items()}
    return common | (_declared(room) if room.exists() else {})


def _room(workload: Object) -> Path:
    name = workload["metadata"]["name"]
    return ROOT / ("gateway" if name == "gateway" else f"services/{name}")


def _is_written(workload: Object) -> bool:
    """Whether the room has its wiring already; before, there is nothing to agree with."""
    return workload["kind"] == "Job" or (_room(workload) / "main.py").exists()


def _declared(path: Path, only: str = "") -> dict[str, bool]:
    """The `setting("NAME", "doc", default)` of a file's classes; a needed one has no default."""
    tree = ast.parse(path.read_text())
    classes = [each for each in tree.body if isinstance(each, ast.ClassDef)]
    calls = [
        node
        for each in classes
        if not only or each.name == only
        for node in ast.walk(each)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "setting"
    ]
    return {str(ast.literal_eval(call.args[0])): _is_needed(call) for call in calls}


def _is_needed(call: ast.Call) -> bool:
    return len(call.args) < 3 and all(keyword.arg != "default" for keyword in call.keywords)


def _forgotten(rendering: Rendering) -> None:
    gateway = rendering.one("Deployment", "gateway")
    variables = containers(gateway)[0]["env"]
    variables[:] = [each for each in variables if each["name"] != _PROXIES]


def _nobody(rendering: Rendering) -> None:
    _given(rendering)[_PROXIES] = ""


_PROXIES = "RAPPORT_TRUSTED_PROXIES"


@check(59, _forgotten, _nobody, overlays=("production",))
def the_gateway_knows_its_proxies(rendering: Rendering) -> Complaints:
    """G9: otherwise all people share the limits of one address."""
    names = {each["name"] for each in containers(rendering.one("Deployment", "gateway"))[0]["env"]}
    if _PROXIES not in names or not _given(rendering).get(_PROXIES):
        yield f"gateway: set {_PROXIES} in the settings of the overlay"


def _given(rendering: Rendering) -> dict[str, str]:
    """The settings that all processes share."""
    maps = (each for each in rendering.of("ConfigMap") if "RAPPORT_PUBLIC_URL" in each["data"])
    found: dict[str, str] = next(maps)["data"]
    return found
