"""Access given by hand: the row's keys follow its shares."""

from typing import TYPE_CHECKING, Any

from kit.entity import Record
from kit.records.write.history import ACCESS, Change
from kit.records.write.keys import give_keys, shares_of

if TYPE_CHECKING:
    from kit.records.write.work import Work


async def share_anew(work: "Work", record: Record, access: list[Any]) -> None:
    """It is a change of the record, with version, history and event, if there is one."""
    if access[0] == access[1]:
        return
    shares = await shares_of(work.transaction.fetch, [record.id])
    give_keys(record, work.process.policy.row_keys(record, shares.get(record.id, ())))
    record.version += 1
    work.shown[record] = Change(record, "shared", {}, [], said={ACCESS: access})
