"""The value lists that parties kept by itself, on their way to identity, which keeps them now.

The table stays for the release before; a migration of the next one drops it.
"""

from collections import defaultdict

from sqlalchemy import text

from kit.access.entries import ChoiceValue
from kit.choices import first_values
from kit.choices.lists import Values
from kit.records import Process
from services.parties.model.starting_lists import STARTING_LISTS

_KEPT = text(
    "select list_name, value, caption, retired from choice_value"
    " order by list_name, position, value"
)


async def hand_over_choices(process: Process) -> None:
    """Begins with the lists as an administrator left them; what is declared again changes nothing."""
    kept: dict[str, list[ChoiceValue]] = defaultdict(list)
    for name, value, caption, retired in await process.database.rows(_KEPT):
        kept[name].append(ChoiceValue(value, caption, retired))
    if kept:
        process.choices.begin_with(
            {name: with_deleted(name, kept[name]) for name in STARTING_LISTS}
        )


def with_deleted(name: str, kept: list[ChoiceValue]) -> Values:
    """The values of a list, and those that an administrator had deleted from it, as retired ones."""
    there = {each.value for each in kept}
    first = first_values(STARTING_LISTS[name])
    deleted = (each for each in first if each.value not in there)
    return (*kept, *(ChoiceValue(each.value, each.caption, retired=True) for each in deleted))
