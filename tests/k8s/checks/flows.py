"""Who reaches whom: policies allow exactly what flows.yaml says, and the code calls nobody else."""

import re
from itertools import product

from k8s.flows import GRPC, HTTP, NATS, OPS, OTLP, POSTGRES, VALKEY
from tests.k8s.checking import Complaints, check
from tests.k8s.network import Place, allowed, matches, place
from tests.k8s.rendering import (
    NAME,
    PROCESSES,
    ROOT,
    SERVICES,
    Object,
    Rendering,
    called,
    pod_labels,
)

MAIL = (25, 465, 587)
PORTS = (GRPC, HTTP, OPS, OTLP, POSTGRES, NATS, VALKEY, 443, *MAIL, 6222, 7777, 8222, 9187)
DNS = 53
Flow = tuple[str, str, int]


def _open(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("NetworkPolicy", "default-deny"))


def _open_outwards(rendering: Rendering) -> None:
    rendering.one("NetworkPolicy", "default-deny")["spec"]["policyTypes"] = ["Ingress"]


@check(33, _open, _open_outwards)
def everything_is_denied_first(rendering: Rendering) -> Complaints:
    for namespace in rendering.of("Namespace"):
        name = namespace["metadata"]["name"]
        denying = [
            each
            for each in _policies(rendering)
            if each["metadata"]["namespace"] == name
            and each["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
        ]
        if not denying:
            yield f"Namespace {name}: deny everything in both directions first"


def _unmentioned(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("NetworkPolicy", "sales"))
    rendering.objects.remove(rendering.one("NetworkPolicy", "observed"))


@check(33, _unmentioned)
def every_pod_is_allowed_something_of_its_own(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        selecting = [
            each
            for each in _policies(rendering)
            if each["spec"]["podSelector"]
            and each["metadata"]["namespace"] == workload["metadata"]["namespace"]
            and matches(each["spec"]["podSelector"], pod_labels(workload))
        ]
        if not selecting:
            yield f"{called(workload)}: no policy speaks of it"


def _curious(rendering: Rendering) -> None:
    chat, sales = (rendering.one("NetworkPolicy", name)["spec"] for name in ("chat", "sales"))
    chat["egress"][0]["to"].append({"podSelector": {"matchLabels": {NAME: "sales"}}})
    sales["ingress"][0]["from"].append({"podSelector": {"matchLabels": {NAME: "chat"}}})


def _open_store(rendering: Rendering) -> None:
    rule = rendering.one("NetworkPolicy", "sales-db")["spec"]["ingress"][0]
    rule["from"].append({"namespaceSelector": {}})
    rendering.one("NetworkPolicy", "chat")["spec"]["egress"].append({})


def _cut_off(rendering: Rendering) -> None:
    del rendering.one("NetworkPolicy", "gateway")["spec"]["egress"][0]["to"][0]


@check(34, _curious, _open_store, _cut_off)
def policies_allow_the_flows_and_no_other(rendering: Rendering) -> Complaints:
    flows = rendering.document("k8s/flows.yaml")
    places = [*_own_places(rendering), *_neighbours(flows)]
    wanted = _wanted(flows, {each.name for each in places})
    for source, target, port in product(places, places, PORTS):
        if source is target or (_is_outside(source) and _is_outside(target)):
            continue
        flow = (source.name, target.name, port)
        possible = allowed(_policies(rendering), source, target, port)
        if possible != (flow in wanted):
            yield f"{flow}: {'possible but not wanted' if possible else 'wanted but denied'}"


def _nobody(rendering: Rendering) -> None:
    rule = rendering.one("NetworkPolicy", "sales")["spec"]["ingress"][0]
    rule["from"].append({"podSelector": {"matchLabels": {NAME: "billing"}}})


@check(34, _nobody)
def every_peer_exists(rendering: Rendering) -> Complaints:
    flows = rendering.document("k8s/flows.yaml")
    places = [*_own_places(rendering), *_stores_elsewhere(), *_neighbours(flows)]
    for policy in _policies(rendering):
        for peer in _peers(policy):
            labels = peer.get("podSelector", {})
            if not any(matches(labels, dict(each.labels)) for each in places):
                yield f"{called(policy)}: nobody has the labels {labels}"


def _udp_only(rendering: Rendering) -> None:
    del rendering.one("NetworkPolicy", "names")["spec"]["egress"][0]["ports"][1]


@check(35, _udp_only)
def names_are_resolved_over_udp_and_tcp(rendering: Rendering) -> Complaints:
    both = [{"protocol": "UDP", "port": DNS}, {"protocol": "TCP", "port": DNS}]
    for policy in _policies(rendering):
        for rule in policy["spec"].get("egress", []):
            asked = [each for each in rule.get("ports", []) if each["port"] == DNS]
            if asked and asked != both:
                yield f"{called(policy)}: port 53 is UDP and TCP"
    resolving = {
        each["metadata"]["namespace"]
        for each in _policies(rendering)
        if both in [rule.get("ports") for rule in each["spec"].get("egress", [])]
    }
    for namespace in rendering.of("Namespace"):
        if namespace["metadata"]["name"] not in resolving:
            yield f"{called(namespace)}: nobody in it can resolve a name"


def _forgotten(rendering: Rendering) -> None:
    rendering.files["k8s/flows.yaml"] = re.sub(
        r"parties: \[.*\]", "parties: []", rendering.files["k8s/flows.yaml"]
    )
    rendering.files["services/parties/rpc/leads.py"] = (
        "from crm.sales.v1 import opportunities_pb2_grpc"
    )


@check(34, _forgotten)
def the_code_calls_nobody_else(rendering: Rendering) -> Complaints:
    calls = rendering.document("k8s/flows.yaml")["calls"]
    for path, text in {**_sources(), **rendering.files}.items():
        service = re.match(r"services/(\w+)/.*\.py$", path)
        if service is None:
            continue
        for other in re.findall(r"from crm\.(\w+)\.v1 import .*_pb2_grpc", text):
            if other not in {service[1], *calls[service[1]]}:
                yield f"{path} calls {other}, which flows.yaml does not allow {service[1]}"


def _sources() -> dict[str, str]:
    found = (ROOT / "services").rglob("*.py")
    return {str(path.relative_to(ROOT)): path.read_text() for path in found}


def _policies(rendering: Rendering) -> list[Object]:
    return rendering.of("NetworkPolicy")


def _peers(policy: Object) -> list[Object]:
    rules = [*policy["spec"].get("ingress", []), *policy["spec"].get("egress", [])]
    return [peer for rule in rules for key in ("from", "to") for peer in rule.get(key, [])]


def _own_places(rendering: Rendering) -> list[Place]:
    """The rendered pods; in production the stores are there by reference, known by their labels."""
    rendered = [
        place(pod_labels(each)[NAME], pod_labels(each), each["metadata"]["namespace"])
        for each in rendering.workloads()
    ]
    return rendered if rendering.overlay == "local" else [*rendered, *_stores_elsewhere()]


def _stores_elsewhere() -> list[Place]:
    return [
        place("nats", {NAME: "nats"}, "rapport-data"),
        place("valkey", {NAME: "valkey"}, "rapport-data"),
        place("postgresql", {NAME: "postgresql"}, "rapport-data"),
        *(
            place(f"{name}-db", {"cnpg.io/cluster": f"{name}-db"}, "rapport-data")
            for name in SERVICES
        ),
    ]


def _neighbours(flows: Object) -> list[Place]:
    return [
        place(name, {}, f"outside-{name}", **labels) for name, labels in flows["neighbours"].items()
    ]


def _wanted(flows: Object, present: set[str]) -> set[Flow]:
    """What flows.yaml and the README promise, said independently of what writes the policies."""
    calls = {(name, other, GRPC) for name in PROCESSES for other in flows["calls"][name]}
    stores = {(name, "nats", NATS) for name in PROCESSES}
    stores |= {(name, "valkey", VALKEY) for name in flows["valkey"]}
    for name, store in product(SERVICES, ("postgresql", "own")):
        database = f"{name}-db" if store == "own" else store
        stores |= {(user, database, POSTGRES) for user in (name, f"migrate-{name}")}
    outside = {(name, "telemetry", OTLP) for name in PROCESSES} | {("door", "gateway", HTTP)}
    observed = {("monitoring", name, OPS) for name in PROCESSES} | {("monitoring", "nats", 7777)}
    every = calls | stores | outside | observed | _mailed(flows) | _operated(flows)
    return {flow for flow in every if {*flow[:2]} <= present}


def _mailed(flows: Object) -> set[Flow]:
    """A mail server may be anywhere that is not ours."""
    return set(product(flows["mail"], flows["neighbours"], MAIL))


def _operated(flows: Object) -> set[Flow]:
    """Instances of a database read the cluster's API, whose address no selector can name."""
    databases = [f"{name}-db" for name in SERVICES]
    return (
        {(name, other, 443) for name in databases for other in flows["neighbours"]}
        | {("database-operator", name, port) for name in databases for port in (POSTGRES, 8000)}
        | {("monitoring", name, 9187) for name in databases}
    )


def _is_outside(each: Place) -> bool:
    return each.namespace.startswith("outside")
