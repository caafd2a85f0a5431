"""The one filter language of lists, views, reports, segments, sharing and workflows."""

from kit.query.conditions import Context
from kit.query.fields import Kind, Path, Queryable
from kit.query.grammar import parse
from kit.query.memory import matches
from kit.query.order import Order
from kit.query.pages import decode_token, encode_token
from kit.query.sql import to_sql
from kit.query.tree import And, Call, Compare, Node, Not, Or, Search, Word, names

__all__ = [
    "And",
    "Call",
    "Compare",
    "Context",
    "Kind",
    "Node",
    "Not",
    "Or",
    "Order",
    "Path",
    "Queryable",
    "Search",
    "Word",
    "decode_token",
    "encode_token",
    "matches",
    "names",
    "parse",
    "to_sql",
]
