"""Hand-overs over gRPC: decided here, done by every service, told once to each who takes over."""

from datetime import UTC, datetime
from typing import Any

from crm.identity.v1 import hand_overs_pb2 as pb
from crm.identity.v1.hand_overs_pb2_grpc import HandOversServicer

from kit.events.publishing.outbox import insert_statement, rows
from kit.notices.giving import notice
from kit.notices.kinds import ASSIGNED, HANDED_OVER
from kit.records import Records, Said, Work, itself, verb
from services.identity.model.hand_overs import HandOver
from services.identity.rpc.successors import refuse_own_gain, require_fit_successors


class HandOvers(Records[HandOver, pb.HandOver], HandOversServicer):
    """What somebody who leaves has goes to others."""

    record, message, listing = HandOver, pb.HandOver, pb.HandOverList

    async def admit(self, work: Work, record: Any) -> None:
        # Rules that name its fields come first: what is judged here needs them filled.
        record.check()
        require_fit_successors(work, record)
        refuse_own_gain(work, record)
        work.add(record)
        record.announce(record.decided(work.actor.name, self.process.policy.epoch))
        await _tell(work, record)

    # Whoever may decide it may take it back; held, so that it is done once.
    @verb(sets=("taken_back_at",), right="create", holds=itself)
    async def TakeBack(self, work: Work, decision: HandOver, said: Said) -> None:
        decision.take_back(datetime.now(UTC))
        decision.announce(decision.decided(work.actor.name, self.process.policy.epoch))


async def _tell(work: Work, decision: HandOver) -> None:
    """One word to each who takes over, however many records come; of whom they were, not of each."""
    told = {each: ASSIGNED for each in decision.successors() if each != work.actor.person_id}
    if not told:
        return
    word = notice(
        work.process.name,
        told,
        id=f"hand_over:{decision.id}",
        entity="identity.Person",
        record_id=str(decision.person_id),
        actor=work.actor.name,
        what=HANDED_OVER,
    )
    await work.run(
        insert_statement, **rows([word], service=work.process.name, actor=work.actor.name)
    )
