"""What customers ask of the demonstration company: tickets of the last year, most of them settled."""

from datetime import date, timedelta
from random import Random

from cli.demo.content.people import SUPPORT_GROUP, supporters
from cli.demo.content.rows import Row, chance, instant
from cli.demo.content.vocabulary import Complaint, Product, phrases

TICKETS, DAYS = 250, 300
_CHANNELS = ("email", "phone", "web", "chat")
_PRIORITIES = ("low", "normal", "high", "urgent")
_STATUSES = ("new", "open", "waiting", "resolved", "closed")


def tickets(seed: int, today: date, accounts: list[Row], contacts: list[Row]) -> list[Row]:
    dice = chance(seed, "tickets")
    customers = {each["code"]: each for each in accounts if "customer" in each["kinds"]}
    callers = [each for each in contacts if each["account_id:code"] in customers]
    taken: set[str] = set()
    rows = []
    for _ in range(TICKETS):
        caller = dice.choice(callers)
        rows.append(_ticket(dice, today, caller, customers[caller["account_id:code"]], taken))
    # They are numbered as they come in.
    return sorted(rows, key=lambda row: row["due_at"])


def _ticket(dice: Random, today: date, caller: Row, account: Row, taken: set[str]) -> Row:
    problem = dice.choice(phrases().problems)
    product = dice.choice([each for each in phrases().products if each.category != "Services"])
    status = dice.choices(_STATUSES, (8, 17, 9, 21, 45))[0]
    priority = dice.choices(_PRIORITIES, (3, 9, 4, 2))[0]
    subject = _subject(problem, product, account, taken)
    return {
        "subject": subject,
        "description": f"{subject}. Reported by {caller['first_name']} {caller['last_name']}.",
        "type": problem.type,
        "priority": priority,
        "status": status,
        "channel": dice.choice(_CHANNELS),
        "account_id:code": account["code"],
        "contact_id:email": caller["email"],
        "product_id:code": product.code,
        "owner_id:email": dice.choice(supporters()).email,
        **_times(dice, today, status, priority),
        **_hands(dice, status),
    }


def _subject(problem: Complaint, product: Product, account: Row, taken: set[str]) -> str:
    """No two are alike, so that a repeated filling finds each ticket again."""
    subject = problem.text.format(product=product.short)
    place = account["addresses"][0]["city"]
    mark = account["name"].split()[0]
    longer = (subject, f"{subject} ({place})", f"{subject} ({mark}, {place})")
    number, chosen = 1, next((each for each in longer if each not in taken), longer[-1])
    while chosen in taken:
        number += 1
        chosen = f"{longer[-1]}, again" if number == 2 else f"{longer[-1]}, {number} times"  # noqa: PLR2004 - the second of its name
    taken.add(chosen)
    return chosen


def _times(dice: Random, today: date, status: str, priority: str) -> Row:
    """Settled ones lie up to a year back; of the others some are late."""
    allowed = {"low": 10, "normal": 5, "high": 2, "urgent": 1}[priority]
    settled = status in ("resolved", "closed")
    age = int(DAYS * dice.random() ** 2) + 3 if settled else dice.randint(0, 8)
    came = instant(today - timedelta(days=age), dice.randint(7, 15), dice.randint(0, 59))
    answered = came + timedelta(minutes=dice.randint(5, 300))
    resolved = min(answered + timedelta(hours=dice.randint(1, 60)), instant(today, 0))
    return {
        "due_at": came + timedelta(days=allowed),
        "first_response_at": None if status == "new" else min(answered, instant(today, 16)),
        "resolved_at": resolved if settled else None,
        "closed_at": resolved + timedelta(hours=2) if status == "closed" else None,
        "resolution": dice.choice(phrases().settled) if settled else None,
    }


def _hands(dice: Random, status: str) -> Row:
    """New tickets wait with the group, the others lie with one of them."""
    assignee = "" if status == "new" else dice.choice(supporters()).email
    return {"group_id:name": SUPPORT_GROUP, "assignee_id:email": assignee}
