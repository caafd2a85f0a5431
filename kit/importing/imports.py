"""The service `Imports` of one process."""

from collections.abc import Sequence
from typing import Any

from crm.v1.imports_pb2_grpc import ImportsServicer

from kit.importing import tables as _tables  # noqa: F401 - every service keeps them
from kit.records.process import Process


class Imports(ImportsServicer):
    """Files taken in by this process, for its own entities."""

    def __init__(self, process: Process, records: Sequence[Any]) -> None:
        self.process = process
        self.records = {each.record.entity: each for each in records}
