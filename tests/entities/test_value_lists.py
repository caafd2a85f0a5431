"""The value lists of all services come to identity, whichever of them was there first."""

from crm.identity.v1.choice_lists_pb2_grpc import ChoiceListsStub
from crm.v1 import standard_pb2

from kit.testing.serving import Serving
from tests.entities.cases import SERVICES, wired
from tests.entities.factories import Office
from tests.waiting import until


async def test_services_that_started_while_identity_was_away_declare_their_lists_later(
    servings: dict[str, Serving], office: Office
) -> None:
    """G4: campaigns and helpdesk are up before identity is begun with, and wait for nothing."""
    assert list(servings).index("campaigns") < list(servings).index("identity")
    stub = servings["identity"].stub(ChoiceListsStub, office.actor)
    expected = {name for service in SERVICES for name in wired(service).choices}

    async def declared() -> bool:
        asked = standard_pb2.ListRequest(page_size=200)
        return {each.name for each in (await stub.List(asked)).items} >= expected

    await until(declared, "every list is declared")
