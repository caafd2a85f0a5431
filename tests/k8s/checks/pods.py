"""Pods that may do little: no root, no powers, no host, no token, nothing to write but /tmp."""

from typing import Any

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import Object, Rendering, called, containers, pod, process, sales


def _as_root(rendering: Rendering) -> None:
    pod(sales(rendering))["securityContext"]["runAsUser"] = 0


def _maybe_root(rendering: Rendering) -> None:
    del pod(sales(rendering))["securityContext"]["runAsNonRoot"]


@check(6, _as_root, _maybe_root)
def nobody_is_root(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        context = pod(workload)["securityContext"]
        if context.get("runAsNonRoot") is not True:
            yield f"{called(workload)}: set runAsNonRoot"
        if min(context.get("runAsUser", 0), context.get("runAsGroup", 0)) < 10000:
            yield f"{called(workload)}: user and group from 10000 on belong to nobody on the host"


def _privileged(rendering: Rendering) -> None:
    process(rendering)["securityContext"]["privileged"] = True


def _escalating(rendering: Rendering) -> None:
    del process(rendering)["securityContext"]["allowPrivilegeEscalation"]


@check(7, _privileged, _escalating)
def nobody_gains_privileges(rendering: Rendering) -> Complaints:
    for workload, context in _contexts(rendering):
        if context.get("privileged") is not False:
            yield f"{called(workload)}: set privileged: false"
        if context.get("allowPrivilegeEscalation") is not False:
            yield f"{called(workload)}: set allowPrivilegeEscalation: false"


def _capable(rendering: Rendering) -> None:
    process(rendering)["securityContext"]["capabilities"] = {"drop": ["ALL"], "add": ["NET_RAW"]}


def _all_kept(rendering: Rendering) -> None:
    del process(rendering)["securityContext"]["capabilities"]


@check(8, _capable, _all_kept)
def nobody_has_capabilities(rendering: Rendering) -> Complaints:
    for workload, context in _contexts(rendering):
        if context.get("capabilities") != {"drop": ["ALL"]}:
            yield f"{called(workload)}: drop ALL capabilities and add none"


def _writable(rendering: Rendering) -> None:
    process(rendering)["securityContext"]["readOnlyRootFilesystem"] = False


def _unbounded(rendering: Rendering) -> None:
    pod(sales(rendering))["volumes"].append({"name": "scratch", "emptyDir": {}})


def _no_tmp(rendering: Rendering) -> None:
    mounts = process(rendering)["volumeMounts"]
    mounts[:] = [each for each in mounts if each["mountPath"] != "/tmp"]  # noqa: S108 - where a pod may write


@check(9, _writable, _unbounded, _no_tmp)
def only_sized_volumes_are_written(rendering: Rendering) -> Complaints:
    for workload, context in _contexts(rendering):
        if context.get("readOnlyRootFilesystem") is not True:
            yield f"{called(workload)}: set readOnlyRootFilesystem"
    for workload in rendering.workloads():
        for volume in pod(workload).get("volumes", []):
            if "emptyDir" in volume and "sizeLimit" not in volume["emptyDir"]:
                yield f"{called(workload)}: give emptyDir {volume['name']} a sizeLimit"
    for workload in rendering.of("Deployment", "Job"):
        paths = {mount["mountPath"] for mount in containers(workload)[0]["volumeMounts"]}
        if "/tmp" not in paths:  # noqa: S108 - the path inside the container
            yield f"{called(workload)}: Python wants a /tmp that it may write"


def _unconfined(rendering: Rendering) -> None:
    pod(sales(rendering))["securityContext"]["seccompProfile"] = {"type": "Unconfined"}


@check(10, _unconfined)
def system_calls_are_filtered(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        if pod(workload)["securityContext"].get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{called(workload)}: set seccompProfile RuntimeDefault"


def _host_network(rendering: Rendering) -> None:
    pod(sales(rendering))["hostNetwork"] = True


def _host_path(rendering: Rendering) -> None:
    pod(sales(rendering))["volumes"].append({"name": "host", "hostPath": {"path": "/"}})


def _host_port(rendering: Rendering) -> None:
    process(rendering)["ports"][0]["hostPort"] = 80


@check(11, _host_network, _host_path, _host_port)
def the_host_is_out_of_reach(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        spec = pod(workload)
        if any(spec.get(each) for each in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{called(workload)}: shares a namespace of the host"
        if any("hostPath" in volume for volume in spec.get("volumes", [])):
            yield f"{called(workload)}: mounts a path of the host"
        if any(
            "hostPort" in port for each in containers(workload) for port in each.get("ports", [])
        ):
            yield f"{called(workload)}: takes a port of the host"


def _sysctl(rendering: Rendering) -> None:
    pod(sales(rendering))["securityContext"]["sysctls"] = [{"name": "kernel.msgmax", "value": "1"}]


def _proc(rendering: Rendering) -> None:
    process(rendering)["securityContext"]["procMount"] = "Unmasked"


@check(12, _sysctl, _proc)
def the_kernel_is_left_alone(rendering: Rendering) -> Complaints:
    odd = ("sysctls", "procMount", "windowsOptions", "seLinuxOptions")
    for workload, context in _contexts(rendering):
        for each in odd:
            if each in context or each in pod(workload)["securityContext"]:
                yield f"{called(workload)}: leave {each} at its default"


def _default_account(rendering: Rendering) -> None:
    pod(sales(rendering))["serviceAccountName"] = "default"


def _borrowed_account(rendering: Rendering) -> None:
    pod(sales(rendering))["serviceAccountName"] = "parties"


@check(13, _default_account, _borrowed_account)
def every_workload_has_its_own_account(rendering: Rendering) -> Complaints:
    existing = {
        (each["metadata"]["namespace"], each["metadata"]["name"])
        for each in rendering.of("ServiceAccount")
    }
    for workload in rendering.workloads():
        name = workload["metadata"]["name"]
        own = "migration" if workload["kind"] == "Job" else name
        if pod(workload).get("serviceAccountName") != own:
            yield f"{called(workload)}: runs as the account {own}"
        if (workload["metadata"]["namespace"], own) not in existing:
            yield f"{called(workload)}: the account {own} is not there"


def _with_token(rendering: Rendering) -> None:
    pod(sales(rendering))["automountServiceAccountToken"] = True


def _account_with_token(rendering: Rendering) -> None:
    rendering.one("ServiceAccount", "sales").pop("automountServiceAccountToken")


@check(14, _with_token, _account_with_token)
def nobody_holds_a_token_of_the_cluster(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        if pod(workload).get("automountServiceAccountToken") is not False:
            yield f"{called(workload)}: set automountServiceAccountToken: false"
    for account in rendering.of("ServiceAccount"):
        if account.get("automountServiceAccountToken") is not False:
            yield f"{called(account)}: set automountServiceAccountToken: false"


def _admin(rendering: Rendering) -> None:
    rendering.objects.append({"kind": "ClusterRoleBinding", "metadata": {"name": "admin"}})


@check(15, _admin)
def nobody_asks_the_cluster_for_anything(rendering: Rendering) -> Complaints:
    for each in rendering.of("Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"):
        yield f"{called(each)}: no process of ours speaks to the cluster's API"


def _links(rendering: Rendering) -> None:
    del pod(sales(rendering))["enableServiceLinks"]


@check(39, _links)
def no_variables_appear_by_themselves(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        if pod(workload).get("enableServiceLinks") is not False:
            yield f"{called(workload)}: set enableServiceLinks: false"


def _contexts(rendering: Rendering) -> list[tuple[Object, dict[str, Any]]]:
    return [
        (workload, each.get("securityContext", {}))
        for workload in rendering.workloads()
        for each in containers(workload)
    ]
