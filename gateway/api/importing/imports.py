"""Imports over REST; one is named `<service>.<id>`, since every service keeps its own."""

from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from crm.v1 import imports_pb2 as pb

from gateway.access import POLICY_OWNER, PolicyFollower, Rights
from gateway.api.answers import Answer
from gateway.api.bulk import bulks
from gateway.api.importing.parts import Part, parts_of
from gateway.api.parsing import Query, from_query
from gateway.backends import Backends
from kit.errors import Invalid, NotFound
from kit.importing.file.guarding import GUARDED, REASON, row, unguarded, without_reason
from kit.importing.file.sheet import cells

PIECE = 256 * 1024
Data = Callable[[], AsyncIterator[bytes]]
"""A file that is read from its beginning as often as it is asked for."""
_PAGE = 1_000
_NAMES = ("id", "undone_by")
# Spreadsheets read UTF-8 only where a mark says so.
_MARK = BOM_UTF8


@dataclass(frozen=True)
class Imports:
    """Taking in files, through the service that owns the entity."""

    backends: Backends
    rights: Rights
    follower: PolicyFollower

    async def start(self, plan: pb.ImportPlan, data: Data) -> Answer:
        """Sends the plan and the file; lines of several entities make several imports."""
        # Which part of a file this is, nobody says but the gateway itself.
        plan.ClearField("part")
        if plan.entity not in self.backends.by_entity:
            raise Invalid(entity="Name the entity, e.g. `sales.Opportunity`; see /api/v1/describe.")
        resource = self.backends.by_entity[plan.entity]
        if "Create" not in resource.methods:
            raise Invalid(entity=f"{resource.name} come about by themselves and are not imported.")
        self.rights.require(resource, "create")
        *along, main = parts_of(plan, resource, self.backends.by_entity)
        if not along:
            return await self._begin(main, data)
        return await self._begin_all([*along, main], data)

    async def _begin_all(self, parts: Sequence[Part], data: Data) -> Answer:
        """Each waits until all have come in, for what one refuses none of them does."""
        begun: dict[str, str] = {}
        for part in parts:
            earlier = [each for each in parts if each.field in begun and each.fills(part)]
            part.plan.part.after.update({each.field: begun[each.field] for each in earlier})
            part.plan.part.along = bool(part.field)
            started = await self._begin(part, data)
            begun[part.field] = started.values()["id"]
        for name in begun.values():
            service, _, import_id = name.partition(".")
            await self.backends.imports(service).Release(pb.ImportRequest(id=import_id))
        return await self.get(begun[""])

    async def _begin(self, part: Part, data: Data) -> Answer:
        async def pieces() -> AsyncIterator[pb.ImportPiece]:
            yield pb.ImportPiece(plan=part.plan)
            async for piece in data():
                yield pb.ImportPiece(data=piece)

        service = part.resource.service
        try:
            return _named(service, await self.backends.imports(service).Start(pieces()))
        except Invalid as wrong:
            raise (wrong if not part.field else _of(part, wrong)) from None

    async def get(self, name: str) -> Answer:
        """An import with those of what its lines take along, as far as the caller may see them."""
        found = (await self._get(name)).values()
        if related := found.get("related"):
            each = [await self._related(one) for one in related]
            found |= Summary(found, each).told()
        return Answer(orjson.dumps(found))

    async def _get(self, name: str) -> Answer:
        service, import_id = self._parted(name, only_reads=True)
        request = pb.ImportRequest(id=import_id)
        return _named(service, await self.backends.imports(service).Get(request))

    async def _related(self, one: Mapping[str, Any]) -> dict[str, Any]:
        try:
            found = (await self._get(one["import_id"])).values()
            return {**found, **{name: one[name] for name in ("field", "import_id")}}
        except NotFound:
            return dict(one)

    async def lines(self, name: str, query: Query) -> Answer:
        service, import_id = self._parted(name, only_reads=True)
        request = from_query(pb.ImportLinesRequest(), query)
        request.id = import_id
        page = Answer.of(await self.backends.imports(service).Lines(request)).values()
        about = (await self._get(name)).values()
        for one in about.get("related", ()) if page.get("items") else ():
            await self._tell_related(one, page["items"])
        return Answer(orjson.dumps(page))

    async def _tell_related(self, one: Mapping[str, Any], lines: Sequence[dict[str, Any]]) -> None:
        """Says of each line what became of one record that it takes along."""
        service, import_id = self._parted(one["import_id"], only_reads=True)
        numbers = [line["number"] for line in lines]
        request = pb.ImportLinesRequest(id=import_id, numbers=numbers, page_size=len(numbers))
        try:
            entity = (await self._get(one["import_id"])).values()["entity"]
            found = Answer.of(await self.backends.imports(service).Lines(request)).values()
        except NotFound:
            return
        known = {each["number"]: each for each in found.get("items", ())}
        for line in lines:
            if each := known.get(line["number"]):
                told = {name: each[name] for name in ("state", "record_id") if each.get(name)}
                told |= {"field": one["field"], "entity": entity}
                line.setdefault("related", []).append(told)

    async def retry(self, name: str, plan: pb.ImportPlan) -> Answer:
        """Starts again with the rejected lines and other maps."""
        service, import_id = self._parted(name, only_reads=False)
        plan.import_id = import_id
        return _named(service, await self.backends.imports(service).Retry(plan))

    async def undo(self, name: str, key: str = "") -> Answer:
        """Takes an import back, by a bulk that is followed like any other.

        What its lines took along follows by bulks of its own, as far as it was not taken back already.
        """
        self._parted(name, only_reads=False)
        about = (await self._get(name)).values()
        related = [await self._related(each) for each in about.get("related", ())]
        wanted = [name, *(each["import_id"] for each in reversed(related) if each.get("undoable"))]
        if related and not about.get("undoable") and len(wanted) > 1:
            wanted = wanted[1:]
        answers = [await self._undo(each, f"{key}/{each}" if key else "") for each in wanted]
        return answers[0]

    async def _undo(self, name: str, key: str) -> Answer:
        service, import_id = self._parted(name, only_reads=False)
        request = pb.ImportRequest(id=import_id)
        reply = await self.backends.imports(service).Undo(request, key=key)
        if service == POLICY_OWNER:
            await self.follower.catch_up()
        return bulks.named(service, reply)

    async def rejected(self, name: str, *, guard: bool) -> AsyncIterator[bytes]:
        """The rejected lines as they can be taken in again: why, and the columns of the file.

        `guard` makes them safe for a spreadsheet; reading the file undoes it.
        """
        about = (await self.get(name)).values()
        heading, delimiter = about["heading"], about["delimiter"]
        title = GUARDED if guard else REASON
        yield _MARK if guard else b""
        yield row([title, *without_reason(heading, heading)], delimiter, guard=False)
        token = ""
        while True:
            query = {"state": "rejected", "page_size": str(_PAGE), "page_token": token}
            page = (await self.lines(name, query)).values()
            for line in page.get("items", ()):
                values = without_reason(heading, _cells(line["original"], heading, delimiter))
                yield row([_reasons(line), *values], delimiter, guard=guard)
            token = _next(page)
            if not token:
                return

    def _parted(self, name: str, *, only_reads: bool) -> tuple[str, str]:
        self.rights.require_scope(only_reads=only_reads)
        service, _, import_id = name.partition(".")
        if service not in self.backends.services or not _is_uuid(import_id):
            raise NotFound("There is no such import.")
        return service, import_id


@dataclass(frozen=True)
class Summary:
    """An import and those of what its lines take along, told as one."""

    about: Mapping[str, Any]
    related: Sequence[Mapping[str, Any]]

    def told(self) -> dict[str, Any]:
        every = [self.about, *self.related]
        ignored = [
            set(each.get("ignored", ()))
            for each in every
            if "ignored" in each or each is self.about
        ]
        left_out = [
            each for each in self.about.get("ignored", ()) if all(each in one for one in ignored)
        ]
        return {
            "related": [_short(each) for each in self.related],
            "ignored": left_out,
            "undoable": any(each.get("undoable") for each in every),
        }


def _short(related: Mapping[str, Any]) -> dict[str, Any]:
    names = [each.name for each in pb.RelatedImport.DESCRIPTOR.fields]
    return {name: related[name] for name in names if name in related}


def _of(part: Part, wrong: Invalid) -> Invalid:
    """Says of which entity it is that what is said of it cannot be."""
    entity = part.resource.message.name.lower()
    return Invalid("", {name: f"Of the {entity}: {why}" for name, why in wrong.fields.items()})


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _named(service: str, reply: Any) -> Answer:
    """The import under the name by which it is found again."""
    values = Answer.of(reply).values()
    names = {name: f"{service}.{values[name]}" for name in _NAMES if values.get(name)}
    return Answer(orjson.dumps({**values, **names}))


def _next(page: Mapping[str, Any]) -> str:
    """The next page's token; ready JSON carries it beside the items, typed replies in `page`."""
    return str(page.get("next_page_token") or page.get("page", {}).get("next_page_token") or "")


def _reasons(line: Mapping[str, Any]) -> str:
    reasons = line.get("reasons", {}).items()
    return "; ".join(f"{field}: {reason}" if field else reason for field, reason in reasons)


def _cells(original: str, heading: Sequence[str], delimiter: str) -> list[str]:
    """The cells of a line as its file meant them; one that cannot be read stays in one piece."""
    try:
        found = cells(original, delimiter)
    except ValueError:
        return [original]
    return unguarded(found) if GUARDED in heading else found
