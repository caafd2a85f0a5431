"""What can be done to many records: a change, deleting, restoring, and the verbs that say so."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from crm.v1 import bulk_pb2 as pb
from google.protobuf.message import DecodeError
from google.protobuf.message_factory import GetMessageClass

from kit.bulk.rows import Row
from kit.entity import Level, Record, Rows, Tagged
from kit.entity.record import STAMPS
from kit.errors import Invalid, Refused
from kit.records.methods.custom_values import taken
from kit.records.methods.standard import Records
from kit.records.methods.verbs import Verb, verbs_of
from kit.records.write.work import Work
from kit.wire.contract import service_of

CHANGE, DELETE, RESTORE, UNDO = "change", "delete", "restore", "undo"
_NO_CALL = "Nothing is said with this; leave the values out."


class Action(ABC):
    """What is done to each record, as the caller may do it now; making one refuses who may not."""

    level: Level | None
    """How far a record has to be open to whoever does it; None where that was judged before."""
    binned: bool = False
    """Whether it is done to what stands in the bin."""
    gives_back: bool = False
    """Whether it takes back what the same person did."""
    hands_over: bool = False
    """Whether it reaches what a person has by the right to hand that over."""
    fields: Sequence[str] = ()
    """The fields that it sets."""
    undoable = True

    def __init__(self, records: Records[Any, Any]) -> None:
        self.records = records

    @property
    def method(self) -> str:
        """The method of the contract that does the same to one record."""
        return type(self).__name__

    @abstractmethod
    async def do(self, work: Work, record: Any, row: Row) -> None:
        """Does it to one record, or raises the problem for which that one stays as it is."""


class Update(Action):
    """Fields get values, the owner among them; tags are added and taken away."""

    def __init__(self, records: Records[Any, Any], request: pb.BulkRequest) -> None:
        super().__init__(records)
        permit = records.permit("edit")
        names = self._named(request)
        self._add, self._remove = list(request.add_tags), list(request.remove_tags)
        tags = self._add or self._remove
        if tags and not issubclass(records.record, Tagged):
            raise Invalid(add_tags=f"{records.record.plural} have no tags.")
        if tags and "tags" in names:
            raise Invalid(add_tags="Say the tags as a whole, or those to add and to take away.")
        self.fields = [*names, "tags"] if tags else names
        if not self.fields:
            raise Invalid(values="Say what is to be changed.")
        permit.require_settable(self.fields, new=False)
        _refuse_rows(records.record, [name for name in names if name != "custom"])
        self._values = records.shape.values(self._message, [n for n in names if n != "custom"])
        self.level = Level.FULL if "owner_id" in names else Level.EDIT

    def _named(self, request: pb.BulkRequest) -> list[str]:
        """The fields that are to get values, `custom` among them."""
        shape = self.records.shape
        if not request.HasField("call"):
            self._message: Any = shape.message()
            return []
        call = _said(self.records, "Update", request)
        self._message = call.record
        names = sorted(set(call.mask.paths) or {*shape.given(call.record)} - STAMPS)
        unknown = [name for name in names if name not in shape.fields and name != "custom"]
        if unknown:
            raise Invalid("", dict.fromkeys(unknown, "There is no such field."))
        return names

    async def do(self, work: Work, record: Any, row: Row) -> None:
        wanted = self._wanted(work, record)
        values = {name: value for name, value in wanted if getattr(record, name) != value}
        if values:
            await self.records.amend(work, record, values)

    def _wanted(self, work: Work, record: Any) -> Iterable[tuple[str, Any]]:
        for name, value in self._values.items():
            # Each has a list of its own: one may grow where another does not.
            yield name, list(value) if isinstance(value, list) else value
        if self._add or self._remove:
            yield "tags", self._tags(work, record)
        if "custom" in self.fields:
            permit, choices = work.permit(type(record)), work.process.choices
            yield "custom", taken(permit, choices, self._message.custom, record.custom)

    def _tags(self, work: Work, record: Any) -> list[str]:
        """By whatever a tag is or was called; those to be taken away need not be offered any more."""
        known = work.process.policy.organisation.tags
        gone = {*self._remove, *map(known.meant, self._remove)}
        kept = [each for each in record.tags if each not in gone]
        return kept + [each for each in self._add if known.meant(each) not in kept]


class Delete(Action):
    """Into the bin, or away for good where there is none."""

    level = Level.FULL

    def __init__(self, records: Records[Any, Any], request: pb.BulkRequest) -> None:
        super().__init__(records)
        _refuse_values(request)
        if "Delete" not in records.shape.methods:
            raise Invalid(action=f"{records.record.plural} are not deleted.")
        records.permit("delete")
        self.undoable = not records.record.no_bin

    async def do(self, work: Work, record: Any, row: Row) -> None:
        await self.records.discard(work, record)


class Restore(Action):
    """Out of the bin."""

    level = Level.FULL
    binned = True

    def __init__(self, records: Records[Any, Any], request: pb.BulkRequest) -> None:
        super().__init__(records)
        _refuse_values(request)
        if records.record.no_bin or "Delete" not in records.shape.methods:
            raise Refused(records.record.no_bin or "There is no bin for these.")
        records.permit("delete")

    async def do(self, work: Work, record: Any, row: Row) -> None:
        await self.records.take_back(work, record)


class ByVerb(Action):
    """What a verb does to one record; a business event has no way back but another one."""

    undoable = False

    def __init__(self, records: Records[Any, Any], request: pb.BulkRequest, verb: Verb) -> None:
        super().__init__(records)
        self._verb = verb
        call = _said(records, verb.name, request) if request.HasField("call") else verb.request()
        self._told = verb.said(records, call)
        self.level, self.fields = verb.level, verb.sets

    @property
    def method(self) -> str:
        return self._verb.name

    async def do(self, work: Work, record: Any, row: Row) -> None:
        await self._verb.done_to(self.records, work, record, self._told)


def action_of(records: Records[Any, Any], request: pb.BulkRequest) -> Action:
    """What a request asks for; refuses who may not, and names what is wrong with it."""
    known: Mapping[str, Any] = {"": Update, CHANGE: Update, DELETE: Delete, RESTORE: Restore}
    if made := known.get(request.action):
        if made is Update and "Update" not in records.shape.methods:
            raise Invalid(action=f"{records.record.plural} are not changed by hand.")
        action: Action = made(records, request)
        return action
    verbs = {slug(each.name): each for each in verbs_of(type(records)) if each.bulk}
    if request.action not in verbs:
        offered = ", ".join([CHANGE, DELETE, RESTORE, *sorted(verbs)])
        raise Invalid(action=f"This is not done to many at once; choose one of: {offered}.")
    return ByVerb(records, request, verbs[request.action])


def slug(name: str) -> str:
    """`MoveStage` as its address has it: `move-stage`."""
    return "".join(f"-{each.lower()}" if each.isupper() else each for each in name).lstrip("-")


def _said(records: Records[Any, Any], method: str, request: pb.BulkRequest) -> Any:
    """What is said with a method, which the request carries as it would be sent for one record."""
    contract = service_of(records.message.DESCRIPTOR)
    assert contract is not None  # noqa: S101 - whoever serves records has one
    message = GetMessageClass(contract.methods_by_name[method].input_type)()
    try:
        fits = request.call.Unpack(message)
    except DecodeError:
        fits = False
    if not fits:
        raise Invalid(values=f"Send what {method} is told, as {message.DESCRIPTOR.full_name}.")
    return message


def _refuse_values(request: pb.BulkRequest) -> None:
    if request.HasField("call"):
        raise Invalid(values=_NO_CALL)
    if request.add_tags or request.remove_tags:
        raise Invalid(add_tags="Tags are changed by the action `change`.")


def _refuse_rows(record: type[Record], names: Sequence[str]) -> None:
    """Lines have ids of their own, and no two records have the same."""
    rows = [name for name in names if isinstance(record.fields[name].said.kind, Rows)]
    if rows:
        raise Invalid("", dict.fromkeys(rows, "Lines are changed one record at a time."))
