"""Whom a record is shared with and in which role, and what is private: a part of the service `Records`."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from crm.v1 import records_pb2 as pb
from crm.v1 import standard_pb2
from sqlalchemy import Select, func, select

from kit.access.clause import standing
from kit.actor import calling
from kit.entity import Governs, Level, Record
from kit.entity.levels import TEAM_ROLES
from kit.errors import Denied, Invalid, NotFound
from kit.ids import record_id
from kit.records.bin.methods import BinMethods
from kit.records.tables import share
from kit.records.write.history import ACCESS, Change
from kit.records.write.keys import give_keys, shares_of
from kit.records.write.work import Work
from kit.rpc import call as rpc

_PRINCIPALS = ("person", "role", "role_and_below", "group")
_PAGE, _MOST = 50, 200
_NO_PAGE = "This is no page of what is private; start again from the first page."
_FOR_ADMINISTRATORS = "Only who manages access may do this; ask an administrator."


class SharingMethods(BinMethods):
    """Shares the records of one process, and opens those that are private."""

    async def Share(self, request: pb.ShareRequest, context: Any) -> pb.Shares:
        _check_share(request)
        organisation, principal = self.process.policy.organisation, record_id(request.principal_id)
        if organisation.key_of(request.principal_kind, principal) is None:
            raise Invalid(principal_id=f"There is no such {request.principal_kind}.")
        if organisation.has_left(principal):
            raise Invalid(principal_id="This person is inactive; choose somebody else.")
        if request.role and (wrong := self.process.choices.wrong(TEAM_ROLES, request.role)):
            raise Invalid(role=wrong)
        return await self._shared_anew(request, [share.insert().values(**_share_row(request))])

    async def Unshare(self, request: pb.ShareRequest, context: Any) -> pb.Shares:
        return await self._shared_anew(request, [])

    async def _shared_anew(self, request: pb.ShareRequest, given: Sequence[Any]) -> pb.Shares:
        """What a principal had is taken away, and what is given instead put in its place."""
        async with self.process.work(calling(), rpc.current(), request) as work:
            record = await self._held(work, request)
            before = await self._shares(work, record)
            for statement in (_unshared(request), *given):
                await work.run(statement)
            after = await self._shares(work, record)
            await _share_anew(work, record, _access(before, after))
            return work.answer(after)  # type: ignore[no-any-return]  # what a verb answers is its message

    async def _held(self, work: Work, request: pb.ShareRequest) -> Record:
        """The record as it is by now: of two who share it, or move it, the second sees the first."""
        record = await work.get(self._permit(request.entity, "edit").record, request.id, Level.FULL)
        await work.hold(record)
        return await work.get(type(record), request.id, Level.FULL)

    async def ListShares(self, request: pb.GetShares, context: Any) -> pb.Shares:
        async with self.process.work(calling(), rpc.current()) as work:
            record = await work.get(self._permit(request.entity).record, request.id)
            return await self._shares(work, record)

    async def _shares(self, work: Work, record: Record) -> pb.Shares:
        rows = select(share).where(share.c.record_id == record.id).order_by(share.c.granted_at)
        return pb.Shares(items=[_shown_share(row) for row in await work.rows(rows)])

    async def ListPrivate(self, request: pb.PrivateRequest, context: Any) -> pb.PrivatePage:
        record = self._closable(request.entity)
        size = min(max(request.page_size, 0) or _PAGE, _MOST)
        rows = await self.process.database.rows(_private(record, request, size + 1))
        token = str(rows[size - 1].id) if len(rows) > size else ""
        return pb.PrivatePage(
            items=[
                pb.PrivateRecord(id=str(row.id), owner_id=str(row.owner_id)) for row in rows[:size]
            ],
            page=standard_pb2.Page(next_page_token=token),
        )

    async def LiftPrivacy(self, request: pb.LiftPrivacyRequest, context: Any) -> pb.PrivacyLifted:
        record = self._closable(request.entity)
        async with self.process.work(calling(), rpc.current(), request) as work:
            found = await work.named(record, [record_id(request.id)])
            if not found or not found[0].kept_private or found[0].binned_at:
                raise NotFound
            found[0].private = False
            await work.flush()
            answer = pb.PrivacyLifted(id=request.id, version=found[0].version)
            return work.answer(answer)  # type: ignore[no-any-return]  # what a verb answers is its message

    def _closable(self, name: str) -> type[Record]:
        """An entity whose records may be private, for whoever manages access."""
        permit = self._permit(name)
        if "edit" not in permit.another(Governs.ACCESS).rights:
            raise Denied(_FOR_ADMINISTRATORS)
        if "private" not in permit.record.fields:
            raise Invalid(entity=f"{permit.record.plural} cannot be private.")
        return permit.record


async def _share_anew(work: Work, record: Record, access: list[Any]) -> None:
    """It is a change of the record, with version, history, event and notices, if there is one."""
    if access[0] == access[1]:
        return
    shares = await shares_of(work.transaction.fetch, [record.id])
    give_keys(record, work.process.policy.row_keys(record, shares.get(record.id, ())))
    record.version += 1
    work.shown[record] = Change(record, "shared", {}, [], said={ACCESS: access})


def _access(before: pb.Shares, after: pb.Shares) -> list[list[str]]:
    """Who had access by hand and who has it now, as history tells it."""
    return [
        [":".join(filter(None, _of_one(each))) for each in shares.items]
        for shares in (before, after)
    ]


def _of_one(entry: pb.ShareEntry) -> Sequence[str]:
    return entry.principal_kind, entry.principal_id, entry.level, entry.role


def _unshared(request: pb.ShareRequest) -> Any:
    return share.delete().where(
        share.c.record_id == record_id(request.id),
        share.c.principal_kind == request.principal_kind,
        share.c.principal_id == record_id(request.principal_id),
    )


def _check_share(request: pb.ShareRequest) -> None:
    if request.principal_kind not in _PRINCIPALS:
        raise Invalid(principal_kind=f"Choose one of: {', '.join(_PRINCIPALS)}.")
    if request.level not in list(Level):
        raise Invalid(level=f"Choose one of: {', '.join(Level)}.")


def _share_row(request: pb.ShareRequest) -> dict[str, Any]:
    return {
        "record_id": record_id(request.id),
        "entity": request.entity,
        "principal_kind": request.principal_kind,
        "principal_id": record_id(request.principal_id),
        "level": request.level,
        "granted_by": calling().name,
        "granted_at": func.now(),
        "role": request.role or None,
    }


def _shown_share(row: Any) -> pb.ShareEntry:
    return pb.ShareEntry(
        principal_kind=row.principal_kind,
        principal_id=str(row.principal_id),
        level=row.level,
        granted_by=row.granted_by,
        granted_at=row.granted_at.isoformat().replace("+00:00", "Z"),
        role=row.role or "",
    )


def _private(record: type[Record], request: pb.PrivateRequest, limit: int) -> Select[Any]:
    """What is private of an entity, and whose; nothing of what it says."""
    table = record.__table__.c
    rows = select(table.id, table.owner_id).where(table.private, standing(record.__table__))
    if request.owner_id:
        rows = rows.where(table.owner_id == record_id(request.owner_id))
    if request.page_token:
        rows = rows.where(table.id > _place(request.page_token))
    return rows.order_by(table.id).limit(limit)


def _place(token: str) -> UUID:
    try:
        return UUID(token)
    except ValueError as wrong:
        raise Invalid(page_token=_NO_PAGE) from wrong
