"""Tags over gRPC: making one that is told apart from the others, and merging one into another."""

from typing import Any

from crm.identity.v1 import tags_pb2 as pb
from crm.identity.v1.tags_pb2_grpc import TagsServicer
from sqlalchemy import Text, bindparam, func, select

from kit.entity import Level
from kit.errors import Invalid, NotFound, Refused
from kit.records import Records, Said, Work, verb
from kit.records.methods.verbs import itself
from services.identity.model.vocabulary.tags import MOST, Tag, stored

_HOW_MANY = select(func.count()).select_from(Tag.__table__)
_TAKEN = select(Tag.id).where(Tag.value == bindparam("stored", type_=Text()))


class Tags(Records[Tag, pb.Tag], TagsServicer):
    """Labels, which every record may have."""

    record, message, listing = Tag, pb.Tag, pb.TagList

    async def admit(self, work: Work, record: Any) -> None:
        # Whoever may see which of them: they are values, and all who see a record read those.
        if await work.value(_HOW_MANY) >= MOST:
            raise Refused(f"There are {MOST:,} tags already; merge some that mean the same.")
        known = "" if record.value else stored(record.name or "")
        if known and await work.value(_TAKEN, stored=known) is not None:
            record.told_apart()
        await super().admit(work, record)

    @verb(follows=("merged_into_id",), holds=itself)
    async def Merge(self, work: Work, tag: Tag, said: Said) -> None:
        try:
            into = await work.get(Tag, said.into_id, Level.EDIT)
        except NotFound:
            raise Invalid(into_id="There is no such tag; choose another one.") from None
        await work.hold(into)
        tag.merge(into)
