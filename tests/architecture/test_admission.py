"""What services admit and hear of one another is what k8s/flows.yaml says, and exists in the contract."""

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import crm
import pytest
import yaml

from kit.references.copies.follower import referred_to
from kit.rpc.admission import OF_EVERY_SERVICE, REFERENCES
from tests.architecture.sources import ROOT
from tests.entities.cases import CASES, SERVICES


class _Anything:
    """Settings of a service that is not run."""

    redis_url = "redis://127.0.0.1:1"

    def __getattr__(self, name: str) -> str:
        return ""


def _service(service: str) -> Any:
    made: Any = importlib.import_module(f"services.{service}.main")
    return getattr(made, service)(_Anything())


def _admits(service: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = _service(service).admits
    return found


def _methods(service: str) -> set[str]:
    found = set()
    for package in (service, ""):
        for folder in crm.__path__:
            for file in (Path(folder) / package / "v1").glob("*_pb2.py"):
                name = ".".join(("crm", *([package] if package else []), "v1", file.stem))
                contract = importlib.import_module(name).DESCRIPTOR.services_by_name.values()
                found |= {f"{each.name}/{rpc.name}" for each in contract for rpc in each.methods}
    return found


@pytest.mark.parametrize("service", SERVICES)
def test_what_is_admitted_exists_and_may_flow(service: str) -> None:
    """S3: the table of each service, its contract and the network policies say the same."""
    flows = yaml.safe_load((ROOT / "k8s/flows.yaml").read_text())["calls"]
    methods = _methods(service)
    for table in (_admits(service), OF_EVERY_SERVICE):
        for process, admitted in table.items():
            assert set(admitted) <= methods
            assert service in flows[process]


def test_no_service_but_identity_admits_the_gateway_s_door_to_more_than_a_knock() -> None:
    """A letter is ended without signing in (RFC 8058), by a secret that opens nothing else."""
    admitting = {service for service in SERVICES if "gateway" in _admits(service)}
    assert admitting == {"identity", "scheduling"}
    assert list(_admits("scheduling")["gateway"]) == ["Notifications/Unsubscribe"]


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_handles_is_what_its_nats_user_may_take(service: str) -> None:
    """S3: a handler that flows.yaml does not name would wait for its events in vain."""
    flows = yaml.safe_load((ROOT / "k8s/flows.yaml").read_text())["handlers"]
    heard = {listener.name: listener.subject for listener in _service(service).consumers}
    assert flows.get(service, {}) == heard, "write k8s/flows.yaml, then run python -m k8s.flows"


@pytest.mark.parametrize("service", SERVICES)
def test_what_a_service_copies_is_what_its_nats_user_may_follow(service: str) -> None:
    """S3, B1: whom its records refer to stands in flows.yaml, and the owner admits the questions."""
    flows = yaml.safe_load((ROOT / "k8s/flows.yaml").read_text())
    records = [case.record for case in CASES.values() if case.service == service]
    owners = {entity.partition(".")[0] for entity in referred_to(records)}
    assert set(flows["copies"].get(service, ())) == owners
    assert all(set(REFERENCES) <= set(_admits(owner).get(service, ())) for owner in owners)
