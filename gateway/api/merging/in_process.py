"""Duplicates and their merging without HTTP, for the pages."""

from collections.abc import Mapping

from gateway.api.beside.duplicates import Duplicates
from gateway.api.merging.merges import Merges
from gateway.backends import Backends
from gateway.web.api import Json
from gateway.web.custom_fields import gathered


class DuplicatesInProcess:
    """The part of the API that tells of duplicates, and makes one record of several."""

    backends: Backends
    duplicates: Duplicates
    merges: Merges

    async def match(self, plural: str, record_id: str, typed: Json) -> Json:
        resource = self.backends.resource(plural)
        return (await self.duplicates.match(resource, gathered(typed), record_id)).values()

    async def duplicate_page(self, plural: str, params: Mapping[str, str]) -> Json:
        return (await self.duplicates.list(self.backends.resource(plural), params)).values()

    async def tell_apart(self, plural: str, record_id: str, body: Json) -> Json:
        resource = self.backends.resource(plural)
        return (await self.duplicates.tell_apart(resource, record_id, body)).values()

    async def merge(
        self, plural: str, record_id: str, body: Json, version: int | None = None
    ) -> Json:
        resource = self.backends.resource(plural)
        return (await self.merges.merge(resource, record_id, body, version)).values()

    async def undo_merge(self, plural: str, record_id: str, merge_id: str) -> Json:
        resource, said = self.backends.resource(plural), {"merge_id": merge_id}
        return (await self.merges.undo(resource, record_id, said, None)).values()

    async def merge_page(self, plural: str, record_id: str) -> Json:
        return (await self.merges.list(self.backends.resource(plural), record_id)).values()
