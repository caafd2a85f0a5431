"""What the API itself would refuse: unknown fields, wrong types, versions that are gone."""

import json
from functools import cache

import kubernetes_validate

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import Rendering, called, process, sales

# Objects of operators; their schemas come with the operators, not with Kubernetes.
CUSTOM = {
    "external-secrets.io/v1",
    "gateway.networking.k8s.io/v1",
    "postgresql.cnpg.io/v1",
}
STABLE = ("v1", "apps/v1", "batch/v1", "policy/v1", "networking.k8s.io/v1", "scheduling.k8s.io/v1")


def _unknown_field(rendering: Rendering) -> None:
    process(rendering)["livenessProbe"]["grpc"]["host"] = "sales"


def _wrong_type(rendering: Rendering) -> None:
    sales(rendering)["spec"]["replicas"] = "two"


@check(1, _unknown_field, _wrong_type)
def objects_have_the_shape_that_every_supported_cluster_knows(rendering: Rendering) -> Complaints:
    supported = rendering.document("k8s/platform/versions.yaml")["kubernetes"]
    for each in rendering.objects:
        if each["apiVersion"] in CUSTOM:
            continue
        for version in (supported["oldest"], supported["newest"]):
            refusal = _refusal(json.dumps(each), version)
            if refusal:
                yield f"{called(each)} in {version}: {refusal}"


@cache
def _refusal(written: str, version: str) -> str:
    """Kept, because most objects are the same in both overlays and in every broken copy."""
    try:
        kubernetes_validate.validate(json.loads(written), version, strict=True)
    except kubernetes_validate.ValidationError as wrong:
        return str(wrong)
    return ""


def _beta(rendering: Rendering) -> None:
    rendering.one("PodDisruptionBudget", "sales")["apiVersion"] = "policy/v1beta1"


@check(2, _beta)
def only_stable_versions_are_used(rendering: Rendering) -> Complaints:
    for each in rendering.objects:
        if each["apiVersion"] not in CUSTOM and each["apiVersion"] not in STABLE:
            yield f"{called(each)}: {each['apiVersion']} is not on the list of stable versions"
