"""The order of hits, the same within a service and among the answers of several."""

from collections.abc import Iterable

from crm.v1 import search_pb2 as pb


def ranked(hits: Iterable[pb.SearchHit]) -> list[pb.SearchHit]:
    """The best first, then the newest; what is alike in both stands in one order always."""
    by_place = sorted(hits, key=lambda each: (each.entity, each.id, each.part_id))
    newest = sorted(by_place, key=lambda each: each.at, reverse=True)
    return sorted(newest, key=lambda each: each.score, reverse=True)
