"""Images: pinned, from registries that we trust, and the same for a service and its migration."""

from tests.k8s.checking import Complaints, check
from tests.k8s.rendering import (
    SERVICES,
    Rendering,
    called,
    containers,
    process,
    sales,
)

TRUSTED = (
    "registry.example.com/rapport/",
    "localhost/rapport/",
    "docker.io/library/postgres:",
    "docker.io/library/nats:",
    "docker.io/valkey/valkey:",
)


def _latest(rendering: Rendering) -> None:
    process(rendering)["image"] = "registry.example.com/rapport/sales:latest"


def _by_tag(rendering: Rendering) -> None:
    process(rendering)["image"] = "registry.example.com/rapport/sales:1.0"


@check(3, _latest, _by_tag)
def images_are_pinned(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        for each in containers(workload):
            image = each["image"]
            tag = image.rsplit("/", 1)[-1].partition(":")[2]
            if "@sha256:" not in image and (tag in {"", "latest"}):
                yield f"{called(workload)}: give {image} a tag or a digest"
            if rendering.overlay == "production" and "@sha256:" not in image:
                yield f"{called(workload)}: production names {image} by digest"


def _stranger(rendering: Rendering) -> None:
    process(rendering)["image"] = "docker.io/bitnami/postgresql@sha256:" + "0" * 64


@check(4, _stranger)
def images_come_from_registries_we_trust(rendering: Rendering) -> Complaints:
    for workload in rendering.workloads():
        for each in containers(workload):
            if not each["image"].startswith(TRUSTED):
                yield f"{called(workload)}: {each['image']} is on no list of ours"


def _always(rendering: Rendering) -> None:
    process(rendering)["imagePullPolicy"] = "Always"


def _unsaid(rendering: Rendering) -> None:
    del process(rendering)["imagePullPolicy"]


@check(5, _always, _unsaid)
def images_are_pulled_once(rendering: Rendering) -> Complaints:
    """A digest cannot change, so asking the registry at every start only adds a way to fail."""
    for workload in rendering.workloads():
        for each in containers(workload):
            if each.get("imagePullPolicy") != "IfNotPresent":
                yield f"{called(workload)}: set imagePullPolicy to IfNotPresent"


def _older_service(rendering: Rendering) -> None:
    process(rendering)["image"] = "registry.example.com/rapport/sales@sha256:" + "1" * 64


@check(42, _older_service)
def a_service_is_migrated_by_its_own_image(rendering: Rendering) -> Complaints:
    for service in SERVICES:
        serving = containers(rendering.one("Deployment", service))[0]["image"]
        jobs = [
            job
            for job in rendering.of("Job")
            if job["metadata"]["name"].startswith(f"migrate-{service}-")
        ]
        if [containers(job)[0]["image"] for job in jobs] != [serving]:
            yield f"{service}: exactly one migration Job, with the image {serving}"


def _other_module(rendering: Rendering) -> None:
    process(rendering)["args"] = ["-m", "services.parties.main"]


def _gateway_as_service(rendering: Rendering) -> None:
    sales(rendering)["metadata"]["name"] = "gateway"


@check(42, _other_module, _gateway_as_service)
def a_process_starts_the_module_of_its_name(rendering: Rendering) -> Complaints:
    for workload in rendering.of("Deployment"):
        name = workload["metadata"]["name"]
        room = name if name == "gateway" else f"services.{name}"
        if containers(workload)[0]["args"] != ["-m", f"{room}.main"]:
            yield f"{called(workload)}: args start {room}.main"
