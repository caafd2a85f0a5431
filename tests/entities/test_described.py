"""What `Describe` tells of every entity: no more rights than the contract has calls for."""

import pytest
from crm.v1 import records_pb2
from crm.v1.records_pb2_grpc import RecordsStub

from kit.describe import STANDARD
from kit.entity import Steps
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office

pytestmark = pytest.mark.parametrize("case", CASES.values(), ids=str)


async def _described(office: Office, case: Case) -> records_pb2.EntityDescription:
    beside = office.servings[case.service].stub(RecordsStub, office.actor)
    told = await beside.Describe(records_pb2.DescribeRequest())
    return next(each for each in told.entities if each.entity == str(case))


async def test_what_has_no_create_may_not_be_made(office: Office, case: Case) -> None:
    """F4, W9: neither a form, nor `New …`, nor an import is offered for it."""
    told = await _described(office, case)
    assert set(told.methods) == set(STANDARD) & case.methods
    assert ("create" in told.rights) == ("Create" in case.methods)
    assert ("delete" in told.rights) == ("Delete" in case.methods)


async def test_what_people_see_travels_along(office: Office, case: Case) -> None:
    told, wanted = await _described(office, case), case.record.presentation
    shown = told.presentation
    assert (shown.icon, shown.area, shown.rank) == (wanted.icon, wanted.area, wanted.rank)
    assert [view.key for view in shown.views] == [view.key for view in wanted.views]
    assert [each.verb for each in shown.actions] == [each.verb for each in wanted.actions]
    assert shown.HasField("path") == (wanted.path is not None)
    tones = {
        (field.name, option.value): option.tone
        for field in told.fields
        for option in field.options
        if option.tone
    }
    stepping = {
        name: known.said.kind.tones
        for name, known in case.record.fields.items()
        if isinstance(known.said.kind, Steps)
    }
    assert not stepping.keys() & wanted.tones.keys(), "steps say their tones themselves"
    everywhere = {**wanted.tones, **stepping}
    said = {
        (name, value): tone for name, each in everywhere.items() for value, tone in each.items()
    }
    assert {key: tone for key, tone in said.items() if tone and key in tones} == tones
