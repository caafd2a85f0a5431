"""Network policies evaluated as a cluster would: may this pod reach that one on this port?"""

from dataclasses import dataclass
from typing import Any

from tests.k8s.rendering import Object

NAMESPACE_NAME = "kubernetes.io/metadata.name"


@dataclass(frozen=True)
class Place:
    """A pod, by what policies see of it: its labels, and its namespace with labels."""

    name: str
    labels: tuple[tuple[str, str], ...]
    namespace: str
    namespace_labels: tuple[tuple[str, str], ...] = ()

    def of_namespace(self) -> dict[str, str]:
        return {NAMESPACE_NAME: self.namespace, **dict(self.namespace_labels)}


def place(name: str, labels: dict[str, str], namespace: str, **of_namespace: str) -> Place:
    return Place(name, tuple(labels.items()), namespace, tuple(of_namespace.items()))


def allowed(policies: list[Object], source: Place, target: Place, port: int) -> bool:
    leaving = _permits(policies, source, target, port, "Egress", "to")
    return leaving and _permits(policies, target, source, port, "Ingress", "from")


def _permits(
    policies: list[Object], owner: Place, other: Place, port: int, direction: str, peers: str
) -> bool:
    """A pod that no policy selects is open; one that is selected may do what any of them allows."""
    selecting = [
        each
        for each in policies
        if each["metadata"]["namespace"] == owner.namespace
        and direction in each["spec"]["policyTypes"]
        and matches(each["spec"]["podSelector"], dict(owner.labels))
    ]
    rules = [rule for each in selecting for rule in each["spec"].get(direction.lower(), [])]
    return not selecting or any(
        _port_fits(rule, port) and _peer_fits(rule.get(peers), owner, other) for rule in rules
    )


def _port_fits(rule: Object, port: int) -> bool:
    return not rule.get("ports") or any(each["port"] == port for each in rule["ports"])


def _peer_fits(peers: list[Object] | None, owner: Place, other: Place) -> bool:
    """No list of peers means everybody, as the API defines it."""
    return not peers or any(_is(peer, owner, other) for peer in peers)


def _is(peer: Object, owner: Place, other: Place) -> bool:
    if "namespaceSelector" in peer:
        near = matches(peer["namespaceSelector"], other.of_namespace())
    else:
        near = owner.namespace == other.namespace
    return near and matches(peer.get("podSelector", {}), dict(other.labels))


def matches(selector: Object, labels: dict[str, str]) -> bool:
    wanted: dict[str, str] = selector.get("matchLabels", {})
    within: list[dict[str, Any]] = selector.get("matchExpressions", [])
    assert all(each["operator"] == "In" for each in within), "evaluate other operators first"
    return wanted.items() <= labels.items() and all(
        labels.get(each["key"]) in each["values"] for each in within
    )
