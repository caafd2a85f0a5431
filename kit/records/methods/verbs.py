"""`@verb`: what every verb owes is said in its declaration, so that none can forget it.

    @verb(sets=("status", "resolution"), follows=("resolved_at",))
    async def Resolve(self, work, ticket, said):
        ticket.resolve(said.resolution, datetime.now(UTC))

Before the rule: the right to the entity, the access to what is set, each input read within the bounds
of the field for which it stands, the record within reach, and its version. After it: the record as the
caller may see it, kept under the idempotency key. Which inputs there are, what they stand for and
whether anything changes, the contract says: see proto/crm/v1/options.proto.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message_factory import GetMessageClass

from kit.entity import Level, Record
from kit.entity.kinds import Kind
from kit.errors import Invalid
from kit.records.write.work import Work
from kit.wire.contract import service_of
from kit.wire.options import is_bulk, is_secret, kind_of, stands_for

if TYPE_CHECKING:
    from kit.records.methods.standard import Records

Rule = Callable[..., Awaitable[Any]]
Hold = Callable[[Work, Any], Awaitable[Any]]

# What names the record is no input, nor is what was seen of it; ready JSON is never asked for.
_NO_INPUT = frozenset({"id", "version", "json"})


class Said(SimpleNamespace):
    """What a verb was told: every input by name, None or empty where nothing was said."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input of a verb: its kind, and the fields of the entity for which it stands."""

    name: str
    kind: Kind
    stands_for: Sequence[str]
    required: bool
    optional: bool

    @classmethod
    def of(cls, known: FieldDescriptor, record: type[Record]) -> "Input":
        fields = stands_for(known)
        if unknown := set(fields) - record.fields.keys():
            raise TypeError(f"{known.full_name} stands for {unknown}, no field of {record.entity}.")
        kind = record.fields[fields[0]].said.kind if fields else kind_of(known)
        if kind is None:
            raise TypeError(f"{known.full_name} says neither what it stands for nor its kind.")
        must = not known.has_presence and not known.is_repeated
        return cls(known.name, kind, fields, must, known.has_presence)

    def said(self, request: Any) -> bool:
        """Whether a request says something here; an empty text says nothing."""
        value = getattr(request, self.name)
        if isinstance(value, bool | int):
            return bool(request.HasField(self.name)) if self.optional else True
        return bool(value)

    def read(self, request: Any) -> Any:
        """The value, or ValueError with a sentence for whoever said it."""
        value = self.kind.parse(getattr(request, self.name)) if self.said(request) else None
        if value is None and self.required:
            raise ValueError("Fill this in.")
        return [] if value is None and not (self.required or self.optional) else value


class Verb:
    """One declared verb: the method that gRPC calls, around the rule that the service wrote."""

    def __init__(
        self,
        rule: Rule,
        *,
        sets: Sequence[str],
        follows: Sequence[str],
        right: str | None,
        level: Level | None,
        holds: Hold | None,
        by_itself: bool,
    ) -> None:
        self.rule = rule
        self.holds, self.by_itself = holds, by_itself
        self.sets, self.follows = tuple(sets), tuple(follows)
        self._right, self._level = right, level
        self.__doc__ = rule.__doc__

    def __set_name__(self, servicer: type["Records[Any, Any]"], name: str) -> None:
        """Meets its contract when the class is made, so that no caller finds out what is missing."""
        self.name, self.record = name, servicer.record
        if unknown := {*self.sets, *self.follows} - self.record.fields.keys():
            raise TypeError(f"{name} sets {unknown}, no field of {self.record.entity}.")
        described = _described(servicer, name)
        asked = described.input_type.fields_by_name
        options = described.GetOptions()
        self.changes = bool(options.idempotency_level != options.NO_SIDE_EFFECTS)
        self.over_record = "id" in asked
        if self.over_record and self.changes and "version" not in asked:
            raise TypeError(f"{described.input_type.name} lacks `optional int32 version`.")
        self.inputs = tuple(
            Input.of(each, self.record) for each in asked.values() if each.name not in _NO_INPUT
        )
        by_default = "edit" if self.changes else "view"
        self.right = by_default if self._right == "" else self._right
        self.level = self._level or (Level.EDIT if self.changes else Level.READ)
        self.repeatable = self.changes and not _is_secret(described)
        self.request = GetMessageClass(described.input_type)
        self.bulk = is_bulk(described)
        if self.bulk and (self.by_itself or not (self.over_record and self.changes)):
            raise TypeError(f"{name} changes no record, or works by itself: it is no bulk's.")

    def __get__(self, servicer: Any, _: Any = None) -> Any:
        return self if servicer is None else partial(self._serve, servicer)

    async def _serve(self, servicer: "Records[Any, Any]", request: Any, context: Any) -> Any:
        said = self.said(servicer, request)
        if self.by_itself:
            return await self.rule(servicer, request, said)
        async with servicer.work(request if self.repeatable else None) as work:
            if not self.over_record:
                return await _answered(work, await self.rule(servicer, work, said))
            record = await self._found(servicer, work, request)
            answer = await self.rule(servicer, work, record, said)
            return await _answered(work, record if answer is None else answer)

    async def _found(self, servicer: "Records[Any, Any]", work: Work, request: Any) -> Record:
        """The record that the caller may reach, held where the verb asks for it, as it was seen."""
        record = await work.get(self.record, request.id, self.level)
        if self.holds is not None:
            await self.holds(work, record)
        if self.changes:
            await servicer.same_version(work, record, request)
        return record

    async def done_to(
        self, servicer: "Records[Any, Any]", work: Work, record: Any, said: Said
    ) -> None:
        """Does to one of many records, which is at hand as the verb wants it, what was said."""
        if self.holds is not None:
            await self.holds(work, record)
        await self.rule(servicer, work, record, said)

    def said(self, servicer: "Records[Any, Any]", request: Any) -> Said:
        """What the caller says and may say; Invalid names every input that is wrong."""
        permit = servicer.permit(self.right)
        told = {
            name: each.name
            for each in self.inputs
            if each.said(request)
            for name in each.stands_for
        }
        permit.require_doable(self.sets, told, changes=self.changes)
        values: dict[str, Any] = {}
        wrong: dict[str, str] = {}
        for each in self.inputs:
            try:
                values[each.name] = each.read(request)
            except ValueError as problem:
                wrong[each.name] = str(problem)
        if wrong:
            raise Invalid("", wrong)
        return Said(**values)


def verb(
    *,
    sets: Sequence[str] = (),
    follows: Sequence[str] = (),
    right: str | None = "",
    level: Level | None = None,
    holds: Hold | None = None,
    by_itself: bool = False,
) -> Callable[[Rule], Any]:
    """Declares a verb over the method that holds its rule.

    It `sets` these fields whenever it is called, which the caller's profiles have to allow; a field
    for which an input stands is set when something is said there. What `follows` is settled by the
    rule itself, as `resolved_at` is by resolving, and asks nobody. A verb that changes something wants
    the right to edit and the level EDIT unless it says otherwise, one that reads `view` and READ.

    What it `holds` is locked before the record is judged, `itself` or whatever it hangs on. A verb that
    works `by_itself` gets the request and opens its transactions itself, for more than one or for
    another kind of record; finding the record and its version is its own then, and its right too where
    that is None. Which may be done to many records at once, the contract says.
    """
    chosen: dict[str, Any] = {
        "right": right,
        "level": level,
        "holds": holds,
        "by_itself": by_itself,
    }
    return partial(Verb, sets=sets, follows=follows, **chosen)


async def itself(work: Work, record: Record) -> None:
    """Holds a record as it is by now; references to it pass, those who would change it wait."""
    await work.hold(record)


def verbs_of(servicer: type["Records[Any, Any]"]) -> Iterator[Verb]:
    """The declared verbs of a service class."""
    return (each for each in vars(servicer).values() if isinstance(each, Verb))


def _is_secret(described: Any) -> bool:
    """Whether a verb hears or tells a secret; its answer is never kept for a repetition."""
    messages = (described.input_type, described.output_type)
    return any(is_secret(each) for message in messages for each in message.fields)


async def _answered(work: Work, answer: Any) -> Any:
    return await work.show(answer) if isinstance(answer, Record) else work.answer(answer)


def _described(servicer: type["Records[Any, Any]"], name: str) -> Any:
    """The RPC of that name, in the service of the entity."""
    contract = service_of(servicer.message.DESCRIPTOR)
    if contract is None or name not in contract.methods_by_name:
        raise TypeError(f"The contract of {servicer.record.entity} has no {name}.")
    return contract.methods_by_name[name]
