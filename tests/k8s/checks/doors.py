"""Services and the one door: ports that resolve, headless where calls are spread, HTTPS outside."""

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import (
    SERVICES,
    Object,
    Rendering,
    called,
    containers,
    pod_labels,
    process,
)


def _long_name(rendering: Rendering) -> None:
    process(rendering)["ports"][0]["name"] = "a-name-of-more-than-fifteen"


def _dangling(rendering: Rendering) -> None:
    rendering.one("Service", "sales")["spec"]["selector"] = {"app.kubernetes.io/name": "nobody"}


def _no_target(rendering: Rendering) -> None:
    rendering.one("Service", "sales")["spec"]["ports"][0]["targetPort"] = "http"


@check(24, _long_name, _dangling, _no_target)
def services_lead_to_ports_of_pods(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment", "StatefulSet"):
        names = [port["name"] for port in containers(workload)[0]["ports"]]
        if len({*names}) < len(names) or any(len(name) > 15 for name in names):
            yield f"{called(workload)}: port names are unique and at most 15 characters long"
    for service in rendering.of("Service"):
        known = {
            port["name"]
            for workload in _selected(rendering, service)
            for port in containers(workload)[0]["ports"]
        }
        if not known:
            yield f"{called(service)}: selects no pod"
        for port in service["spec"]["ports"]:
            if port["targetPort"] not in known:
                yield f"{called(service)}: no pod has the port {port['targetPort']}"


def _selected(rendering: Rendering, service: Object) -> list[Object]:
    selector = service["spec"]["selector"].items()
    return [each for each in rendering.workloads() if selector <= pod_labels(each).items()]


def _one_address(rendering: Rendering) -> None:
    del rendering.one("Service", "sales")["spec"]["clusterIP"]


def _other_port(rendering: Rendering) -> None:
    rendering.one("Service", "sales")["spec"]["ports"][0]["port"] = 80


def _unsaid_protocol(rendering: Rendering) -> None:
    del rendering.one("Service", "sales")["spec"]["ports"][0]["appProtocol"]


@check(25, _one_address, _other_port, _unsaid_protocol)
def callers_see_every_pod(rendering: Rendering) -> Complaints:
    """A headless Service maps no ports: what callers dial must be what pods listen on."""
    for name in SERVICES:
        if rendering.one("Service", name)["spec"].get("clusterIP") != "None":
            yield f"Service {name}: headless, or one pod gets all calls"
    for service in rendering.of("Service"):
        for port in service["spec"]["ports"]:
            if port["port"] not in _numbers(rendering, service, port["targetPort"]):
                yield f"{called(service)}: the same port number inside and out"
            if "appProtocol" not in port:
                yield f"{called(service)}: say the appProtocol"


def _numbers(rendering: Rendering, service: Object, name: str) -> set[int]:
    return {
        port["containerPort"]
        for workload in _selected(rendering, service)
        for port in containers(workload)[0]["ports"]
        if port["name"] == name
    }


def _second_door(rendering: Rendering) -> None:
    rendering.one("Service", "sales")["spec"]["type"] = "LoadBalancer"


def _plain(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("HTTPRoute", "to-https"))


def _unlocked(rendering: Rendering) -> None:
    del rendering.one("Gateway", "door")["spec"]["listeners"][1]["tls"]


def _side_door(rendering: Rendering) -> None:
    rules = rendering.one("HTTPRoute", "door")["spec"]["rules"]
    rules[0]["backendRefs"] = [{"name": "sales", "port": 50051}]


def _patient(rendering: Rendering) -> None:
    del rendering.one("HTTPRoute", "door")["spec"]["rules"][1]["timeouts"]


@check(40, _second_door, _plain, _unlocked, _side_door, _patient, overlays=("production",))
def there_is_one_door_and_it_is_locked(rendering: Rendering) -> Complaints:
    for service in rendering.of("Service"):
        if service["spec"].get("type", "ClusterIP") != "ClusterIP":
            yield f"{called(service)}: only the door is open to the outside"
    yield from _listening(rendering)
    routes = rendering.of("HTTPRoute")
    rules = [rule for route in routes for rule in route["spec"]["rules"]]
    backends = [each["name"] for rule in rules for each in rule.get("backendRefs", [])]
    if {*backends} != {"gateway"}:
        yield f"the door leads to the gateway alone, not to {backends}"
    if any("timeouts" not in rule for rule in rules if "backendRefs" in rule):
        yield "every rule says how long a request may take"
    redirects = [filters for rule in rules for filters in rule.get("filters", [])]
    if "https" not in [each.get("requestRedirect", {}).get("scheme") for each in redirects]:
        yield "plain HTTP is sent on to HTTPS"


def _listening(rendering: Rendering) -> Complaints:
    for door in rendering.of("Gateway"):
        encrypted = [each for each in door["spec"]["listeners"] if each["protocol"] == "HTTPS"]
        if not encrypted or any("tls" not in each for each in encrypted):
            yield f"{called(door)}: one listener speaks TLS"
    if len(rendering.of("Gateway")) != 1 or rendering.of("Ingress"):
        yield "there is exactly one Gateway and no Ingress"
