"""What runs beside us: databases with copies and backups, NATS on three nodes, their versions."""

import ast
import re
from collections.abc import Iterator

from tests.k8s.checking import Complaints, check
from tests.k8s.quantities import amount
from tests.k8s.rendering import ROOT, SERVICES, Object, Rendering, called, containers, sales

MIGRATING = 2
RELAY = 1


def _crowd(rendering: Rendering) -> None:
    sales(rendering)["spec"]["replicas"] = 12


@check(47, _crowd)
def connections_fit_their_database(rendering: Rendering) -> Complaints:
    """At most four fifths of what a database takes, with one surge pod and the migration there."""
    budgets = _budgets(rendering)
    for names, allowed in budgets:
        pods = sum(rendering.one("Deployment", name)["spec"]["replicas"] + 1 for name in names)
        wanted = pods * (2 * _pool_size() + RELAY) + MIGRATING * len(names)
        if wanted > 0.8 * allowed:
            yield f"{', '.join(names)}: {wanted} connections of {allowed} are more than four fifths"


def _budgets(rendering: Rendering) -> list[tuple[list[str], int]]:
    if rendering.overlay == "local":
        arguments = containers(rendering.one("StatefulSet", "postgresql"))[0]["args"]
        return [([*SERVICES], int(arguments[-1].removeprefix("max_connections=")))]
    return [([name], int(_parameters(rendering, name)["max_connections"])) for name in SERVICES]


def _parameters(rendering: Rendering, name: str) -> dict[str, str]:
    spec = rendering.one("Cluster", f"{name}-db")["spec"]
    parameters: dict[str, str] = spec["postgresql"]["parameters"]
    return parameters


def _pool_size() -> int:
    """The default of RAPPORT_POOL_SIZE, which reads and writes have each."""
    for node in ast.walk(ast.parse((ROOT / "kit/settings.py").read_text())):
        if isinstance(node, ast.Call) and node.args[:1]:
            first = node.args[0]
            if isinstance(first, ast.Constant) and first.value == "RAPPORT_POOL_SIZE":
                return int(ast.literal_eval(node.args[2]))
    raise LookupError("kit/settings.py has no RAPPORT_POOL_SIZE: say here what replaced it")


def _database(rendering: Rendering) -> Object:
    spec: Object = rendering.one("Cluster", "sales-db")["spec"]
    return spec


def _single(rendering: Rendering) -> None:
    _database(rendering)["instances"] = 1


def _unsaved(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("ScheduledBackup", "sales-db"))


def _unarchived(rendering: Rendering) -> None:
    del _database(rendering)["plugins"]


def _together(rendering: Rendering) -> None:
    _database(rendering)["affinity"]["enablePodAntiAffinity"] = False


def _absent(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("Cluster", "sales-db"))


@check(48, _single, _unsaved, _unarchived, _together, _absent, overlays=("production",))
def databases_survive_a_machine_and_a_mistake(rendering: Rendering) -> Complaints:
    clusters = {each["metadata"]["name"]: each for each in rendering.of("Cluster")}
    saved = {each["spec"]["cluster"]["name"] for each in rendering.of("ScheduledBackup")}
    if {*clusters} != {f"{name}-db" for name in SERVICES}:
        yield "each service has one database cluster of its own"
    for name, cluster in clusters.items():
        spec = cluster["spec"]
        if spec["instances"] < 3 or not spec["affinity"]["enablePodAntiAffinity"]:
            yield f"{called(cluster)}: three instances, kept apart"
        if name not in saved or not any(each["isWALArchiver"] for each in spec.get("plugins", [])):
            yield f"{called(cluster)}: a daily backup, and a log archive between two of them"
        if not spec["storage"].get("storageClass") or "memory" not in spec["resources"]["limits"]:
            yield f"{called(cluster)}: say the storage class and the limits"


NATS = "k8s/platform/nats.values.yaml"


def _one_node(rendering: Rendering) -> None:
    _replace(rendering, NATS, "replicas: 3", "replicas: 1")


def _root_helper(rendering: Rendering) -> None:
    _replace(rendering, NATS, "allowPrivilegeEscalation: false", "allowPrivilegeEscalation: true")


def _lazy_disk(rendering: Rendering) -> None:
    _replace(rendering, NATS, "sync_interval: always", "sync_interval: 2m")


def _one_copy(rendering: Rendering) -> None:
    rendering.one("ConfigMap", "settings")["data"]["RAPPORT_STREAM_REPLICAS"] = "1"


@check(49, _one_node, _root_helper, _lazy_disk, _one_copy, overlays=("production",))
def events_survive_a_machine(rendering: Rendering) -> Complaints:
    values = rendering.document(NATS)
    if values["config"]["cluster"] != {"enabled": True, "replicas": 3}:
        yield f"{NATS}: three servers"
    jetstream = values["config"]["jetstream"]
    if jetstream["merge"] != {"sync_interval": "always"}:
        yield f"{NATS}: an acknowledged event is on disk"
    if not jetstream["fileStore"]["pvc"]["enabled"]:
        yield f"{NATS}: events are kept on a volume"
    for name in ("container", "reloader", "promExporter"):
        context = values[name]["merge"]["securityContext"]
        if context["allowPrivilegeEscalation"] or context["capabilities"] != {"drop": ["ALL"]}:
            yield f"{NATS}: {name} must fit the restricted profile"
    if rendering.one("ConfigMap", "settings")["data"]["RAPPORT_STREAM_REPLICAS"] != "3":
        yield "settings: RAPPORT_STREAM_REPLICAS is 3 on three servers"


STREAMS = len(SERVICES) + 1


def _greedy(rendering: Rendering) -> None:
    rendering.one("ConfigMap", "settings")["data"]["RAPPORT_STREAM_BYTES"] = str(4 * 2**30)


@check(49, _greedy)
def the_streams_fit_their_store(rendering: Rendering) -> Complaints:
    """G1: every stream reserves its size, and NATS refuses the one that does not fit any more."""
    wanted = STREAMS * int(rendering.one("ConfigMap", "settings")["data"]["RAPPORT_STREAM_BYTES"])
    for name, size in _stores(rendering):
        if wanted > size:
            yield f"{name} holds {size:.0f} bytes, and {STREAMS} streams reserve {wanted}"


def _stores(rendering: Rendering) -> Iterator[tuple[str, float]]:
    if rendering.overlay == "production":
        volume = rendering.document(NATS)["config"]["jetstream"]["fileStore"]["pvc"]
        yield f"{NATS}: the volume", amount(volume["size"])
        return
    claim = rendering.one("StatefulSet", "nats")["spec"]["volumeClaimTemplates"][0]
    yield "nats: the volume", amount(claim["spec"]["resources"]["requests"]["storage"])
    text = (ROOT / "k8s/components/data-inline/nats.conf").read_text()
    yield "nats.conf: max_file_store", amount(re.findall(r"max_file_store: (\w+)", text)[0])


def _outdated(rendering: Rendering) -> None:
    _replace(rendering, "k8s/platform/versions.yaml", "version: 2.14.2", "version: 2.13.0")


def _unreleased(rendering: Rendering) -> None:
    _replace(rendering, "pyproject.toml", 'version = "0.1.0"', 'version = "0.2.0"')


@check(57, _outdated)
def versions_are_the_same_wherever_they_stand(rendering: Rendering) -> Complaints:
    charts = rendering.document("k8s/platform/versions.yaml")["charts"]
    for name, chart in charts.items():
        if f"--version {chart['version']}" not in rendering.files["k8s/README.md"]:
            yield f"k8s/README.md installs {name} at {chart['version']}"
        if f"k8s/platform/{chart['values']}" not in rendering.files:
            yield f"k8s/platform/{chart['values']} is missing"


@check(57, _unreleased)
def a_release_has_one_version(rendering: Rendering) -> Complaints:
    released = re.search(r'^version = "(.*)"', rendering.files["pyproject.toml"], re.MULTILINE)
    version = released[1] if released else ""
    if f"ARG VERSION={version}\n" not in rendering.files["Dockerfile"]:
        yield f"Dockerfile: VERSION is {version}"
    for workload in rendering.of("Deployment", "Job"):
        if workload["metadata"]["labels"]["app.kubernetes.io/version"] != version:
            yield f"{called(workload)}: the version label is {version}"
    for job in rendering.of("Job"):
        if not job["metadata"]["name"].endswith(f"-{version.replace('.', '-')}"):
            yield f"{called(job)}: its name ends with the release {version}"


def _replace(rendering: Rendering, path: str, old: str, new: str) -> None:
    assert old in rendering.files[path]
    rendering.files[path] = rendering.files[path].replace(old, new)
