"""Products over gRPC."""

import pytest
from crm.sales.v1 import products_pb2 as pb
from crm.sales.v1.products_pb2_grpc import ProductsStub
from crm.v1 import standard_pb2

from kit.errors import Invalid
from kit.testing.house import House
from kit.testing.organisation import TestOrganisation
from services.sales.config import Settings
from services.sales.main import sales


async def test_a_product_is_created_and_listed(house: House) -> None:
    serving = await house.serve("sales", sales, Settings)
    organisation = TestOrganisation(serving)
    ana = await organisation.person("Ana")
    products = serving.stub(ProductsStub, ana)
    made = await products.Create(pb.Product(name="GTX Pro", price="4821", currency="USD"))
    assert made.version == 1
    page = await products.List(standard_pb2.ListRequest(filter='name = "GTX*"', count=True))
    assert [each.name for each in page.items] == ["GTX Pro"]
    ready = await serving.stub(ProductsStub, ana, json=True).List(standard_pb2.ListRequest(search="gtx"))
    print(ready.json)
    patch = pb.ProductPatch(record=pb.Product(id=made.id, price="5000.50"), mask={"paths": ["price"]})
    changed = await products.Update(patch)
    assert changed.price == "5000.50"
    with pytest.raises(Invalid) as wrong:
        await products.Create(pb.Product(price="x"))
    assert set(wrong.value.fields) == {"price"}
    print(await serving.announced("crm.sales.product.updated"))
    await serving.stop()
