"""What the colleagues of the demonstration company did and plan: activities, and shared things booked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from cli.demo.content.people import STAFF, Colleague
from cli.demo.content.rows import Reference, Row, chance, instant
from cli.demo.content.sales import Deal
from cli.demo.content.vocabulary import phrases

DONE, PLANNED = 390, 130
_BOOKED_DAYS = range(-10, 20)
_WEEKEND = 5
_CALL, _LETTER = 0.5, 0.75
_LENGTHS = {"call": 20, "meeting": 60, "email": 15}


@dataclass
class Diary:
    """Writes activities whose names differ, so that a repeated filling finds each again."""

    dice: Random
    today: date
    taken: set[str] = field(default_factory=set)

    def name(self, wanted: str) -> str:
        number, name = 1, wanted
        while name in self.taken:
            number += 1
            name = f"{wanted} ({number})"
        self.taken.add(name)
        return name

    def day(self, first: int, last: int) -> date:
        """A working day, counted from today."""
        return _at_work(self.today + timedelta(days=self.dice.randint(first, last)))

    def task(self, who: str, day: date, *, priority: str = "normal", about: str = "") -> Row:
        what = self.dice.choice(phrases().tasks)
        return {
            "name": self.name(f"{what}{about}"),
            "type": "task",
            "status": "planned",
            "priority": priority,
            "assignee_id:email": who,
            "owner_id:email": who,
            "starts_at": instant(day, 9),
            "due_at": instant(day, 15),
        }

    def talk(self, deal: Deal, day: date, *, done: bool) -> Row:
        """A call, a letter or a meeting about a deal, with the customer's contact."""
        kind = self._kind()
        begins = instant(day, self.dice.randint(7, 14), self.dice.choice((0, 15, 30, 45)))
        ends = begins + timedelta(minutes=_LENGTHS[kind])
        person = f"{deal.contact['first_name']} {deal.contact['last_name']}"
        return {
            "name": self.name(f"{self._wording(kind)} with {person}".replace("sent with", "to")),
            "type": kind,
            "status": "done" if done else "planned",
            "priority": self.dice.choice(("low", "normal", "normal", "high")),
            "assignee_id:email": deal.owner,
            "owner_id:email": deal.owner,
            "starts_at": begins,
            "ends_at": ends,
            "completed_at": ends if done else None,
            "outcome": self.dice.choice(phrases().reports) if done else None,
            "account_id:code": deal.account["code"],
            "contact_ids:email": [deal.contact["email"]],
            "person_ids:email": self._company(deal.owner) if kind == "meeting" else [],
            "related_entity": "sales.Opportunity",
            "related_id": Reference("opportunities", "code", deal.code),
        }

    def _kind(self) -> str:
        rolled = self.dice.random()
        return "call" if rolled < _CALL else "email" if rolled < _LETTER else "meeting"

    def _wording(self, kind: str) -> str:
        said = {"call": phrases().calls, "email": phrases().letters, "meeting": phrases().meetings}
        return self.dice.choice(said[kind])

    def _company(self, owner: str) -> list[str]:
        """One or two colleagues come along."""
        others = [each.email for each in STAFF if each.email != owner]
        return self.dice.sample(others, self.dice.randint(1, 2))


def activities(seed: int, today: date, made: list[Deal]) -> list[Row]:
    """Six hundred: what everybody has to do now, what was done, and what is planned."""
    diary = Diary(chance(seed, "activities"), today)
    own = [row for each in STAFF for row in _own(diary, each)]
    recent = [each for each in made if (today - (each.closed or today)).days < 180]  # noqa: PLR2004 - half a year
    done = [
        diary.talk(each, _before(diary, each), done=True)
        for each in diary.dice.choices(recent, k=DONE)
    ]
    going = [each for each in made if each.closed is None]
    planned = [
        diary.talk(each, diary.day(1, 30), done=False)
        for each in diary.dice.choices(going, k=PLANNED)
    ]
    return done + planned + own


def _own(diary: Diary, each: Colleague) -> Iterator[Row]:
    """Two things to do today, one that is late, two for later, and the team's meeting."""
    yield diary.task(each.email, diary.today, priority="high", about=f", {each.given} today")
    yield diary.task(each.email, diary.today, about=f", {each.given} by tonight")
    yield diary.task(each.email, diary.day(-8, -2), about=f", {each.given}")
    for _ in range(2):
        yield diary.task(each.email, diary.day(2, 20), about=f", {each.given}")
    begins = instant(diary.today, 8)
    yield {
        "name": diary.name(f"{each.given}'s morning round"),
        "type": "meeting",
        "status": "planned",
        "priority": "normal",
        "assignee_id:email": each.email,
        "owner_id:email": each.email,
        "starts_at": begins,
        "ends_at": begins + timedelta(minutes=20),
        "person_ids:email": [peer.email for peer in STAFF if _near(each, peer)],
    }


def _near(one: Colleague, other: Colleague) -> bool:
    return one is not other and one.role == other.role


def _before(diary: Diary, deal: Deal) -> date:
    """While the deal was going on, and not in the time to come."""
    last = min(deal.closed or diary.today, diary.today - timedelta(days=1))
    length = max((last - deal.opened).days, 0)
    return _at_work(last - timedelta(days=diary.dice.randint(0, min(length, 120))))


def _at_work(day: date) -> date:
    """The day itself, or the Friday before it."""
    return day - timedelta(days=max(0, day.weekday() - _WEEKEND + 1))


def resources() -> Iterator[Row]:
    for each in phrases().resources:
        yield {
            "name": each.name,
            "kind": each.kind,
            "location": each.location,
            "capacity": each.capacity,
        }


def bookings(seed: int, today: date) -> list[Row]:
    """Mornings and afternoons of the working days around today; no two overlap."""
    dice = chance(seed, "bookings")
    rows = []
    for days in _BOOKED_DAYS:
        day = today + timedelta(days=days)
        if day.weekday() >= _WEEKEND:
            continue
        for number, thing in enumerate(phrases().resources):
            for half, begins in (("morning", 7), ("afternoon", 12)):
                if dice.random() < 0.3:  # noqa: PLR2004 - a third of the time it is taken
                    rows.append(_booking(dice, thing.name, day, half, begins + number % 2))
    return rows


def _booking(dice: Random, thing: str, day: date, half: str, hour: int) -> Row:
    what = dice.choice(phrases().meetings)
    begins = instant(day, hour)
    return {
        "purpose": f"{what}, {day.isoformat()} {half}, {thing}",
        "resource_id:name": thing,
        "owner_id:email": dice.choice(STAFF).email,
        "starts_at": begins,
        "ends_at": begins + timedelta(hours=dice.randint(1, 3)),
    }
