"""The overlays as the cluster would receive them, and the files beside them."""

import copy
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ("local", "production")
PROCESSES = (
    "gateway",
    "identity",
    "parties",
    "sales",
    "campaigns",
    "helpdesk",
    "scheduling",
    "chat",
)
SERVICES = PROCESSES[1:]
NAME = "app.kubernetes.io/name"

Object = dict[str, Any]


@dataclass
class Rendering:
    """One overlay's objects, and the texts that must agree with them."""

    overlay: str
    objects: list[Object] = field(repr=False)
    files: dict[str, str] = field(repr=False)

    def of(self, *kinds: str) -> list[Object]:
        return [each for each in self.objects if each["kind"] in kinds]

    def one(self, kind: str, name: str) -> Object:
        """The object of this name; generated names are found without their hash."""
        named = [each for each in self.of(kind) if each["metadata"]["name"] == name]
        hashed = [each for each in self.of(kind) if each["metadata"]["name"][:-11] == name]
        return (named or hashed)[0]

    def workloads(self) -> list[Object]:
        return self.of("Deployment", "StatefulSet", "Job")

    def document(self, path: str) -> Any:
        return yaml.safe_load(self.files[path])

    def copy(self) -> "Rendering":
        return copy.deepcopy(self)


def called(each: Object) -> str:
    return f"{each['kind']} {each['metadata']['name']}"


def pod(workload: Object) -> Object:
    spec: Object = workload["spec"]["template"]["spec"]
    return spec


def containers(workload: Object) -> list[Object]:
    spec = pod(workload)
    return [*spec.get("initContainers", []), *spec["containers"]]


def pod_labels(workload: Object) -> dict[str, str]:
    labels: dict[str, str] = workload["spec"]["template"]["metadata"]["labels"]
    return labels


def kubectl() -> str:
    beside = Path(sys.executable).with_name("kubectl")
    found = str(beside) if beside.exists() else shutil.which("kubectl")
    assert found, "kubectl comes with the dev extra: install it"
    return found


def render(tree: Path, overlay: str) -> tuple[str, str]:
    """What kubectl renders, and what it complains about."""
    command = [kubectl(), "kustomize", str(tree / "overlays" / overlay)]
    # The wheel's kubectl needs a home only to look for a configuration that is not there.
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    assert done.returncode == 0, done.stderr
    return done.stdout, done.stderr


def copied_tree(target: Path) -> Path:
    """The manifests with fresh trial secrets, apart from whatever the checkout holds."""
    tree = target / "k8s"
    shutil.copytree(ROOT / "k8s", tree, ignore=shutil.ignore_patterns("made", "__pycache__"))
    subprocess.run([tree / "overlays/local/secrets"], check=True, capture_output=True)
    return tree


def texts() -> dict[str, str]:
    names = ["Dockerfile", ".dockerignore", "pyproject.toml", "k8s/README.md", "k8s/flows.yaml"]
    paths = [*(ROOT / name for name in names), *(ROOT / "k8s/platform").iterdir()]
    return {str(path.relative_to(ROOT)): path.read_text() for path in paths}


def read(rendered: str, overlay: str) -> Rendering:
    objects = [each for each in yaml.safe_load_all(rendered) if each]
    return Rendering(overlay, objects, texts())


def sales(rendering: Rendering) -> Object:
    """The workload that breaks are tried on."""
    return rendering.one("Deployment", "sales")


def process(rendering: Rendering) -> Object:
    return containers(sales(rendering))[0]
