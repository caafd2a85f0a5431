"""What a profile hides is not found out by searching, filtering, ordering or grouping either."""

from typing import Any

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.access.entries import FieldAccess, Permission
from kit.actor import Actor
from kit.errors import Invalid
from kit.ids import uuid7
from kit.testing.organisation import TestOrganisation
from kit.testing.serving import Serving
from tests.kit.toy.contract import pb, services

SEES_ALL = Permission("toys.Toy", view=True, view_all=True)


def asked(**words: Any) -> standard_pb2.ListRequest:
    return standard_pb2.ListRequest(**words)


@pytest.fixture
async def secret(toys: Serving, organisation: TestOrganisation) -> str:
    """A word that stands in a searched field of one toy of Ana's, and nowhere else."""
    shop = toys.stub(services.ToysStub, await organisation.person("Ana"))
    await shop.Create(pb.Toy(name="Box", secret=(word := f"w{uuid7().hex}")))
    return word


async def somebody(organisation: TestOrganisation, access: str) -> Actor:
    """A person who sees every toy, and has this access to the field `secret`."""
    limit = FieldAccess("toys.Toy", "secret", access)
    return await organisation.person(
        "Sam", profiles=(await organisation.profile(SEES_ALL, fields=(limit,)),)
    )


async def found(toys: Serving, actor: Actor, **words: Any) -> int:
    page = await toys.stub(services.ToysStub, actor).List(asked(**words))
    return len(page.items)


async def test_a_hidden_field_is_not_searched(
    toys: Serving, organisation: TestOrganisation, secret: str
) -> None:
    """ID-14: its words find nothing, the words of the other fields do."""
    assert await found(toys, await somebody(organisation, "read"), search=secret) == 1
    blind = await somebody(organisation, "hidden")
    assert await found(toys, blind, search=secret) == 0
    assert await found(toys, blind, search="box", page_size=1) == 1
    page = await toys.stub(services.ToysStub, blind).List(asked(search=secret, count=True))
    assert page.page.total == 0


async def test_a_statement_is_never_shared_with_those_from_whom_more_is_hidden(
    toys: Serving, organisation: TestOrganisation, secret: str
) -> None:
    """The two ask the same in the same words; only what they may see differs."""
    question = {"filter": secret, "fields": ["name"]}
    assert await found(toys, await somebody(organisation, "read"), **question) == 1
    assert await found(toys, await somebody(organisation, "hidden"), **question) == 0


async def test_rows_within_a_record_are_neither_filtered_nor_grouped_by(
    toys: Serving, organisation: TestOrganisation
) -> None:
    ana = await organisation.person("Ana")
    for words in ({"filter": 'parts:"x"'}, {"order_by": "parts"}):
        with pytest.raises(Invalid, match="There is no field “parts”"):
            await found(toys, ana, **words)
    grouped = records_pb2.AggregateRequest(entity="toys.Toy", group_by=["parts"])
    with pytest.raises(Invalid, match="no field “parts”"):
        await toys.stub(RecordsStub, ana).Aggregate(grouped)
