"""Services tell here how far the indexes over their custom fields are."""

from collections.abc import Iterable

from kit.actor import calling
from kit.errors import Denied
from kit.indexing.custom_fields import State
from kit.records.process import Process
from services.identity.model.custom_fields import CustomField


async def keep_states(process: Process, states: Iterable[State]) -> None:
    """Writes down what is new; a field that is gone meanwhile has no state."""
    async with process.work(calling()) as work:
        for entity, key, state in states:
            named = (CustomField.entity_name == entity, CustomField.key == key)
            for known in await work.all(CustomField, *named, limit=1):
                known.index_state = state


def refuse_others(service: str, states: Iterable[State]) -> None:
    """A service speaks of its own entities alone."""
    for entity, *_ in states:
        if not entity.startswith(f"{service}."):
            raise Denied(f"{service} tells of its own fields only; {entity!r} is another's.")
