"""Every tree of every service refuses a circle by Update."""

import pytest

from kit.entity import Tree
from kit.errors import Invalid
from tests.entities.cases import CASES, Case
from tests.entities.factories import Office

_TREES = [
    (case, name)
    for case in CASES.values()
    for name, known in case.record.fields.items()
    if isinstance(known.said.kind, Tree)
]


@pytest.mark.parametrize(("case", "name"), _TREES, ids=[f"{case}.{name}" for case, name in _TREES])
async def test_a_record_never_stands_below_itself(case: Case, name: str, office: Office) -> None:
    top = await office.make(case)
    low = await office.make(case, **{name: top.id})
    for above in (top, low):
        record = case.message(id=top.id, **{name: above.id})
        with pytest.raises(Invalid) as wrong:
            await office.stub(case).Update(case.patch(record=record, mask={"paths": [name]}))
        assert " itself; choose " in wrong.value.fields[name]


def test_every_reference_to_a_parent_of_ones_own_kind_is_a_tree() -> None:
    for case in CASES.values():
        for name, known in case.record.fields.items():
            own = getattr(known.said.kind, "target", "") == str(case) and name != "id"
            assert not (own and name == "parent_id") or isinstance(known.said.kind, Tree), name
