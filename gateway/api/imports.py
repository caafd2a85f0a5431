"""Imports over REST; one is named `<service>.<id>`, since every service keeps its own."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from crm.v1 import imports_pb2 as pb

from gateway.access import Rights
from gateway.api.answers import Answer
from gateway.api.bodies import Query, asked, given
from gateway.backends import Backends
from kit.errors import Invalid, NotFound

PIECE = 256 * 1024
_PAGE = 1_000
# The last four are the first four in full width.
_FORMULA = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")


@dataclass(frozen=True)
class Imports:
    """Taking in files, through the service that owns the entity."""

    backends: Backends
    rights: Rights

    async def start(self, values: Mapping[str, Any], data: AsyncIterator[bytes]) -> Answer:
        """Sends the plan and then the file, piece by piece."""
        plan = given(pb.ImportPlan(), values)
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
        request = asked(pb.ImportLinesRequest(), query)
        request.id = import_id
        return Answer.of(await self.backends.imports(service).Lines(request))

    async def retry(self, name: str, values: Mapping[str, Any]) -> Answer:
        """Starts again with the rejected lines and other maps."""
        service, import_id = self._parted(name, only_reads=False)
        plan = given(pb.ImportPlan(), {k: v for k, v in values.items() if k != "import_id"})
        plan.import_id = import_id
        return _named(service, await self.backends.imports(service).Retry(plan))

    async def rejected(self, name: str) -> AsyncIterator[bytes]:
        """The rejected lines as CSV: number, what is wrong, and the line as it stood in the file."""
        yield _row(["line", "reasons", "original"])
        token = ""
        while True:
            query = {"state": "rejected", "page_size": str(_PAGE), "page_token": token}
            page = (await self.lines(name, query)).values()
            for line in page.get("items", ()):
                yield _row([line["number"], _reasons(line), line["original"]])
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
    return Answer(orjson.dumps({**values, "id": f"{service}.{values['id']}"}))


def _next(page: Mapping[str, Any]) -> str:
    """The next page's token; ready JSON carries it beside the items, typed replies in `page`."""
    return str(page.get("next_page_token") or page.get("page", {}).get("next_page_token") or "")


def _reasons(line: Mapping[str, Any]) -> str:
    return "; ".join(f"{field}: {reason}" for field, reason in line.get("reasons", {}).items())


def _row(values: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(map(_inert, values))
    return text.getvalue().encode()


def _inert(value: Any) -> Any:
    """Text that a spreadsheet would take for a formula gets a quote before it (OWASP, CSV injection)."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
