"""Imports over REST; one is named `<service>.<id>`, since every service keeps its own."""

from codecs import BOM_UTF8
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from crm.v1 import imports_pb2 as pb

from gateway.access import POLICY_OWNER, PolicyFollower, Rights
from gateway.api.answers import Answer
from gateway.api.bulk import bulks
from gateway.api.parsing import Query, from_query
from gateway.backends import Backends
from kit.errors import Invalid, NotFound
from kit.importing.file.guarding import GUARDED, REASON, row, unguarded, without_reason
from kit.importing.file.sheet import cells

PIECE = 256 * 1024
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

    async def start(self, plan: pb.ImportPlan, data: AsyncIterator[bytes]) -> Answer:
        """Sends the plan and then the file, piece by piece."""
        if plan.entity not in self.backends.by_entity:
            raise Invalid(entity="Name the entity, e.g. `sales.Opportunity`; see /api/v1/describe.")
        resource = self.backends.by_entity[plan.entity]
        if "Create" not in resource.methods:
            raise Invalid(entity=f"{resource.name} come about by themselves and are not imported.")
        self.rights.require(resource, "create")

        async def pieces() -> AsyncIterator[pb.ImportPiece]:
            yield pb.ImportPiece(plan=plan)
            async for piece in data:
                yield pb.ImportPiece(data=piece)

        reply = await self.backends.imports(resource.service).Start(pieces())
        return _named(resource.service, reply)

    async def get(self, name: str) -> Answer:
        service, import_id = self._parted(name, only_reads=True)
        request = pb.ImportRequest(id=import_id)
        return _named(service, await self.backends.imports(service).Get(request))

    async def lines(self, name: str, query: Query) -> Answer:
        service, import_id = self._parted(name, only_reads=True)
        request = from_query(pb.ImportLinesRequest(), query)
        request.id = import_id
        return Answer.of(await self.backends.imports(service).Lines(request))

    async def retry(self, name: str, plan: pb.ImportPlan) -> Answer:
        """Starts again with the rejected lines and other maps."""
        service, import_id = self._parted(name, only_reads=False)
        plan.import_id = import_id
        return _named(service, await self.backends.imports(service).Retry(plan))

    async def undo(self, name: str, key: str = "") -> Answer:
        """Takes an import back, by a bulk that is followed like any other."""
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
