"""What is done to many records, and what is handed over, called in process as the pages do."""

from collections.abc import Mapping

from gateway.api.bulk.bulks import Bulks
from gateway.api.bulk.hand_overs import HandOvers
from gateway.backends import Backends
from gateway.web.api import Json
from gateway.web.custom_fields import gathered


class ManyInProcess:
    """The part of the API that is about many records at once."""

    backends: Backends
    bulks: Bulks
    hand_overs: HandOvers

    async def start_bulk(self, plural: str, body: Json) -> Json:
        values = {name: value for name, value in body.items() if name != "idempotency_key"}
        if "values" in values:
            values["values"] = gathered(values["values"])
        key, resource = str(body.get("idempotency_key", "")), self.backends.resource(plural)
        return (await self.bulks.start(resource, values, key)).values()

    async def bulk(self, bulk_id: str) -> Json:
        return (await self.bulks.get(bulk_id)).values()

    async def bulk_rows(self, bulk_id: str, params: Mapping[str, str]) -> Json:
        return (await self.bulks.rows(bulk_id, params)).values()

    async def run_bulk(self, bulk_id: str, key: str) -> Json:
        return (await self.bulks.run(bulk_id, key)).values()

    async def undo_bulk(self, bulk_id: str, key: str) -> Json:
        return (await self.bulks.undo(bulk_id, key)).values()

    async def holdings(self, person_id: str, params: Mapping[str, str]) -> Json:
        return await self.hand_overs.holdings(person_id, params)

    async def hand_over_parts(self, id: str) -> Json:
        return await self.hand_overs.parts(id)

    async def hand_over_rows(self, id: str, entity: str, params: Mapping[str, str]) -> Json:
        return (await self.hand_overs.rows(id, entity, params)).values()
