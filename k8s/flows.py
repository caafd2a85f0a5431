"""Writes what flows.yaml allows: the network policies of base/, and the users of NATS for platform/."""

import json
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from kit.events.permissions import permissions

Object: TypeAlias = dict[str, Any]

HERE = Path(__file__).parent
PROCESSES, STORES = "rapport", "rapport-data"
NAME = "app.kubernetes.io/name"
COMPONENT = "app.kubernetes.io/component"
GRPC, HTTP, OPS, OTLP = 50051, 8000, 9090, 4318
POSTGRES, NATS, VALKEY = 5432, 4222, 6379
MAIL = (25, 465, 587)


def policies(flows: Object) -> list[Object]:
    return [
        *(_denied(namespace) for namespace in (PROCESSES, STORES)),
        *(_names(namespace, flows) for namespace in (PROCESSES, STORES)),
        _observed(flows),
        *(_process(name, flows) for name in flows["calls"]),
        *(_migration(name) for name in services(flows)),
        _trial_database(flows),
        *(_database(name, flows) for name in services(flows)),
        _nats(flows),
        _valkey(flows),
    ]


def services(flows: Object) -> list[str]:
    return [name for name in flows["calls"] if name != "gateway"]


def _denied(namespace: str) -> Object:
    return _policy(namespace, "default-deny", {}, ingress=[], egress=[])


def _names(namespace: str, flows: Object) -> Object:
    """Name service answers over UDP, and over TCP when the answer is long."""
    to_names = {"to": [_neighbour(flows, "names")], "ports": [_port(53, "UDP"), _port(53)]}
    return _policy(namespace, "names", {}, egress=[to_names])


def _observed(flows: Object) -> Object:
    everyone = {"matchExpressions": [{"key": NAME, "operator": "In", "values": [*flows["calls"]]}]}
    return _policy(
        PROCESSES,
        "observed",
        everyone,
        ingress=[_from([_neighbour(flows, "monitoring")], OPS)],
        egress=[_to([_neighbour(flows, "telemetry")], OTLP)],
    )


def _process(name: str, flows: Object) -> Object:
    callers = [_pods(caller) for caller, called in flows["calls"].items() if name in called]
    door = [_from([_neighbour(flows, "door")], HTTP)] if name == "gateway" else []
    called = [_pods(service) for service in flows["calls"][name]]
    return _policy(
        PROCESSES,
        name,
        _labelled({NAME: name}),
        ingress=door or [_from(callers, GRPC)],
        egress=[
            *([_to(called, GRPC)] if called else []),
            *_to_stores(name, flows),
            *([{"ports": [_port(each) for each in MAIL]}] if name in flows["mail"] else []),
        ],
    )


def _to_stores(name: str, flows: Object) -> list[Object]:
    database = [] if name == "gateway" else [_to(_databases(name), POSTGRES)]
    valkey = [_to([_store({NAME: "valkey"})], VALKEY)] if name in flows["valkey"] else []
    return [*database, _to([_store({NAME: "nats"})], NATS), *valkey]


def _migration(name: str) -> Object:
    job = f"migrate-{name}"
    return _policy(PROCESSES, job, _labelled({NAME: job}), egress=[_to(_databases(name), POSTGRES)])


def _databases(name: str) -> list[Object]:
    """In production a cluster of its own; in a trial the one PostgreSQL of all."""
    return [_store({"cnpg.io/cluster": f"{name}-db"}), _store({NAME: "postgresql"})]


def _users(name: str) -> list[Object]:
    return [_process_pods(name), _process_pods(f"migrate-{name}")]


def _trial_database(flows: Object) -> Object:
    users = [user for name in services(flows) for user in _users(name)]
    return _policy(
        STORES, "postgresql", _labelled({NAME: "postgresql"}), ingress=[_from(users, POSTGRES)]
    )


def _database(name: str, flows: Object) -> Object:
    """Instances follow one another, obey their operator and read the cluster's API."""
    own = {"cnpg.io/cluster": f"{name}-db"}
    kin = [{"podSelector": {"matchLabels": own}}, _neighbour(flows, "database-operator")]
    return _policy(
        STORES,
        f"{name}-db",
        _labelled(own),
        ingress=[
            _from(_users(name), POSTGRES),
            _from(kin, POSTGRES, 8000),
            _from([_neighbour(flows, "monitoring")], 9187),
        ],
        egress=[_to(kin[:1], POSTGRES, 8000), {"ports": [_port(443), _port(6443)]}],
    )


def _nats(flows: Object) -> Object:
    own = {NAME: "nats"}
    routes = [{"podSelector": {"matchLabels": own}}]
    return _policy(
        STORES,
        "nats",
        _labelled(own),
        ingress=[
            _from([_process_pods(name) for name in flows["calls"]], NATS),
            _from(routes, 6222),
            _from([_neighbour(flows, "monitoring")], 7777),
        ],
        egress=[_to(routes, 6222)],
    )


def _valkey(flows: Object) -> Object:
    own = {NAME: "valkey"}
    kin = [{"podSelector": {"matchLabels": own}}]
    return _policy(
        STORES,
        "valkey",
        _labelled(own),
        ingress=[
            _from([_process_pods(name) for name in flows["valkey"]], VALKEY),
            _from(kin, VALKEY),
        ],
        egress=[_to(kin, VALKEY)],
    )


def _policy(namespace: str, name: str, selector: Object, **rules: list[Object]) -> Object:
    """`ingress=[]` denies, an absent `ingress` says nothing about it."""
    labels = {NAME: name, COMPONENT: "foundation"}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "annotations": {"rapport/owner": "platform"},
            "labels": labels,
        },
        "spec": {
            "podSelector": selector,
            "policyTypes": [direction.capitalize() for direction in rules],
            **{direction: allowed for direction, allowed in rules.items() if allowed},
        },
    }


def _labelled(labels: dict[str, str]) -> Object:
    return {"matchLabels": labels}


def _pods(name: str) -> Object:
    return {"podSelector": _labelled({NAME: name})}


def _process_pods(name: str) -> Object:
    return {"namespaceSelector": _namespace(PROCESSES), **_pods(name)}


def _store(labels: dict[str, str]) -> Object:
    return {"namespaceSelector": _namespace(STORES), "podSelector": _labelled(labels)}


def _namespace(name: str) -> Object:
    return _labelled({"kubernetes.io/metadata.name": name})


def _neighbour(flows: Object, name: str) -> Object:
    return {"namespaceSelector": _labelled(flows["neighbours"][name])}


def _from(peers: list[Object], *ports: int) -> Object:
    return {"from": peers, "ports": [_port(port) for port in ports]}


def _to(peers: list[Object], *ports: int) -> Object:
    return {"to": peers, "ports": [_port(port) for port in ports]}


def _port(number: int, protocol: str = "TCP") -> Object:
    return {"protocol": protocol, "port": number}


class Plain(yaml.SafeDumper):
    """YAML without anchors, which hide what a policy says."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the library names it
        return True


def written(flows: Object) -> str:
    note = "# Written by `python -m k8s.flows` out of flows.yaml; change that file instead.\n"
    return note + yaml.dump_all(policies(flows), Dumper=Plain, sort_keys=False)


def password_of(process: str) -> str:
    """What stands in platform/nats.users.conf until `secrets` or an operator puts a password there."""
    return f"PASSWORD-OF-{process.upper()}"


def nats_users(flows: Object) -> str:
    """The users of NATS; each process may do what flows.yaml says it handles, and publish its own."""
    allowed = permissions(flows["calls"], flows["handlers"], flows["watches"], flows["copies"])
    users = [
        {"user": name, "password": password_of(name), "permissions": each.configuration()}
        for name, each in allowed.items()
    ]
    note = "# Written by `python -m k8s.flows` out of flows.yaml; the passwords are put in later.\n"
    return f"{note}authorization {{ users: {json.dumps(users, indent=1)} }}\n"


def main() -> None:
    flows = yaml.safe_load((HERE / "flows.yaml").read_text())
    (HERE / "base" / "policies.yaml").write_text(written(flows))
    (HERE / "platform" / "nats.users.conf").write_text(nats_users(flows))


if __name__ == "__main__":
    main()
