"""A person at work on deals, as tests of sales need one."""

from dataclasses import dataclass
from typing import Any

from crm.sales.v1 import opportunities_pb2, stages_pb2
from crm.sales.v1.opportunities_pb2_grpc import OpportunitiesStub
from crm.sales.v1.stages_pb2_grpc import StagesStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.ids import uuid7
from kit.testing.serving import Serving


@dataclass
class Desk:
    """One person at work on deals."""

    serving: Serving
    actor: Actor

    @property
    def deals(self) -> Any:
        return self.serving.stub(OpportunitiesStub, self.actor)

    async def stage(self, name: str) -> str:
        """The id of a stage by name."""
        stages = self.serving.stub(StagesStub, self.actor)
        page = await stages.List(standard_pb2.ListRequest(filter=f'name = "{name}"'))
        return str(page.items[0].id)

    async def new_stage(self, **values: Any) -> str:
        stages = self.serving.stub(StagesStub, self.actor)
        values = {"name": f"Stage {uuid7()}", "probability": "50", "position": 90} | values
        return str((await stages.Create(stages_pb2.Stage(**values))).id)

    async def deal(self, **values: Any) -> Any:
        """A new deal of this person."""
        values = {"name": "Fleet", "amount": "1000", "currency": "EUR"} | values
        return await self.deals.Create(opportunities_pb2.Opportunity(**values))

    async def log(self, deal: Any) -> list[Any]:
        """The stages that a deal went through."""
        request = opportunities_pb2.StageLogRequest(id=deal.id)
        return list((await self.deals.StageLog(request)).items)
