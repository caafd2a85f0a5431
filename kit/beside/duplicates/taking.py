"""Which entities are looked through for duplicates, by what the contract says; all go by the same."""

from typing import Any

from crm.v1 import options_pb2

from kit.wire.contract import service_of

_SET_UP = "crm.identity."


def has_duplicates(message: Any) -> bool:
    """Whether two such records may be one, which people make and change, and one of which may go.

    Not what is confidential, where nobody may know what another has said, and not what identity keeps:
    that is the set-up itself, where a second one of a name is refused or means something else.
    """
    said, service = message.GetOptions().Extensions[options_pb2.entity], service_of(message)
    made = service is not None and {"Create", "Update", "Delete"} <= set(service.methods_by_name)
    set_up = message.full_name.startswith(_SET_UP)
    return made and not (said.confidential or said.no_bin or set_up)
