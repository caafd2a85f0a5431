"""Namespaces: restricted, measured, and nothing of ours outside them."""

from tests.k8s.checking import Complaints, check
from tests.k8s.quantities import amount
from tests.k8s.rendering import (
    Object,
    Rendering,
    called,
    containers,
    pod,
    process,
    sales,
)

LABELS = {f"app.kubernetes.io/{each}" for each in ("name", "part-of", "component", "managed-by")}
WITHOUT = {"Namespace", "PriorityClass"}
MODES = ("enforce", "audit", "warn")


def _baseline(rendering: Rendering) -> None:
    labels = rendering.one("Namespace", "rapport")["metadata"]["labels"]
    labels["pod-security.kubernetes.io/enforce"] = "baseline"


def _elsewhere(rendering: Rendering) -> None:
    sales(rendering)["metadata"]["namespace"] = "default"


@check(16, _baseline, _elsewhere)
def namespaces_are_restricted(rendering: Rendering) -> Complaints:
    for namespace in rendering.of("Namespace"):
        labels = namespace["metadata"]["labels"]
        for mode in MODES:
            if labels.get(f"pod-security.kubernetes.io/{mode}") != "restricted":
                yield f"{called(namespace)}: {mode} the restricted profile"
            if not labels.get(f"pod-security.kubernetes.io/{mode}-version", "").startswith("v1."):
                yield f"{called(namespace)}: pin the version of the profile for {mode}"
    ours = {each["metadata"]["name"] for each in rendering.of("Namespace")}
    for each in rendering.objects:
        if each["kind"] not in WITHOUT and each["metadata"].get("namespace") not in ours:
            yield f"{called(each)}: belongs into one of {sorted(ours)}"


def _unmeasured(rendering: Rendering) -> None:
    del process(rendering)["resources"]["requests"]["ephemeral-storage"]


def _boundless(rendering: Rendering) -> None:
    del process(rendering)["resources"]["limits"]["memory"]


def _inverted(rendering: Rendering) -> None:
    process(rendering)["resources"]["requests"]["memory"] = "1Gi"


@check(17, _unmeasured, _boundless, _inverted)
def every_container_says_what_it_needs(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        for each in containers(workload):
            requests, limits = each["resources"]["requests"], each["resources"]["limits"]
            for what in {"cpu", "memory", "ephemeral-storage"} - {*requests}:
                yield f"{called(workload)}: request {what}"
            for what in {"memory", "ephemeral-storage"} - {*limits}:
                yield f"{called(workload)}: limit {what}"
            for what in {*requests} & {*limits}:
                if amount(requests[what]) > amount(limits[what]):
                    yield f"{called(workload)}: requests more {what} than its limit"


def _throttled(rendering: Rendering) -> None:
    process(rendering)["resources"]["limits"]["cpu"] = "1"


@check(18, _throttled)
def no_processor_is_throttled(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        if any("cpu" in each["resources"]["limits"] for each in containers(workload)):
            yield f"{called(workload)}: a CPU limit throttles bursts; request CPU instead"


def _too_many(rendering: Rendering) -> None:
    sales(rendering)["spec"]["replicas"] = 50


def _no_defaults(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("LimitRange", "defaults"))


@check(19, _too_many, _no_defaults)
def everything_fits_the_quota(rendering: Rendering) -> Complaints:
    yield from _over_quota(rendering, surge=0)
    for namespace in rendering.of("Namespace"):
        name = namespace["metadata"]["name"]
        for kind in ("ResourceQuota", "LimitRange"):
            if not any(each["metadata"]["namespace"] == name for each in rendering.of(kind)):
                yield f"Namespace {name}: add a {kind}"


def _no_room(rendering: Rendering) -> None:
    rendering.one("ResourceQuota", "processes")["spec"]["hard"]["pods"] = "24"


@check(58, _no_room)
def the_quota_leaves_room_for_a_rollout(rendering: Rendering) -> Complaints:
    """Every Deployment may bring one pod more, while all migrations run."""
    yield from _over_quota(rendering, surge=1)


def _over_quota(rendering: Rendering, surge: int) -> Complaints:
    for quota in rendering.of("ResourceQuota"):
        namespace = quota["metadata"]["namespace"]
        for what, allowed in quota["spec"]["hard"].items():
            if what == "persistentvolumeclaims":
                continue
            needed = sum(
                _share(workload, what) * _pods(workload, surge)
                for workload in rendering.workloads()
                if workload["metadata"]["namespace"] == namespace
            )
            if needed > amount(allowed):
                yield f"{called(quota)}: {what} is {allowed}, but {needed} would be needed"


def _pods(workload: Object, surge: int) -> int:
    if workload["kind"] == "Job":
        return 1
    return int(workload["spec"]["replicas"]) + (surge if workload["kind"] == "Deployment" else 0)


def _share(workload: Object, what: str) -> float:
    if what == "pods":
        return 1
    kind, _, resource = what.partition(".")
    return sum(amount(each["resources"][kind].get(resource, 0)) for each in containers(workload))


def _unlabelled(rendering: Rendering) -> None:
    del sales(rendering)["metadata"]["labels"]["app.kubernetes.io/part-of"]


def _ownerless(rendering: Rendering) -> None:
    del sales(rendering)["metadata"]["annotations"]["rapport/owner"]


def _unlabelled_pod(rendering: Rendering) -> None:
    del sales(rendering)["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/version"]


@check(44, _unlabelled, _ownerless, _unlabelled_pod)
def everything_says_what_it_is_and_whose(rendering: Rendering) -> Complaints:
    wanted = LABELS
    for each in rendering.objects:
        for label in wanted - {*each["metadata"].get("labels", {})}:
            yield f"{called(each)}: add the label {label}"
        if "rapport/owner" not in each["metadata"].get("annotations", {}):
            yield f"{called(each)}: add the annotation rapport/owner"
    for workload in rendering.of("Deployment", "Job"):
        labels = workload["spec"]["template"]["metadata"]["labels"]
        for label in {*wanted, "app.kubernetes.io/version"} - {*labels}:
            yield f"{called(workload)}: its pods lack the label {label}"


def _unranked(rendering: Rendering) -> None:
    pod(sales(rendering))["priorityClassName"] = "high"


@check(31, _unranked)
def every_pod_has_a_rank_that_exists(rendering: Rendering) -> Complaints:
    ranks = {each["metadata"]["name"] for each in rendering.of("PriorityClass")}
    for workload in rendering.workloads():
        if pod(workload).get("priorityClassName") not in ranks:
            yield f"{called(workload)}: priorityClassName is one of {sorted(ranks)}"
