"""Rendering is quiet and always the same, and what is written from a source is true to it."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from k8s import flows, lock
from tests.k8s.rendering import (
    OVERLAYS,
    ROOT,
    SERVICES,
    Rendering,
    called,
    copied_tree,
    kubectl,
    render,
)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_renders_without_warnings_and_always_the_same(overlay: str, tree: Path) -> None:
    first, complaints = render(tree, overlay)
    assert not complaints
    assert render(tree, overlay)[0] == first


def test_kubectl_is_a_version_that_the_platform_names(tree: Path) -> None:
    done = subprocess.run(
        [kubectl(), "version", "--client", "--output=yaml"], capture_output=True, check=True
    )
    version = yaml.safe_load(done.stdout)["clientVersion"]["gitVersion"]
    versions = yaml.safe_load((tree / "platform/versions.yaml").read_text())["kubernetes"]
    assert version.removeprefix("v").startswith(f"{versions['newest']}.")


def test_network_policies_are_written_from_the_flows() -> None:
    source = yaml.safe_load((ROOT / "k8s/flows.yaml").read_text())
    written = (ROOT / "k8s/base/policies.yaml").read_text()
    assert written == flows.written(source), "run python -m k8s.flows"


def test_nats_users_are_written_from_the_flows(tree: Path) -> None:
    """S3: a user for each process, in the trial with a password of its own."""
    source = yaml.safe_load((ROOT / "k8s/flows.yaml").read_text())
    template = (ROOT / "k8s/platform/nats.users.conf").read_text()
    assert template == flows.nats_users(source), "run python -m k8s.flows"
    made = tree / "overlays/local/made"
    users = (made / "nats/users.conf").read_text()
    assert "PASSWORD-OF" not in users
    for process in source["calls"]:
        password = (made / process / "NATS_URL").read_text().split(":")[2].partition("@")[0]
        assert users.count(f'"{password}"') == 1


def test_applying_step_by_step_leaves_nothing_out(renderings: dict[str, Rendering]) -> None:
    steps = re.findall(r'^step ".*" (\w+)$', (ROOT / "k8s/apply").read_text(), re.MULTILINE)
    for rendering in renderings.values():
        for each in rendering.objects:
            assert each["metadata"]["labels"]["app.kubernetes.io/component"] in steps, called(each)


def test_trial_secrets_are_new_in_every_checkout(tree: Path, tmp_path: Path) -> None:
    first = (tree / "overlays/local/made/sales/RAPPORT_CONTEXT_KEY").read_text()
    again = copied_tree(tmp_path) / "overlays/local"
    assert (again / "made/sales/RAPPORT_CONTEXT_KEY").read_text() != first


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    if not linter.exists():
        pytest.skip("hadolint is not installed")
    done = subprocess.run(
        [linter, ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("service", ["gateway", *SERVICES])
def test_the_lock_pins_what_an_image_asks_for_by_name(
    service: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    pinned = lock.pins(Path("requirements.lock").read_text())
    asked = {lock.canonical(each) for each in lock.wanted(["dependencies", service])}
    assert all(any(each.startswith(name) for each in asked) for name in pinned.keys() & asked)
