"""What happened is not unwritten: history is as old as its record, whatever a service is made to say."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from kit.testing.serving import Serving
from tests.entities.cases import CREATED, SERVICES, Case
from tests.entities.factories import Office
from tests.entities.test_bin import EVERY, deleted
from tests.entities.test_erasing import erased

Say = Callable[..., Awaitable[Any]]
_LINES = "select count(*) from history where record_id = $1"
_DROPPED = "delete from history where record_id = $1"


def _in_the_role_of(serving: Serving) -> Say:
    """Says something to the database as the service itself may."""

    async def say(statement: str, *arguments: Any) -> Any:
        return await serving.process.database.fetch(statement, arguments)

    return say


async def _refused(say: Say, statement: str, *arguments: Any) -> None:
    with pytest.raises(asyncpg.PostgresError) as wrong:
        await say(statement, *arguments)
    assert wrong.value.sqlstate == "RP002", statement


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize(
    "statement", ["truncate history", "truncate history cascade", "update history set actor = 'x'"]
)
async def test_no_service_rewrites_what_happened(
    service: str, statement: str, servings: dict[str, Serving]
) -> None:
    """Security, low: the service's database role may TRUNCATE history."""
    await _refused(_in_the_role_of(servings[service]), statement)


@pytest.mark.parametrize("case", CREATED, ids=str)
async def test_the_history_of_a_record_is_not_taken_away_before_it(
    case: Case, office: Office
) -> None:
    made, say = await office.make(case), _in_the_role_of(office.servings[case.service])
    await _refused(say, _DROPPED, UUID(made.id))
    [(lines,)] = await say(_LINES, UUID(made.id))
    assert lines


@EVERY
async def test_what_stands_in_the_bin_keeps_its_history_and_what_was_erased_the_last_line(
    case: Case, office: Office
) -> None:
    made, say = await deleted(office, case), _in_the_role_of(office.servings[case.service])
    await _refused(say, _DROPPED, UUID(made.id))
    other = await office.make(case)
    await erased(office, case, other)
    await _refused(say, _DROPPED, UUID(other.id))
    [(lines,)] = await say(_LINES, UUID(other.id))
    assert lines == 1
