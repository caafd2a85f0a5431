"""A built image, looked at from inside; name it: `IMAGE=localhost/rapport/sales:dev pytest …`."""

import json
import os
import shutil
import subprocess
from typing import Any

import pytest

ENGINE = shutil.which("podman") or shutil.which("docker") or ""
IMAGE = os.environ.get("IMAGE", "")
pytestmark = pytest.mark.skipif(
    not (ENGINE and IMAGE), reason="name a built image in IMAGE; needs podman or docker"
)
CONFINED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
INSIDE = """
import json, os, shutil, importlib.util
def writable(path):
    try:
        open(path, "w").close()
    except OSError:
        return False
    return True
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "writable": [path for path in ("/x", "/app/x", "/opt/x", "/var/x") if writable(path)],
    "tools": [name for name in ("gcc", "git", "node", "npm", "curl") if shutil.which(name)],
    "rooms": sorted(name for name in os.listdir("/app") if not name.startswith("_")),
    "services": [name for name in os.listdir("/app/services") if not name.startswith("_")]
        if os.path.isdir("/app/services") else [],
    "modules": [name for name in ("pip", "grpc_tools", "cli", "pytest", "typer")
        if importlib.util.find_spec(name)],
    "init": open("/proc/1/cmdline").read().split("\\0")[0],
}))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    command = [ENGINE, "run", "--rm", "--network", "none", *CONFINED, IMAGE, "-c", INSIDE]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_runs_as_nobody_and_can_write_nowhere(seen: dict[str, Any]) -> None:
    assert seen["user"] == [10001, 10001]
    assert seen["writable"] == []


def test_it_holds_nothing_to_build_or_install_with(seen: dict[str, Any]) -> None:
    assert seen["tools"] == []
    assert seen["modules"] == []


def test_it_holds_the_kit_the_contract_and_its_own_room(seen: dict[str, Any]) -> None:
    own = IMAGE.rsplit("/", 1)[-1].split(":", maxsplit=1)[0]
    room = "gateway" if own == "gateway" else "services"
    assert seen["rooms"] == sorted(["kit", "proto", room])
    assert seen["services"] == ([] if own == "gateway" else [own])


def test_its_first_process_passes_signals_on(seen: dict[str, Any]) -> None:
    assert seen["init"] == "tini"
