"""Deals with lines, as tests of sales need them."""

from typing import Any

import pytest
from crm.sales.v1 import opportunities_pb2 as pb
from crm.sales.v1 import products_pb2
from crm.sales.v1.products_pb2_grpc import ProductsStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess
from kit.errors import Invalid
from kit.testing.organisation import ALL, TestOrganisation
from tests.sales.desk import Desk

OFFICE = "sales.Opportunity"


async def product(desk: Desk, **values: Any) -> Any:
    """A new product."""
    stub = desk.serving.stub(ProductsStub, desk.actor)
    values = {"name": "Desk lamp", "price": "49.90", "currency": "EUR", "unit": "piece"} | values
    return await stub.Create(products_pb2.Product(**values))


def line(**values: Any) -> pb.OpportunityLine:
    values = {"description": "Lamps", "unit_price": "10"} | values
    return pb.OpportunityLine(**values)


async def with_lines(desk: Desk, *lines: Any, **values: Any) -> Any:
    """A new deal with lines."""
    told = {"name": "Offices", "currency": "EUR", "lines": lines} | values
    return await desk.deals.Create(pb.Opportunity(**told))


async def change(desk: Desk, deal: Any, **values: Any) -> Any:
    """Changes a deal; what is given as None is emptied."""
    filled = {name: value for name, value in values.items() if value is not None}
    patch = pb.OpportunityPatch(record=pb.Opportunity(id=deal.id, **filled))
    patch.mask.paths.extend(values)
    return await desk.deals.Update(patch)


async def refused(desk: Desk, *lines: Any, **values: Any) -> dict[str, str]:
    """What is wrong with a new deal."""
    with pytest.raises(Invalid) as wrong:
        await with_lines(desk, *lines, **values)
    return dict(wrong.value.fields)


async def get(desk: Desk, deal: Any) -> Any:
    return await desk.deals.Get(standard_pb2.GetRequest(id=deal.id))


async def found(desk: Desk, text: str, *deals: Any) -> list[str]:
    """Which of some deals a filter finds, in their order."""
    among = " OR ".join(f'id = "{each.id}"' for each in deals)
    page = await desk.deals.List(standard_pb2.ListRequest(filter=f"({among}) AND ({text})"))
    ids = {each.id for each in page.items}
    return [each.name for each in deals if each.id in ids]


async def limited(
    desk: Desk, organisation: TestOrganisation, entity: str, field: str, access: str
) -> Desk:
    """Somebody whose profile limits one field."""
    limit = FieldAccess(entity=entity, field=field, access=access)
    profile = await organisation.profile(ALL, fields=(limit,))
    return Desk(desk.serving, await organisation.person("Eve", profiles=(profile,)))


async def figures(desk: Desk, **asked: Any) -> list[tuple[dict[str, str], dict[str, str]]]:
    stub = desk.serving.stub(RecordsStub, desk.actor)
    told = await stub.Aggregate(records_pb2.AggregateRequest(entity=OFFICE, **asked))
    return [(dict(each.group), dict(each.measures)) for each in told.items]
