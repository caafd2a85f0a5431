"""What the records are called to which others refer, without asking the services that own them.

A record of this service is called as its row says, one of another as its copy does, and people, groups
and the like as the policy does; each for whoever may see it and the field that names it.
"""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crm.v1 import standard_pb2
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Integer,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from kit.access.entities import at_home_in
from kit.access.policy import Policy
from kit.access.reach import Reach
from kit.actor import Actor
from kit.database.statements import Statement, Statements
from kit.entity import Level, Record
from kit.records.read.naming import Wanted
from kit.records.read.paths import reached_by
from kit.references.copies.tables import reference_copy
from kit.wire.contract import facts_of

_OF_THE_POLICY = "identity."
_LIVE = "live"


@dataclass(frozen=True, slots=True)
class Title:
    """What one record is called, and whether it is still there."""

    entity: str
    id: str
    title: str
    state: str = _LIVE

    def message(self) -> standard_pb2.Title:
        return standard_pb2.Title(
            entity=self.entity, id=self.id, title=self.title, state=self.state
        )


@dataclass(frozen=True, slots=True)
class _Part:
    """The records of one entity, and which of them the caller reaches."""

    entity: str
    record: type[Record] | None
    reach: Reach


class Titles:
    """The names of what the records of one service refer to."""

    def __init__(self, policy: Policy, fetch: Callable[[Statement, Any], Awaitable[Any]]) -> None:
        self._policy, self._fetch = policy, fetch
        self._statements = Statements()

    async def named(self, service: str, actor: Actor, wanted: Wanted) -> list[Title]:
        """All in one statement, whatever the number of entities."""
        known = {each: ids for each, ids in wanted.items() if ids and self._may_see(actor, each)}
        parts = [
            _Part(each, home, self._reach(actor, each))
            for each in sorted(known)
            if (home := at_home_in(service, each)) or not each.startswith(_OF_THE_POLICY)
        ]
        found = list(
            self._in_the_policy(actor, known.keys() - {each.entity for each in parts}, known)
        )
        if parts:
            key = tuple((each.entity, each.reach.shape) for each in parts)
            statement = self._statements.once((service, key), lambda: _query(parts))
            rows = await self._fetch(statement, _given(parts, known))
            found += (Title(entity, str(id_), title, state) for entity, id_, title, state in rows)
        return found

    def _may_see(self, actor: Actor, entity: str) -> bool:
        facts = facts_of(entity)
        return facts is not None and self._policy.permit(actor, entity).sees(facts.title)

    def _reach(self, actor: Actor, entity: str) -> Reach:
        return self._policy.permit(actor, entity).reach(Level.READ)

    def _in_the_policy(
        self, actor: Actor, entities: Iterable[str], wanted: Wanted
    ) -> Iterator[Title]:
        """Where not all are seen, nobody's row is here to tell which; everybody knows himself."""
        for entity in entities:
            everybody = self._reach(actor, entity).all
            for each in wanted[entity]:
                name = self._policy.organisation.name_of(entity, each)
                if name and (everybody or each == actor.person_id):
                    yield Title(entity, str(each), name)


def _query(parts: Sequence[_Part]) -> Select[Any]:
    selects = [_select(place, each) for place, each in enumerate(parts)]
    return selects[0] if len(selects) == 1 else union_all(*selects)  # type: ignore[return-value]  # one select is a query like many


def _select(place: int, part: _Part) -> Select[Any]:
    keys = bindparam(f"keys{place}", type_=ARRAY(Integer))
    inherited = bindparam(f"inherited{place}", type_=ARRAY(BigInteger))
    ids = func.any(bindparam(f"ids{place}", type_=ARRAY(Uuid())))
    entity = _word(part.entity)
    copy: Any = reference_copy.c
    if part.record is None:
        rows = select(entity, copy.id, copy.title, copy.state)
        rows = rows.where(copy.entity == entity, copy.state != _word("asked"))
    else:
        copy = part.record.__table__.c
        title = func.coalesce(cast(copy[part.record.title], Text), literal_column("''"))
        erased, binned = copy.erased_at.is_not(None), copy.binned_at.is_not(None)
        merged, became = copy.merged_into.is_not(None), copy.gone_as.is_not(None)
        gone = ((erased, _word("erased")), (merged, _word("merged")), (became, copy.gone_as))
        state = case(*gone, (binned, _word("binned")), else_=_word(_LIVE))
        # The row of an erased record may have to hold something; it is called nothing.
        rows = select(entity, copy.id, case((erased, _word("")), else_=title), state)
    return rows.where(copy.id == ids, reached_by(copy, part.reach, keys, inherited))


def _word(said: str) -> Any:
    """A word of our own in the statement, so that it is no parameter."""
    return literal_column(f"'{said}'", Text())


def _given(parts: Sequence[_Part], wanted: Wanted) -> Mapping[str, Any]:
    given: dict[str, Any] = {}
    for place, part in enumerate(parts):
        given[f"ids{place}"] = list(wanted[part.entity])
        given[f"keys{place}"] = part.reach.keys
        given[f"inherited{place}"] = part.reach.inherited
    return given
