"""Wholes and parts, for every entity that has some: kept in their order, asked for, checked, taken along."""

import asyncio
from typing import Any
from uuid import UUID

import pytest
from crm.v1 import records_pb2, standard_pb2
from crm.v1.records_pb2_grpc import RecordsStub
from sqlalchemy import func, select, text

from kit.entity import Level, Part, Parts, Reference, row_field
from kit.entity.kinds import Instant
from kit.entity.parts import parts_in
from kit.errors import Invalid
from kit.ids import uuid7
from kit.records.write.loading import stored
from tests.entities.cases import CREATED, Case
from tests.entities.counting import counted
from tests.entities.factories import Office
from tests.entities.test_bin import deleted
from tests.entities.test_erasing import age, empty
from tests.waiting import until

WHOLES = [
    pytest.param(case, name, kind, id=f"{case}.{name}")
    for case in CREATED
    for name, kind in parts_in(case.record).items()
]
each_kind = pytest.mark.parametrize(("case", "name", "kind"), WHOLES)


def _only(made: Any) -> str:
    return f'id = "{made.id}"'


async def _listed(office: Office, case: Case, **asked: Any) -> list[Any]:
    return list((await office.stub(case).List(standard_pb2.ListRequest(**asked))).items)


@each_kind
async def test_parts_come_back_as_they_were_given_and_in_their_order(
    case: Case, name: str, kind: Parts, office: Office
) -> None:
    given = [await office.part(kind) for _ in range(3)]
    made = await office.make(case, **{name: given})
    (listed,) = await _listed(office, case, filter=_only(made), fields=[name])
    found = await office.stub(case).Get(standard_pb2.GetRequest(id=made.id))
    assert list(getattr(made, name)) == list(getattr(found, name)) == list(getattr(listed, name))
    for told, part in zip(given, getattr(found, name), strict=True):
        assert {column: getattr(part, column) for column in told} == told
        assert part.id


@each_kind
async def test_every_field_of_parts_filters_and_groups_and_none_sorts(
    case: Case, name: str, kind: Parts, office: Office
) -> None:
    given = await office.part(kind)
    made, none = await office.make(case, **{name: [given]}), await office.make(case)
    both = f"({_only(made)} OR {_only(none)})"
    beside = office.servings[case.service].stub(RecordsStub, office.actor)
    for column, value in given.items():
        path = f"{name}.{column}"
        for told, finds in ((f'= "{value}"', made), (":*", made), ("= null", none)):
            found = await _listed(office, case, filter=f"{both} AND {path} {told}")
            assert [each.id for each in found] == [finds.id], (path, told)
        with pytest.raises(Invalid, match="has no order"):
            await _listed(office, case, order_by=path)
        asked = records_pb2.AggregateRequest(entity=str(case), filter=both, group_by=[path])
        (figure,) = (await beside.Aggregate(asked)).items
        assert figure.measures["count"] == "1"
        found = await _listed(office, case, filter=figure.filter)
        assert [each.id for each in found] == [made.id], figure.filter


@each_kind
async def test_every_reference_of_a_part_is_checked(
    case: Case, name: str, kind: Parts, office: Office
) -> None:
    """A2: one that is not there is named with its line."""
    for column in kind.row.columns:
        if isinstance(column.kind, Reference):
            parts = [
                await office.part(kind),
                {**await office.part(kind), column.name: str(uuid7())},
            ]
            with pytest.raises(Invalid) as wrong:
                await office.make(case, **{name: parts})
            assert wrong.value.fields[name].startswith(f"Line 2: {column.label}: There is no such ")


@each_kind
async def test_a_list_costs_one_statement_and_without_parts_nothing_more(
    case: Case, name: str, kind: Parts, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    wholes = [await office.make(case, **{name: [await office.part(kind)]}) for _ in range(3)]
    among = " OR ".join(map(_only, wholes))
    statements = counted(monkeypatch)
    await _listed(office, case, filter=among)
    assert not any(kind.row.table.name in each for each in statements)
    statements.clear()
    assert len(await _listed(office, case, filter=among, fields=[name])) == 3
    assert len(statements) == 1


@each_kind
async def test_nothing_is_left_of_parts_when_their_whole_is_erased(
    case: Case, name: str, kind: Parts, office: Office
) -> None:
    """B2: they stay in the bin with it, and go with what it says."""
    made = await office.make(case, **{name: [await office.part(kind)] * 2})
    count = select(func.count()).where(kind.row.of_whole() == UUID(made.id))
    database = office.servings[case.service].process.database
    await deleted(office, case, made)
    assert [row[0] for row in await database.rows(count)] == [2]
    await age(office, case, made, 31)
    await empty(office, case)
    assert [row[0] for row in await database.rows(count)] == [0]


_WAITING = text(
    "select count(*) from pg_stat_activity"
    " where wait_event_type = 'Lock' and datname = current_database()"
)


@each_kind
@pytest.mark.parametrize("way", ["hold", "held"])
async def test_who_waited_for_a_whole_finds_the_parts_that_it_has_by_now(
    case: Case, name: str, kind: Parts, way: str, office: Office
) -> None:
    """The lock is given with the new row, but what lies in other rows is as the statement began."""
    made = await office.make(case, **{name: [await office.part(kind)]})
    process, record = office.servings[case.service].process, case.record
    itself = stored(record).where(record.id == UUID(made.id))

    async def waited() -> Any:
        async with process.work(office.actor) as work:
            if way == "held":
                (found,) = await work.held(record, itself.with_for_update(key_share=True))
            else:
                found = await work.get(record, made.id, Level.EDIT)
                await work.hold(found)
            return list(getattr(found, name))

    async def waits() -> bool:
        [row] = await process.database.rows(_WAITING)
        return bool(row[0])

    async with asyncio.TaskGroup() as group, process.work(office.actor) as first:
        whole = await first.get(record, made.id, Level.EDIT)
        await first.hold(whole)
        late = group.create_task(waited())
        await until(waits, "the second waits for the first")
        setattr(whole, name, [])
    assert late.result() == []


def test_a_part_refers_to_what_its_service_owns() -> None:
    """Nobody would keep a copy of what only a part refers to."""
    with pytest.raises(TypeError, match="leads out of its database"):

        class Stray(Part, of="toys.Toy"):
            account_id: str | None = row_field(Reference("parties.Account"), "Account")


def test_a_part_holds_what_its_table_can_show() -> None:
    with pytest.raises(TypeError, match="no part holds yet"):

        class Strange(Part, of="toys.Toy"):
            at: str | None = row_field(Instant(), "At")
