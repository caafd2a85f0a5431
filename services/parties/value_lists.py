"""Value lists at work: given to an empty database, and known to every replica."""

from collections import defaultdict
from typing import Any

from sqlalchemy import func, select

from kit.actor import Actor
from kit.choices import Option
from kit.events.subjects import change_subject
from kit.records import Process
from services.parties.model.choice_values import ChoiceValue
from services.parties.model.starting_lists import STARTING_LISTS

_LOCK = 7_203_020


async def start_choices(process: Process) -> None:
    """Knows the lists from now on, however and wherever they change."""

    async def changed(_: Any) -> None:
        await load_choices(process)

    # A plain subscription reaches every replica, a durable consumer only one of them.
    await process.nats.listen(change_subject(ChoiceValue.entity, "*"), changed)
    await _fill(process)
    await load_choices(process)


async def _fill(process: Process) -> None:
    """Gives an empty database its first lists; of several processes one does it."""
    async with process.work(Actor.system("parties.start")) as work:
        await work.run(select(func.pg_advisory_xact_lock(_LOCK)))
        if await work.value(select(ChoiceValue.id).limit(1)) is not None:
            return
        for name, values in STARTING_LISTS.items():
            for position, value in enumerate(values):
                work.add(ChoiceValue(list_name=name, value=value, position=position))


async def load_choices(process: Process) -> None:
    """Reads the lists again."""
    chosen = select(
        ChoiceValue.list_name, ChoiceValue.value, ChoiceValue.caption, ChoiceValue.retired
    )
    in_order: Any = chosen.order_by(ChoiceValue.list_name, ChoiceValue.position, ChoiceValue.value)
    lists: dict[str, list[Option]] = defaultdict(list)
    for name, value, caption, retired in await process.reader.rows(in_order):
        lists[name].append(Option(value, caption, retired))
    process.choices.learn(lists)
