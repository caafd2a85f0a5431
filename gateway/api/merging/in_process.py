"""Merging without HTTP, for the pages."""

from gateway.api.merging.merges import Merges
from gateway.backends import Backends
from gateway.web.api import Json


class MergesInProcess:
    """The part of the API that makes one record of several."""

    backends: Backends
    merges: Merges

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
