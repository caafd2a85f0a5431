"""The Python of the contract, built from proto/ into proto/gen when a source has changed."""

import importlib.metadata
import shutil
import subprocess
import sys
from pathlib import Path

from cli.building.stamp import alone, digest, is_current
from cli.environment import ROOT, VENV
from cli.failure import CommandFailed

SOURCES = ROOT / "proto"
GENERATED = SOURCES / "gen"
STAMP = GENERATED / ".stamp"
# Descriptors with the comments, which the generated modules leave out: the gateway publishes them.
DESCRIPTORS = "contract.binpb"
WORKSHOP = VENV / "contract"


def sources() -> list[Path]:
    return sorted((SOURCES / "crm").rglob("*.proto"))


def is_built() -> bool:
    return is_current(STAMP, _digest())


def build() -> None:
    """Compile every source, stubs for mypy included, and put the result in place in one go."""
    with alone(WORKSHOP):
        if is_built():
            return
        draft = WORKSHOP / "draft"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        _compile(draft)
        (draft / STAMP.name).write_text(_digest())
        shutil.rmtree(GENERATED, ignore_errors=True)
        draft.rename(GENERATED)


def _compile(target: Path) -> None:
    outputs = [f"--python_out={target}", f"--grpc_python_out={target}"]
    outputs += [f"--mypy_out=quiet:{target}", f"--mypy_grpc_out=quiet,only_async:{target}"]
    outputs += [f"--descriptor_set_out={target / DESCRIPTORS}", "--include_source_info"]
    plugins = [
        f"--plugin=protoc-gen-{name}={Path(sys.executable).parent / f'protoc-gen-{name}'}"
        for name in ("mypy", "mypy_grpc")
    ]
    names = [str(file.relative_to(SOURCES)) for file in sources()]
    command = [sys.executable, "-m", "grpc_tools.protoc", "-I", str(SOURCES), *plugins, *outputs]
    done = subprocess.run([*command, *names], check=False, capture_output=True, text=True)
    if done.returncode:
        raise CommandFailed(f"The contract does not compile:\n{done.stderr.strip()}")


def _digest() -> str:
    versions = (importlib.metadata.version(name) for name in ("grpcio-tools", "mypy-protobuf"))
    return digest(sources(), DESCRIPTORS, *versions)


if __name__ == "__main__":
    try:
        build()
    except CommandFailed as failure:
        sys.exit(str(failure))
