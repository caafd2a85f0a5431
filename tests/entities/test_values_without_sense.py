"""C6: what looks like a website, a number, a day or a time zone and is none is refused by its field."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import available_timezones

import pytest
from sqlalchemy import text

from kit.entity import Rows
from kit.entity.kinds import Day, Decimals, Instant, Kind, TimeZone, Url
from kit.errors import Invalid
from tests.entities.cases import CREATED, Case
from tests.entities.factories import Office

_WITHOUT_SENSE: dict[type[Kind], tuple[str, ...]] = {
    Url: ("http://", "https://N/A", "https://#CAJUN.HTM#"),
    Decimals: ("1_000", "1 000", "NaN", "\u0663"),
    Day: ("0001-01-01", "2000-W09-2", "20000229"),
    Instant: ("0001-01-01T00:00:00+14:00", "2000-W09-2T10:00:00Z"),
    TimeZone: ("localtime", "Factory", "posixrules", "posix/UTC", "Mars/Base", "../UTC"),
}
_ROUNDS = max(map(len, _WITHOUT_SENSE.values()))


def _of(kind: Kind, number: int) -> Any:
    """The value of a round that fits the kind in its looks alone; None of other kinds."""
    if isinstance(kind, Rows):
        columns = {
            each.name: _of(each.kind, number) for each in kind.row.columns if not each.follows
        }
        told = {name: value for name, value in columns.items() if value is not None}
        return [told] if told else None
    found = (values for fits, values in _WITHOUT_SENSE.items() if isinstance(kind, fits))
    values = next(found, ())
    return values[number % len(values)] if values else None


def _senseless(case: Case, number: int) -> Iterator[tuple[str, Any]]:
    """The fields with which a record may be made, and the value of a round for each."""
    for name in case.shape.names:
        known = case.record.fields[name].said
        value = _of(known.kind, number) if known.creatable else None
        if value is not None:
            yield name, value


CONCERNED = [case for case in CREATED if dict(_senseless(case, 0))]


@pytest.mark.parametrize("case", CONCERNED, ids=str)
async def test_what_makes_no_sense_is_refused_with_a_sentence(case: Case, office: Office) -> None:
    """All fields of a record at once, and nothing is made."""
    sound = await office.message(case)
    for number in range(_ROUNDS):
        wrong = dict(_senseless(case, number))
        with pytest.raises(Invalid) as refused:
            await office.stub(case).Create(_with(sound, **wrong))
        assert set(refused.value.fields) == set(wrong)
        assert all(told[0].isupper() and told[-1] == "." for told in refused.value.fields.values())


def _with(sound: Any, **wrong: Any) -> Any:
    message = type(sound)()
    message.CopyFrom(sound)
    for name in wrong:
        message.ClearField(name)
    message.MergeFrom(type(sound)(**wrong))
    return message


async def test_a_time_zone_that_may_be_chosen_is_one_to_postgresql_too(office: Office) -> None:
    """Figures by day are reckoned there, in the zone of whoever asks."""
    names = text("select name from pg_timezone_names")
    database = office.servings["identity"].process.database
    known = {row.name for row in await database.rows(names)}
    assert {zone for zone in available_timezones() if _may_be_chosen(zone)} <= known


def _may_be_chosen(zone: str) -> bool:
    try:
        return TimeZone().parse(zone) == zone
    except ValueError:
        return False
