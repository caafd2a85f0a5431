"""The tag cloud: how often each tag stands on records within the caller's reach, of one entity or of many."""

from collections import Counter
from collections.abc import Mapping, Sequence

from crm.v1 import records_pb2 as pb
from sqlalchemy import func, select

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.access.tags import TagSet
from kit.entity import Level, Tagged
from kit.errors import Invalid, NotFound
from kit.query import parse, to_sql
from kit.records.process import Process
from kit.records.read.askable_fields import Asked
from kit.records.read.listing import context_of

_MOST = 300


def has_cloud(permit: Permit) -> bool:
    """Whether the caller sees tags of an entity at all; to whom the field is hidden it has no cloud."""
    return "view" in permit.rights and issubclass(permit.record, Tagged) and permit.sees("tags")


async def counted_tags(process: Process, permits: Sequence[Permit], narrowed: str) -> pb.TagCloud:
    """The cloud over the entities of these permits."""
    if narrowed and len(permits) != 1:
        raise Invalid(filter="Name the entity whose rows the filter is about.")
    counts = {each.record.entity: await _counted(process, each, narrowed) for each in permits}
    return _cloud(process.policy.organisation.tags, counts)


async def _counted(process: Process, permit: Permit, narrowed: str) -> Counter[str]:
    if not has_cloud(permit):
        raise NotFound(f"There are no tags of {permit.record.plural.lower()} to be counted.")
    record, tag = permit.record, func.unnest(permit.record.__table__.c.tags).label("tag")
    rows = select(tag, func.count().label("count")).where(
        reachable(record, permit.reach(Level.READ), Level.READ)
    )
    node = parse(narrowed)
    if node is not None:
        rows = rows.where(to_sql(node, Asked(permit), context_of(permit)))
    rows = rows.group_by(tag).order_by(func.count().desc(), tag).limit(_MOST + 1)
    return Counter({row["tag"]: row["count"] for row in await process.reader.rows(rows)})


def _cloud(tags: TagSet, counts: Mapping[str, Counter[str]]) -> pb.TagCloud:
    total = sum(counts.values(), Counter())
    ranked = sorted(total.items(), key=lambda each: (-each[1], each[0]))
    items = [_weighed(tags, tag, counts) for tag, _ in ranked[:_MOST]]
    return pb.TagCloud(items=items, capped=len(ranked) > _MOST)


def _weighed(tags: TagSet, tag: str, counts: Mapping[str, Counter[str]]) -> pb.TagCount:
    label = tags.label(tag)
    found = {entity: tally[tag] for entity, tally in counts.items() if tally[tag]}
    return pb.TagCount(
        tag=tag,
        name=label.name,
        category=label.category,
        tone=label.tone,
        count=sum(found.values()),
        entities=found,
    )
