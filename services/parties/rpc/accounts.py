"""Accounts over gRPC."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from crm.parties.v1 import accounts_pb2 as pb
from crm.parties.v1.accounts_pb2_grpc import AccountsServicer
from sqlalchemy import func, select

from kit.records import Records, Work
from services.parties.model.accounts import Account

_LOCK = 7_203_021


class Accounts(Records[Account, pb.Account], AccountsServicer):
    """Customers, prospects, suppliers, partners and competitors."""

    record, message, listing = Account, pb.Account, pb.AccountList

    async def amend(self, work: Work, record: Any, values: Mapping[str, Any]) -> None:
        """An account never comes to stand below itself."""
        parent_id = values.get("parent_id")
        if parent_id is not None:
            record.refuse_circle(await _line(work, parent_id))
        await super().amend(work, record, values)


async def _line(work: Work, account_id: UUID) -> Collection[UUID]:
    """An account and all above it; two moves at once could close a circle, so they take turns."""
    await work.session.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    above = (
        select(Account.id, Account.parent_id).where(Account.id == account_id).cte(recursive=True)
    )
    next_up = select(Account.id, Account.parent_id).join(above, Account.id == above.c.parent_id)
    line = await work.session.scalars(select(above.union(next_up).c.id))
    return set(line)
