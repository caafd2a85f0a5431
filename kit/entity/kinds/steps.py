"""The kind of a state that moves in steps: where each leads, and what is left to verbs.

    STATUS = Steps(
        Status,
        (
            Step(Status.OPEN, "blue", to=(Status.CLOSED,)),
            Step(Status.CLOSED, by=(By("Reopen", Status.OPEN, "Use Reopen, which asks why."),), closed=True),
        ),
    )

The kit holds every change to it, whichever way it comes; a new record may begin anywhere, since what
is taken in from elsewhere has a past. Tones, the path of a page and what is closed follow from it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kit.entity.kinds.lists import Picklist


@dataclass(frozen=True)
class By:
    """A move that a verb makes and nobody by hand; `says` shows whoever tries the way to the verb."""

    verb: str
    to: str
    says: str


@dataclass(frozen=True)
class Step:
    """One state: its tone, and the states to which it may move by hand and by verbs."""

    value: str
    tone: str = ""
    to: tuple[str, ...] = ()
    by: tuple[By, ...] = ()
    # Whether the matter is settled for as long as a record stands here.
    closed: bool = False
    # Whether the way breaks off here, as by a cancellation, instead of leading through.
    aside: bool = False

    @property
    def leads_to(self) -> tuple[str, ...]:
        return tuple(sorted({*self.to, *(move.to for move in self.by)}))


@dataclass(frozen=True)
class Steps(Picklist):
    """One of a few states, which moves only as they say."""

    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        """A state that was forgotten, or leads nowhere that there is, is found when the class is made."""
        known = set(self.options)
        if {each.value for each in self.steps} != known:
            raise TypeError(f"Each of {sorted(known)} is one step.")
        if lost := {to for each in self.steps for to in each.leads_to} - known:
            raise TypeError(f"There is no step {sorted(lost)}.")

    @cached_property
    def closed(self) -> frozenset[str]:
        """The states in which the matter is settled."""
        return frozenset(each.value for each in self.steps if each.closed)

    @cached_property
    def tones(self) -> Mapping[str, str]:
        return {str(each.value): each.tone for each in self.steps if each.tone}

    @cached_property
    def way(self) -> tuple[str, ...]:
        """The steps from the first to the last, without those where it breaks off."""
        return tuple(str(each.value) for each in self.steps if not each.aside)

    def open_in(self, field: str) -> str:
        """The filter that finds what is not settled, for views and for when a verb is offered."""
        going = (each.value for each in self.steps if not each.closed)
        return " OR ".join(f'{field} = "{each}"' for each in going)

    @cached_property
    def _by_value(self) -> Mapping[str, Step]:
        return {each.value: each for each in self.steps}

    def wrong(self, whose: str, before: str, after: str, verb: str | None) -> str:
        """What is wrong with a move, or nothing; `verb` is the one at work, None where it is as good as any.

        `whose` begins the sentence, e.g. `A ticket`.
        """
        step = self._by_value.get(before)
        if step is None or after in step.to:
            return ""
        for move in step.by:
            if after == move.to:
                return "" if verb in (None, move.verb) else move.says
        if not step.leads_to:
            return f"{whose} that is {before} stays so; make a new one."
        return f"{whose} that is {before} can only become: {', '.join(step.leads_to)}."
