"""A real S3 on this machine, for those who keep files in one: SeaweedFS, started once where it is asked for."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from cli.components.ports import LOOPBACK, free_port
from cli.environment import VENV

BUCKET, KEY, SECRET = "rapport", "tester", "only-for-this-run"
_LONGEST = 60


@dataclass(frozen=True)
class Bucket:
    """Where the bucket is, and how to get in."""

    endpoint: str

    def environment(self, folder: str) -> dict[str, str]:
        """What a service reads to keep its files there."""
        return {
            "RAPPORT_FILES": f"s3://{BUCKET}/{folder}",
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }


def program() -> str | None:
    """SeaweedFS, where there is a wheel of it for the machine."""
    found = VENV / "bin" / "weed"
    return str(found) if found.exists() else shutil.which("weed")


@contextmanager
def running(home: Path) -> Iterator[Bucket]:
    """The server for as long as the block lasts."""
    home.mkdir(parents=True)
    port = free_port()
    who = {"accessKey": KEY, "secretKey": SECRET}
    rights = ["Admin", "Read", "Write", "List"]
    people = {"identities": [{"name": "us", "credentials": [who], "actions": rights}]}
    (home / "s3.json").write_text(json.dumps(people))
    with (home / "log").open("wb") as told:
        process = subprocess.Popen(_command(home, port), cwd=home, stdout=told, stderr=told)
        try:
            _wait(process, f"http://{LOOPBACK}:{port}")
            yield Bucket(f"http://{LOOPBACK}:{port}")
        finally:
            # What it holds is of this run alone, and it takes half a minute to say farewell.
            process.kill()
            process.wait(20)


def _command(home: Path, port: int) -> list[str]:
    taken = {port}
    for _ in range(6):
        taken.add(free_port(taken=taken))
    master, master_rpc, volume, volume_rpc, filer, filer_rpc = sorted(taken - {port})
    return [
        str(program()), "server", f"-dir={home}", f"-ip={LOOPBACK}", f"-ip.bind={LOOPBACK}",
        f"-master.port={master}", f"-master.port.grpc={master_rpc}", "-master.volumeSizeLimitMB=64",
        f"-volume.port={volume}", f"-volume.port.grpc={volume_rpc}", "-volume.max=8",
        "-filer", f"-filer.port={filer}", f"-filer.port.grpc={filer_rpc}",
        # Its further doors have ports of their own, on which another of its kind may stand.
        "-s3.port.iceberg=0", "-s3.port.lance=0",
        "-s3", f"-s3.port={port}", f"-s3.config={home / 's3.json'}",
    ]  # fmt: skip


def _wait(process: "subprocess.Popen[bytes]", endpoint: str) -> None:
    deadline = time.monotonic() + _LONGEST
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(f"{endpoint}/healthz", timeout=2, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise AssertionError("SeaweedFS does not start; see its log.")
