"""As what people work on a record that is shared with them: a list that belongs to no field."""

from kit.actor import calling
from kit.choices import first_values
from kit.entity.levels import TEAM_ROLES
from kit.records.process import Process
from services.identity.model.vocabulary.choice_lists import ChoiceValue
from services.identity.of_services.choice_lists import keep

_FIRST = ("account_manager", "sales", "presales", "support", "project", "contract", "executive")


async def keep_team_roles(process: Process) -> None:
    """Adds the list where it is not known; what administrators made of it stays."""
    first = first_values(_FIRST)
    values = [ChoiceValue(value=each.value, caption=each.caption, retired=False) for each in first]
    async with process.work(calling()) as work:
        await keep(work, process.name, {TEAM_ROLES: ("Record teams: Role", values)})
