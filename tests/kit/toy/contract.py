"""The toys' contract, compiled when it is first imported; nothing of it is kept."""

import sys
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from grpc_tools import protoc

_HERE = Path(__file__).parent
_CONTRACT = Path(__file__).parents[3] / "proto"


def _compiled() -> tuple[Any, Any]:
    """The messages and the services; both stay in memory when their files are gone."""
    with TemporaryDirectory() as target:
        source = Path(target, "crm/toys/v1/toys.proto")
        source.parent.mkdir(parents=True)
        source.write_text((_HERE / "toys.proto").read_text())
        _compile(target, source)
        sys.path.append(target)
        try:
            names = ("crm.toys.v1.toys_pb2", "crm.toys.v1.toys_pb2_grpc")
            messages, services = (import_module(name) for name in names)
        finally:
            sys.path.remove(target)
    return messages, services


def _compile(target: str, source: Path) -> None:
    google = Path(protoc.__file__).parent / "_proto"
    paths = [f"-I{target}", f"-I{_CONTRACT}", f"-I{google}"]
    outputs = [f"--python_out={target}", f"--grpc_python_out={target}"]
    if protoc.main(["protoc", *paths, *outputs, str(source)]):
        raise RuntimeError("The toys' contract does not compile.")


pb, services = _compiled()
