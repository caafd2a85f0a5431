"""The same done to many, of every entity: changed, deleted and taken back, each row by its own rights."""

from typing import Any

import pytest
from crm.v1 import bulk_pb2, standard_pb2

from kit.access.entries import Permission
from kit.errors import Denied, NotFound
from kit.testing.organisation import TestOrganisation
from tests.entities.cases import CREATED, Case
from tests.entities.factories import Office
from tests.kit.bulk.doing import Doer, counts, packed

_STAMPS = {"version", "updated_at", "updated_by"}
_OWN = {"chat.Message", "identity.DefaultView"}
"""What belongs to whoever made it, and is handed to nobody."""
CHANGED = [case for case in CREATED if "Update" in case.methods]
DELETED = [case for case in CREATED if "Delete" in case.methods]


def doer(office: Office, case: Case, actor: Any = None) -> Doer:
    return Doer(office.servings[case.service], actor or office.actor)


def of_owner(office: Office, case: Case) -> Any:
    owner = str(office.colleague.person_id)
    return packed(case.patch(record=case.message(owner_id=owner), mask={"paths": ["owner_id"]}))


@pytest.mark.parametrize("case", CHANGED, ids=str)
async def test_many_are_handed_over_and_taken_back(case: Case, office: Office) -> None:
    """PA-34: with their history; whatever the entity, each says again what it said."""
    made = [await office.make(case) for _ in range(2)]
    his = doer(office, case)
    done = await his.do(str(case), ids=[each.id for each in made], call=of_owner(office, case))
    if str(case) in _OWN:
        assert [[*why] for why in (await his.refused(done)).values()] == [["owner_id"]] * 2
        return
    assert counts(done) == (2, 0, 0), await his.refused(done)
    back = await his.undo(done)
    assert counts(back) == (2, 0, 0), await his.refused(back)
    for each in made:
        now = await office.stub(case).Get(standard_pb2.GetRequest(id=each.id))
        assert now.version == each.version + 2
        for name in _STAMPS:
            now.ClearField(name), each.ClearField(name)
        assert now == each


@pytest.mark.parametrize("case", DELETED, ids=str)
async def test_many_are_deleted_and_come_back_where_there_is_a_bin(
    case: Case, office: Office
) -> None:
    made, his = await office.make(case), doer(office, case)
    done = await his.do(str(case), ids=[made.id], action="delete")
    assert counts(done) == (1, 0, 0), await his.refused(done)
    with pytest.raises(NotFound):
        await office.stub(case).Get(standard_pb2.GetRequest(id=made.id))
    assert done.undoable is not bool(case.record.no_bin)
    if done.undoable:
        back = await his.undo(done)
        assert counts(back) == (1, 0, 0), await his.refused(back)
        assert await office.stub(case).Get(standard_pb2.GetRequest(id=made.id))


@pytest.mark.parametrize("case", CHANGED, ids=str)
async def test_who_may_only_read_changes_nothing_and_strangers_see_no_bulk(
    case: Case, office: Office, organisation: TestOrganisation
) -> None:
    made = await office.make(case)
    reader = await organisation.person("Kit", Permission(str(case), view=True, view_all=True))
    with pytest.raises(Denied):
        await doer(office, case, reader).start(str(case), all=True, call=of_owner(office, case))
    tried = await doer(office, case).do(
        str(case), ids=[made.id], call=of_owner(office, case), dry_run=True
    )
    for ask in ("Get", "Rows", "Run", "Undo"):
        asked = bulk_pb2.BulkRowsRequest if ask == "Rows" else bulk_pb2.BulkId
        with pytest.raises(NotFound):
            await getattr(doer(office, case, office.colleague).stub, ask)(asked(id=tried.id))
