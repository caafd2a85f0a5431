"""Message to record to message: what was said comes back, and what is wrong is told by its field."""

from datetime import date, datetime, time

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.entity.kinds.moments import FIRST_DAY, LAST_DAY
from kit.entity.kinds.numbers import written
from kit.errors import Invalid
from kit.records.read.json_views import shown_json
from kit.text.lines import one_line
from kit.wire import Shape
from tests.kit.toy.contract import pb
from tests.kit.toy.model import Toy

SHAPE = Shape(Toy, pb.Toy)


def _as_stored(text: str) -> bool:
    """Whether text needs no composing or trimming, and shows something."""
    try:
        return one_line(text) == text
    except ValueError:
        return False


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min)


WORDS = st.text(
    st.characters(codec="utf-8", categories=["L", "N", "P", "S", "M", "Zs"]),
    min_size=1,
    max_size=40,
).filter(_as_stored)
IDS = st.uuids().map(str)
AMOUNTS = st.decimals(-(10**8), 10**8, places=3).map(written)
INSTANTS = st.datetimes(_midnight(FIRST_DAY), _midnight(LAST_DAY)).map(
    lambda moment: f"{moment.isoformat()}Z"
)
PARTS = st.builds(
    pb.Part, name=WORDS, number=st.none() | st.integers(0, 2**31 - 1), cost=st.none() | AMOUNTS
)
TOYS = st.builds(
    pb.Toy,
    name=WORDS,
    note=st.none() | WORDS,
    pieces=st.none() | st.integers(0, 1000),
    weight=st.none() | AMOUNTS,
    price=st.none() | AMOUNTS,
    currency=st.sampled_from(["EUR", "USD"]),
    discount=st.none() | st.decimals(0, 100, places=2).map(str),
    ready=st.booleans(),
    due=st.none() | st.dates(FIRST_DAY, LAST_DAY).map(str),
    sold_at=st.none() | INSTANTS,
    parent_id=st.none() | IDS,
    friend_ids=st.lists(IDS, unique=True, max_size=3),
    tags=st.lists(WORDS, unique=True, max_size=3),
    parts=st.lists(PARTS, max_size=3),
)


def _record(message: object) -> Toy:
    return Toy(**SHAPE.values(message, SHAPE.given(message)))


@settings(max_examples=200, deadline=None)
@given(TOYS)
def test_what_was_said_comes_back(message: object) -> None:
    names = SHAPE.given(message)
    again = SHAPE.to_message(_record(message), names)
    assert again == message


@settings(max_examples=100, deadline=None)
@given(TOYS)
def test_the_ready_view_says_what_the_typed_one_says(message: object) -> None:
    record = _record(message)
    ready = msgspec.json.decode(shown_json(record, ["name", "price", "tags", "due", "parts"], {}))
    typed = SHAPE.to_message(record, ["name", "price", "tags", "due", "parts"])
    assert ready["name"] == typed.name
    assert ready["price"] == (typed.price if typed.HasField("price") else None)
    assert (ready["tags"], len(ready["parts"])) == (list(typed.tags), len(typed.parts))
    assert ready["due"] == (typed.due if typed.HasField("due") else None)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from([known.name for known in pb.Toy.DESCRIPTOR.fields if 10 <= known.number < 90]),
    st.text(max_size=60),
)
def test_any_text_is_taken_or_refused_by_the_name_of_its_field(name: str, text: str) -> None:
    described = pb.Toy.DESCRIPTOR.fields_by_name[name]
    if described.type != described.TYPE_STRING:
        return
    message = pb.Toy(**{name: [text] if described.is_repeated else text})
    try:
        SHAPE.values(message, [name])
    except Invalid as wrong:
        assert set(wrong.fields) == {name}  # noqa: PT017 - either outcome is right
