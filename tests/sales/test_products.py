"""Products at the boundary."""

import pytest
from crm.sales.v1 import products_pb2 as pb
from crm.sales.v1.products_pb2_grpc import ProductsStub
from crm.v1 import events_pb2, standard_pb2

from kit.actor import Actor
from kit.errors import Conflict, Invalid
from kit.ids import uuid7
from kit.testing.serving import Serving
from tests.sales.desk import Desk


async def test_a_product_is_created_found_and_changed(serving: Serving, ana: Actor) -> None:
    products = serving.stub(ProductsStub, ana)
    series = f"GTX {uuid7()}"
    made = await products.Create(
        pb.Product(name="GTX Pro", series=series, price="4821", currency="USD")
    )
    page = await products.List(standard_pb2.ListRequest(filter=f'series = "{series}"', count=True))
    assert ([each.id for each in page.items], page.page.total) == ([made.id], 1)
    patch = pb.ProductPatch(
        record=pb.Product(id=made.id, price="5000.50"), mask={"paths": ["price"]}, version=1
    )
    assert (await products.Update(patch)).price == "5000.50"


async def test_a_change_is_announced_with_what_differed(serving: Serving, ana: Actor) -> None:
    products = serving.stub(ProductsStub, ana)
    made = await products.Create(pb.Product(name="GTX Basic"))
    await products.Update(
        pb.ProductPatch(record=pb.Product(id=made.id, name="GTX"), mask={"paths": ["name"]})
    )
    told = [
        events_pb2.RecordChanged.FromString(body)
        for body in await serving.announced("crm.sales.product.updated")
    ]
    assert [each.changed for each in told if each.id == made.id] == [["name"]]


async def test_a_code_is_taken_once(serving: Serving, ana: Actor) -> None:
    products, code = serving.stub(ProductsStub, ana), f"P-{uuid7()}"
    await products.Create(pb.Product(name="One", code=code))
    with pytest.raises(Conflict) as taken:
        await products.Create(pb.Product(name="Two", code=code))
    assert set(taken.value.fields) == {"code"}


async def test_a_wrong_price_names_its_field(serving: Serving, ana: Actor) -> None:
    with pytest.raises(Invalid) as wrong:
        await serving.stub(ProductsStub, ana).Create(pb.Product(name="One", price="x"))
    assert set(wrong.value.fields) == {"price"}


async def test_a_product_that_a_deal_names_may_be_deleted(serving: Serving, desk: Desk) -> None:
    """B2"""
    products = serving.stub(ProductsStub, desk.actor)
    made = await products.Create(pb.Product(name="GTX Plus"))
    deal = await desk.deal(product_id=made.id)
    await products.Delete(standard_pb2.DeleteRequest(id=made.id))
    assert (await desk.deals.Get(standard_pb2.GetRequest(id=deal.id))).product_id == made.id
