"""PA-21: the definitions of custom fields, and how they are in force in every service at once."""

from datetime import UTC, datetime
from typing import Any

import pytest
from crm.identity.v1 import custom_fields_pb2 as pb
from crm.identity.v1 import profiles_pb2
from crm.identity.v1.custom_fields_pb2_grpc import CustomFieldsStub
from crm.sales.v1 import products_pb2
from crm.sales.v1.products_pb2_grpc import ProductsStub
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from google.protobuf.field_mask_pb2 import FieldMask

from kit.actor import Actor, acting_as
from kit.errors import Conflict, Denied, Invalid, NotFound
from kit.ids import uuid7
from kit.records.bin.erasing import erase
from kit.testing.serving import Serving
from services.identity.model.custom_fields import CustomField
from tests.identity.office import Office, actor, unique

PRODUCT = "sales.Product"


class Fields:
    """Custom fields as the administrator has them, and sales as the same person."""

    def __init__(self, office: Office, sales: Serving) -> None:
        self.office, self.sales = office, sales
        self.stub = office.serving.stub(CustomFieldsStub, office.admin)

    async def add(self, **said: Any) -> Any:
        word = f"k{uuid7().hex}"
        told = {"entity_name": PRODUCT, "key": word, "caption": word, "kind": "text", **said}
        return await self.stub.Create(pb.CustomField(**told))

    async def set(self, kept: Any, **said: Any) -> Any:
        record, mask = pb.CustomField(id=kept.id, **said), FieldMask(paths=list(said))
        return await self.stub.Update(pb.CustomFieldPatch(record=record, mask=mask))

    async def products(self) -> Any:
        epoch = (await self.office.snapshot()).epoch
        person = self.office.admin.person_id
        assert person is not None
        return self.sales.stub(ProductsStub, Actor.person(person, min_epoch=epoch))

    async def product(self, **custom: str) -> Any:
        made = products_pb2.Product(name=unique("Product"), custom=custom)
        return await (await self.products()).Create(made)


@pytest.fixture
async def fields(office: Office, sales: Serving) -> Fields:
    return Fields(office, sales)


async def test_a_field_is_in_force_in_the_call_after_it(fields: Fields) -> None:
    """PA-21, XC-19"""
    kept = await fields.add(kind="integer")
    made = await fields.product(**{kept.key: "12"})
    page = await (await fields.products()).List(
        standard_pb2.ListRequest(filter=f"custom.{kept.key} >= 12")
    )
    assert [each.id for each in page.items] == [made.id]


async def test_a_field_in_the_bin_hides_its_values_and_brings_them_back(fields: Fields) -> None:
    """PA-21"""
    kept = await fields.add()
    made = await fields.product(**{kept.key: "held"})
    one = standard_pb2.GetRequest(id=made.id)
    await fields.stub.Delete(standard_pb2.DeleteRequest(id=kept.id))
    assert not (await (await fields.products()).Get(one)).custom
    with pytest.raises(Invalid):
        await fields.product(**{kept.key: "x"})
    with pytest.raises(Conflict) as taken:
        await fields.add(key=kept.key)
    assert set(taken.value.fields) == {"key"}
    beside = fields.office.serving.stub(RecordsStub, fields.office.admin)
    await beside.Restore(records_pb2.RestoreRequest(entity="identity.CustomField", id=kept.id))
    assert dict((await (await fields.products()).Get(one)).custom) == {kept.key: "held"}


async def test_no_field_takes_the_key_of_a_currency(fields: Fields) -> None:
    """PA-21: whichever of the two comes first, in the bin too."""
    one, other = (f"k{uuid7().hex[-20:]}" for _ in range(2))
    money, text = await fields.add(key=one, kind="money"), await fields.add(key=f"{other}_currency")
    taken = f"{money.key}_currency"
    with pytest.raises(Conflict) as refused:
        await fields.add(key=taken)
    assert set(refused.value.fields) == {"key"}
    with pytest.raises(Conflict):
        await fields.add(key=text.key.removesuffix("_currency"), kind="money")
    await fields.stub.Delete(standard_pb2.DeleteRequest(id=money.id))
    with pytest.raises(Conflict):
        await fields.add(key=taken)


async def test_the_key_of_an_erased_field_is_never_given_to_another(fields: Fields) -> None:
    """PA-21: records may hold values of the field that is gone, and they are not the new one's."""
    kept = await fields.add()
    await fields.stub.Delete(standard_pb2.DeleteRequest(id=kept.id))
    with acting_as(Actor.system("identity.empty_bins")):
        await erase(fields.office.serving.process, CustomField, datetime.now(UTC))
    with pytest.raises(NotFound):
        await fields.stub.Get(standard_pb2.GetRequest(id=kept.id))
    with pytest.raises(Conflict, match="records may hold its values still") as taken:
        await fields.add(key=kept.key)
    assert set(taken.value.fields) == {"key"}


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"entity_name": "sales.Nothing"}, "entity_name"),
        ({"entity_name": "<b>"}, "entity_name"),
        ({"key": "Two words"}, "key"),
        ({"key": "a'b"}, "key"),
        ({"key": "a" * 61}, "key"),
        ({"kind": "rows"}, "kind"),
        ({"kind": "integer", "default_value": "many"}, "default_value"),
        ({"kind": "integer", "searched": True}, "searched"),
        ({"kind": "money", "default_value": "12"}, "default_value"),
        ({"kind": "money", "default_value": "12.345 EUR"}, "default_value"),
        ({"kind": "money", "is_unique": True}, "is_unique"),
        ({"kind": "words", "default_value": '["a"'}, "default_value"),
        ({"kind": "choice"}, "values"),
        ({"values": [pb.CustomFieldValue(caption="A")]}, "values"),
        ({"kind": "choice", "values": [pb.CustomFieldValue(caption="A")] * 2}, "values"),
        ({"caption": "x" * 180_000}, "caption"),
        ({"caption": "a\x1bb"}, "caption"),
    ],
)
async def test_what_makes_no_sense_is_refused_by_name(
    fields: Fields, said: dict[str, Any], field: str
) -> None:
    """PA-21"""
    with pytest.raises(Invalid) as wrong:
        await fields.add(**said)
    assert set(wrong.value.fields) == {field}


async def test_entity_key_and_kind_stay(fields: Fields) -> None:
    """PA-21: records have values of it."""
    kept = await fields.add()
    for name, value in (("entity_name", "sales.Stage"), ("key", "other"), ("kind", "integer")):
        with pytest.raises(Invalid) as wrong:
            await fields.set(kept, **{name: value})
        assert set(wrong.value.fields) == {name}
    assert (await fields.set(kept, caption="Other")).caption == "Other"


async def test_a_value_that_records_may_have_is_retired_and_not_taken_away(fields: Fields) -> None:
    """PA-21"""
    values = [pb.CustomFieldValue(caption=each) for each in ("Gold", "Tin ware")]
    kept = await fields.add(kind="choice", values=values)
    assert [each.value for each in kept.values] == ["gold", "tin_ware"]
    await fields.product(**{kept.key: "tin_ware"})
    with pytest.raises(Invalid) as wrong:
        await fields.set(kept, values=kept.values[:1])
    assert set(wrong.value.fields) == {"values"}
    kept.values[1].retired = True
    await fields.set(kept, values=kept.values)
    with pytest.raises(Invalid):
        await fields.product(**{kept.key: "tin_ware"})


async def test_only_whoever_configures_adds_fields(office: Office, fields: Fields) -> None:
    """PA-21: `*` lets nobody change what sets the organisation up."""
    seller = office.serving.stub(CustomFieldsStub, actor(await office.seller()))
    said = pb.CustomField(entity_name=PRODUCT, key="mine", caption="Mine", kind="text")
    with pytest.raises(Denied):
        await seller.Create(said)
    kept = await fields.add()
    with pytest.raises(Denied):
        await seller.Delete(standard_pb2.DeleteRequest(id=kept.id))


async def test_a_profile_hides_a_custom_field_like_any_other(fields: Fields) -> None:
    """ID-10, ID-12"""
    kept = await fields.add()
    made, office = await fields.product(**{kept.key: "secret"}), fields.office
    hides = profiles_pb2.FieldAccess(entity=PRODUCT, field=f"custom.{kept.key}", access="hidden")
    rights = profiles_pb2.Permission(entity="*", view=True, edit=True, view_all=True)
    profile = await office.profile(rights, field_access=[hides])
    person = actor(await office.person("Sam", profile_ids=[profile.id]))
    assert person.person_id is not None
    now = Actor.person(person.person_id, min_epoch=(await office.snapshot()).epoch)
    products = fields.sales.stub(ProductsStub, now)
    assert not (await products.Get(standard_pb2.GetRequest(id=made.id))).custom
    with pytest.raises(Invalid):
        await products.List(standard_pb2.ListRequest(filter=f"custom.{kept.key} = secret"))
