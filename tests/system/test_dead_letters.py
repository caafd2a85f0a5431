"""`./rapport dead-letters`: what waits in any service's database, replayed and dropped by its id."""

import pytest

from kit.ids import uuid7
from tests.faults.stores import Insides
from tests.system.running import System

pytestmark = [pytest.mark.system, pytest.mark.xdist_group("operations")]

_PARK = """
    INSERT INTO dead_letter (id, consumer, event_id, subject, body, headers, error, tries)
    VALUES ($1, 'campaigns_forgotten', $2, 'crm.sales.opportunity.won', '', $3, 'ValueError: no', 6)
"""


def test_letters_are_listed_replayed_and_dropped(system: System) -> None:
    """G8: a handler that is no more cannot take it, and says so."""
    letter, event = uuid7(), uuid7()
    headers = f'{{"ce-id": "{event}", "ce-time": "2026-01-01T00:00:00+00:00"}}'
    Insides(system).rows("campaigns", _PARK, letter, event, headers)
    listed = system.command("dead-letters", "list")
    assert f"campaigns    {letter}" in listed.stdout
    assert "ValueError: no" in listed.stdout
    replayed = system.command("dead-letters", "replay", str(letter))
    assert (replayed.returncode, replayed.stdout.split(maxsplit=1)[0]) == (1, str(letter))
    assert "failed again: NotFound: Nobody is called campaigns_forgotten" in replayed.stdout
    dropped = system.command("dead-letters", "drop", str(letter))
    assert (dropped.returncode, dropped.stdout) == (0, f"{letter} dropped\n")
    assert system.command("dead-letters", "list").stdout == "No dead letter waits.\n"
    unknown = system.command("dead-letters", "drop", str(letter))
    assert (unknown.returncode, unknown.stdout) == (1, f"{letter} waits nowhere\n")
