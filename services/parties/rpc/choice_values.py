"""Value lists over gRPC; what changes is known at once."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from crm.parties.v1 import choice_values_pb2 as pb
from crm.parties.v1.choice_values_pb2_grpc import ChoiceValuesServicer
from sqlalchemy import exists, or_, select

from kit.records import Records, Work
from services.parties.model.choice_values import USES, ChoiceValue
from services.parties.value_lists import load_choices


class ChoiceValues(Records[ChoiceValue, pb.ChoiceValue], ChoiceValuesServicer):
    """The values among which people choose, e.g. industries."""

    record, message, listing = ChoiceValue, pb.ChoiceValue, pb.ChoiceValueList

    async def admit(self, work: Work, record: Any) -> None:
        await super().admit(work, record)
        self._known_after(work)

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        await super().amend(work, record, values)
        self._known_after(work)

    async def discard(self, work: Work, record: Any) -> None:
        """A value in use stays, whoever may see the record that has it."""
        uses = [
            exists().where(getattr(use, name) == record.value)
            for use, name in USES[record.list_name]
        ]
        record.refuse_loss(used=bool(await work.value(select(or_(*uses)))))
        await super().discard(work, record)
        self._known_after(work)

    def _known_after(self, work: Work) -> None:
        work.after_commit(partial(load_choices, self.process))
