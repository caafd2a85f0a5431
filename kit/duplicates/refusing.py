"""Keeping a second record out where a rule refuses it and nobody says that it is meant."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from crm.v1 import duplicates_pb2 as pb

from kit.duplicates.candidates import Suspect, suspects
from kit.duplicates.rules import rules_of
from kit.entity import Record
from kit.entity.tracking import former, is_stored
from kit.errors import Duplicate
from kit.wire.plain import plain

if TYPE_CHECKING:
    from kit.access.permit import Permit
    from kit.records.write.work import Work

MOST = 10
_NAMED = 3


async def refuse_duplicates(work: "Work", record: Record) -> None:
    """Refuses a record of a person that agrees with another by a rule that refuses such.

    Only records that the caller may see count, by fields that the caller may see: to refuse for the sake
    of another would tell that there is one. The two are found in the background, for those who see both.
    """
    if work.actor.is_system or work.call.allows_duplicates:
        return
    kind = type(record)
    if not (rules := rules_of(work.process.policy, kind).refusing()).every:
        return
    permit = work.permit(kind)
    record.prepare(work.actor)
    changed = former(record).keys() if is_stored(record) else None
    found = await suspects(work, record, rules.refusing(changed).seen(permit.sees))
    if found:
        candidates = [plain(shown(permit, each)) for each in found[:MOST]]
        raise Duplicate(_told(permit, found), candidates=msgspec.json.encode(candidates))


def shown(permit: "Permit", found: Suspect) -> pb.Candidate:
    """A suspect as the contract tells it, to whoever may see the record."""
    return pb.Candidate(
        id=str(found.record.id),
        title=title_of(permit, found.record),
        likelihood=found.likelihood,
        rules=[each.said.name for each in found.rules],
        refused=found.refused,
    )


def title_of(permit: "Permit", record: Record) -> str:
    """What a record is called, to whoever may see that."""
    title = record.title
    return str(getattr(record, title) or "") if permit.sees(title) else ""


def _told(permit: "Permit", found: Sequence[Suspect]) -> str:
    named = [f"“{name}”" for each in found[:_NAMED] if (name := title_of(permit, each.record))]
    rules = dict.fromkeys(rule.said.name for each in found for rule in each.rules)
    which = f": {', '.join(named)}" if named else ""
    return (
        f"It may be there already{which} ({', '.join(rules)})."
        " Open what is there, or say that you mean another."
    )
