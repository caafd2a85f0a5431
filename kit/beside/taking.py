"""Which entities take notes, by what the contract says of them; services and gateway go by the same."""

from typing import Any

from crm.v1 import options_pb2

from kit.wire.contract import service_of


def takes_notes(message: Any) -> bool:
    """Whether people write notes on such records.

    Not on what configures the organisation or gives access in it, not on what is confidential, which is
    talk itself, not on a log, which nobody changes, and not where the contract says `no_notes`.
    """
    said, service = message.GetOptions().Extensions[options_pb2.entity], service_of(message)
    changes = service is not None and "Update" in service.methods_by_name
    return changes and not (said.governed_by or said.confidential or said.no_notes)
