"""A call that was answered before is answered alike, less what the caller may no longer see."""

from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import msgspec
from google.protobuf import descriptor_pool

from kit.actor import calling
from kit.rpc import call as rpc

if TYPE_CHECKING:
    from kit.records.process import Process
    from kit.wire import Shape


async def as_seen_now(process: "Process", reply: bytes) -> bytes:
    """The answer as it was kept, without fields hidden since; NotFound for a record that is lost."""
    shape, actor = _shape(process, rpc.current().method), calling()
    if shape is None or actor.is_system:
        return reply
    message: Any = shape.message.FromString(reply)
    values = msgspec.json.decode(message.json) if message.HasField("json") else None
    record_id = UUID(message.id if values is None else values["id"])
    permit = process.policy.permit(actor, shape.record)
    await process.reader.one(permit, record_id, ("id",))
    hidden = permit.hidden.intersection((*shape.names, "custom"))
    if values is not None:
        shown = {name: value for name, value in values.items() if name not in hidden}
        if "custom" in shown:
            shown["custom"] = permit.custom.unveiled(shown["custom"])
        message.json = msgspec.json.encode(shown)
    for name in hidden:
        message.ClearField(name)
    for key in permit.custom.veil:
        message.custom.pop(key, None)
    kept: bytes = message.SerializeToString()
    return kept


def _shape(process: "Process", method: str) -> "Shape | None":
    """What a method answers, when that is a record of this service."""
    answered = _output(method)
    return next((s for s in process.shapes.values() if s.message.DESCRIPTOR is answered), None)


@cache
def _output(method: str) -> Any:
    return descriptor_pool.Default().FindMethodByName(method.replace("/", ".")).output_type
