"""Workloads: eight of one shape, probed, drained, spread, and rolled out without a gap."""

import ast
import copy
from typing import Any

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import (
    NAME,
    PROCESSES,
    ROOT,
    Object,
    Rendering,
    called,
    containers,
    pod,
    pod_labels,
    process,
    sales,
)

PROBES = ("startupProbe", "readinessProbe", "livenessProbe")
ZONE, HOST = "topology.kubernetes.io/zone", "kubernetes.io/hostname"


def _unprobed(rendering: Rendering) -> None:
    del process(rendering)["livenessProbe"]


@check(20, _unprobed)
def every_process_is_probed(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment", "StatefulSet"):
        for probe in PROBES:
            if probe not in containers(workload)[0]:
                yield f"{called(workload)}: add a {probe}"


def _same_question(rendering: Rendering) -> None:
    process(rendering)["livenessProbe"]["grpc"]["service"] = "readiness"


def _impatient(rendering: Rendering) -> None:
    process(rendering)["livenessProbe"]["failureThreshold"] = 3


def _hasty(rendering: Rendering) -> None:
    process(rendering)["readinessProbe"]["timeoutSeconds"] = 1


@check(21, _same_question, _impatient, _hasty)
def a_slow_dependency_restarts_nobody(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment", "StatefulSet"):
        each = containers(workload)[0]
        alive, ready = each.get("livenessProbe", {}), each.get("readinessProbe", {})
        if _target(alive) == _target(ready):
            yield f"{called(workload)}: liveness asks the same as readiness"
        if alive and alive["periodSeconds"] * alive["failureThreshold"] < 60:
            yield f"{called(workload)}: liveness gives up after less than a minute"
        for probe in PROBES:
            if each.get(probe, {}).get("timeoutSeconds", 3) < 3:
                yield f"{called(workload)}: {probe} waits less than three seconds"


def _strange_port(rendering: Rendering) -> None:
    process(rendering)["readinessProbe"]["grpc"]["port"] = 50052


@check(22, _strange_port)
def probes_ask_ports_that_exist(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment", "StatefulSet"):
        each = containers(workload)[0]
        known = {port[key] for port in each["ports"] for key in ("name", "containerPort")}
        for probe in PROBES:
            action: Object = next(iter(_target(each.get(probe, {})).values()), {})
            if "port" in action and action["port"] not in known:
                yield f"{called(workload)}: {probe} asks port {action['port']}, which is not there"


def _target(probe: Object) -> dict[str, Any]:
    return {each: probe[each] for each in ("grpc", "httpGet", "tcpSocket", "exec") if each in probe}


def _no_pause(rendering: Rendering) -> None:
    del process(rendering)["lifecycle"]


def _killed_early(rendering: Rendering) -> None:
    pod(sales(rendering))["terminationGracePeriodSeconds"] = 15


@check(23, _no_pause, _killed_early)
def a_process_has_time_to_finish(rendering: Rendering) -> Complaints:
    """Callers forget the pod, then calls end, then consumers; slack covers the last traces."""
    grace, slack = _constant("kit/process_runner.py", "GRACE_SECONDS"), 15
    for workload in rendering.of("Deployment"):
        stop = containers(workload)[0].get("lifecycle", {}).get("preStop", {})
        pause = stop.get("sleep", {}).get("seconds", 0)
        if pause < 5:
            yield f"{called(workload)}: preStop sleeps until endpoints have been updated"
        if pause + 2 * grace + slack >= pod(workload)["terminationGracePeriodSeconds"]:
            yield f"{called(workload)}: terminationGracePeriodSeconds is too short"


def _constant(path: str, name: str) -> float:
    """Read without importing, so that this holds while the kit is being changed."""
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return float(ast.literal_eval(node.value))
    raise LookupError(f"{path} has no {name}: say here what replaced it")


def _mismatched(rendering: Rendering) -> None:
    sales(rendering)["spec"]["selector"]["matchLabels"] = {NAME: "parties"}


def _versioned(rendering: Rendering) -> None:
    labels = sales(rendering)["spec"]["selector"]["matchLabels"]
    labels["app.kubernetes.io/version"] = "0.1.0"


@check(26, _mismatched, _versioned)
def selectors_name_their_own_pods_and_nothing_that_changes(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment", "StatefulSet"):
        selector = workload["spec"]["selector"]["matchLabels"]
        if selector != {NAME: workload["metadata"]["name"]}:
            yield f"{called(workload)}: select by {NAME} only"
        if not selector.items() <= pod_labels(workload).items():
            yield f"{called(workload)}: its selector does not match its own pods"


def _alone(rendering: Rendering) -> None:
    sales(rendering)["spec"]["replicas"] = 1


@check(27, _alone, overlays=("production",))
def nobody_works_alone(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment"):
        if workload["spec"].get("replicas", 0) < 2:
            yield f"{called(workload)}: production runs at least two"


def _all_at_once(rendering: Rendering) -> None:
    sales(rendering)["spec"]["strategy"] = {"type": "Recreate"}


@check(28, _all_at_once)
def rollouts_take_nothing_away_first(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment"):
        rolling = workload["spec"]["strategy"].get("rollingUpdate", {})
        if rolling != {"maxSurge": 1, "maxUnavailable": 0}:
            yield f"{called(workload)}: roll out with maxSurge 1 and maxUnavailable 0"


def _no_budget(rendering: Rendering) -> None:
    rendering.objects.remove(rendering.one("PodDisruptionBudget", "sales"))


def _blocking(rendering: Rendering) -> None:
    rendering.one("PodDisruptionBudget", "sales")["spec"]["maxUnavailable"] = 0


@check(29, _no_budget, _blocking)
def drains_take_one_at_a_time_and_never_hang(rendering: Rendering) -> Complaints:
    budgets = {
        each["metadata"]["name"]: each["spec"] for each in rendering.of("PodDisruptionBudget")
    }
    for workload in rendering.of("Deployment"):
        budget = budgets.get(workload["metadata"]["name"], {})
        if budget.get("selector") != workload["spec"]["selector"]:
            yield f"{called(workload)}: no PodDisruptionBudget selects its pods"
        if budget.get("maxUnavailable", 0) < 1:
            yield f"{called(workload)}: its budget must let one pod go"
        if budget.get("unhealthyPodEvictionPolicy") != "AlwaysAllow":
            yield f"{called(workload)}: its budget must not protect pods that never became healthy"


def _clustered(rendering: Rendering) -> None:
    del pod(sales(rendering))["topologySpreadConstraints"][0]


def _spread_by_others(rendering: Rendering) -> None:
    pod(sales(rendering))["topologySpreadConstraints"][0]["labelSelector"] = {
        "matchLabels": {NAME: "parties"}
    }


@check(30, _clustered, _spread_by_others)
def pods_spread_over_zones_and_hosts(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment"):
        spreads = pod(workload).get("topologySpreadConstraints", [])
        if {each["topologyKey"] for each in spreads} != {ZONE, HOST}:
            yield f"{called(workload)}: spread by zone and by host"
        for each in spreads:
            if each["labelSelector"] != workload["spec"]["selector"]:
                yield f"{called(workload)}: spreads by the pods of somebody else"


def _endless(rendering: Rendering) -> None:
    del _job(rendering)["spec"]["activeDeadlineSeconds"]


def _kept(rendering: Rendering) -> None:
    del _job(rendering)["spec"]["ttlSecondsAfterFinished"]


def _restarting(rendering: Rendering) -> None:
    pod(_job(rendering))["restartPolicy"] = "OnFailure"


@check(41, _endless, _kept, _restarting)
def jobs_end_and_are_tidied_away(rendering: Rendering) -> Complaints:
    for job in rendering.of("Job"):
        for wanted in ("backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"):
            if wanted not in job["spec"]:
                yield f"{called(job)}: set {wanted}"
        if pod(job).get("restartPolicy") != "Never":
            yield f"{called(job)}: restartPolicy Never keeps the log of each attempt"


def _job(rendering: Rendering) -> Object:
    return rendering.of("Job")[0]


def _drifted(rendering: Rendering) -> None:
    process(rendering)["resources"]["limits"]["memory"] = "512Mi"


def _missing(rendering: Rendering) -> None:
    rendering.objects.remove(sales(rendering))


@check(45, _drifted, _missing)
def all_processes_have_one_shape(rendering: Rendering) -> Complaints:
    deployments = rendering.of("Deployment")
    if {each["metadata"]["name"] for each in deployments} != {*PROCESSES}:
        yield f"there is one Deployment for each of {PROCESSES}"
    common = _shape(rendering.one("Deployment", "parties"))
    for each in deployments:
        if _shape(each) != common:
            yield f"{called(each)}: differs from parties beyond name, environment, ports and probes"


def _shape(deployment: Object) -> Object:
    """What must not differ: everything but names, settings, ports, rank and number."""
    shape: Object = copy.deepcopy(deployment["spec"])
    name = deployment["metadata"]["name"]
    spec = shape["template"]["spec"]
    for each in spec["containers"]:
        for own in ("name", "image", "args", "env", "ports", *PROBES):
            each.pop(own, None)
    for own in ("serviceAccountName", "priorityClassName"):
        spec.pop(own)
    del shape["replicas"], shape["template"]["metadata"], shape["selector"]
    for spread in spec["topologySpreadConstraints"]:
        del spread["labelSelector"]
    for volume in spec["volumes"]:
        if volume["name"] == "secrets":
            volume["secret"]["secretName"] = volume["secret"]["secretName"].replace(name, "")[:8]
    return shape
