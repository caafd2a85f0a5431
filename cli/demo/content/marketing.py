"""What marketing does: campaigns that cost and bring something, their members, and open leads."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from cli.demo.content.people import by_key, sellers
from cli.demo.content.rows import Row, chance, filled, instant
from cli.demo.content.sales import Deal
from cli.demo.content.unique_names import Naming
from cli.demo.content.vocabulary import Plan, cultures, phrases, slug

LEADS = 150
_AFTER = timedelta(days=60)
_STATES = ("Planned", "Sent", "Confirmed", "Rejected", "Interest")
_OWNER = by_key("priya").email
_RATINGS = {"new": "cold", "working": "warm", "qualified": "hot", "unqualified": "cold"}


def brought(seed: int, today: date, made: list[Deal]) -> list[Deal]:
    """The deals, some of which a campaign brought that was on, or just over, when they began."""
    dice = chance(seed, "brought")
    return [_credited(dice, today, each) for each in made]


def _credited(dice: Random, today: date, deal: Deal) -> Deal:
    """Money is added up in one currency only, so deals in others are credited to none."""
    if deal.currency != "EUR":
        return deal
    for plan in phrases().campaigns:
        in_time = _first(plan, today) <= deal.opened <= _last(plan, today) + _AFTER
        if in_time and dice.random() < plan.pull:
            return replace(deal, campaign=plan.code)
    return deal


def _first(plan: Plan, today: date) -> date:
    return today + timedelta(days=plan.starts)


def _last(plan: Plan, today: date) -> date:
    return _first(plan, today) + timedelta(days=plan.days)


def campaigns(today: date, made: list[Deal]) -> list[Row]:
    """What a campaign cost follows from what it brought and is to gain."""
    return [_campaign(each, today, made) for each in phrases().campaigns]


def _campaign(plan: Plan, today: date, made: list[Deal]) -> Row:
    brought = float(sum(each.row()["realised_amount"] for each in made if _won_by(plan, each)))
    cost = max(plan.least, 100 * round(brought / (1 + plan.gain) / 100))
    status = _status(plan, today)
    passed = min(max((today - _first(plan, today)).days / plan.days, 0), 1)
    return {
        "code": plan.code,
        "name": plan.name,
        "type": plan.type,
        "goal_type": plan.goal_type,
        "status": status,
        "starts_on": _first(plan, today),
        "ends_on": _last(plan, today),
        "target_audience": plan.audience,
        "currency": "EUR",
        "budget": 15_000 if status == "planned" else 1_000 * round(cost * 1.08 / 1_000) + 500,
        "actual_cost": None if status == "planned" else cost,
        "expected_revenue": 1_000 * round(cost * 2.5 / 1_000),
        "planned_actions": 8,
        "done_actions": int(8 * passed),
        "responsible_ids:email": [_OWNER],
        "owner_id:email": _OWNER,
    }


def _won_by(plan: Plan, deal: Deal) -> bool:
    return deal.won and deal.campaign == plan.code


def _status(plan: Plan, today: date) -> str:
    if today < _first(plan, today):
        return "planned"
    return "active" if today <= _last(plan, today) else "completed"


def members(seed: int, today: date, contacts: list[Row], made: list[Deal]) -> list[Row]:
    """Everybody who bought is among them; the older a campaign, the more have answered."""
    dice = chance(seed, "members")
    return [
        row for plan in phrases().campaigns for row in _members(dice, plan, today, contacts, made)
    ]


def _members(
    dice: Random, plan: Plan, today: date, contacts: list[Row], made: list[Deal]
) -> Iterator[Row]:
    bought = {each.contact["email"]: "Interest" for each in made if _won_by(plan, each)}
    others = dice.sample([each["email"] for each in contacts], dice.randint(12, 32))
    weights = {"planned": (1, 0, 0, 0, 0), "active": (2, 6, 2, 1, 2), "completed": (0, 6, 3, 2, 2)}
    chosen = weights[_status(plan, today)]
    states = {email: dice.choices(_STATES, chosen)[0] for email in others}
    for email, state in (states | bought).items():
        yield {"campaign_id:code": plan.code, "contact_id:email": email, "state": state}


def leads(seed: int, today: date, naming: Naming) -> list[Row]:
    dice = chance(seed, "leads")
    return [_lead(dice, today, naming) for _ in range(LEADS)]


def _lead(dice: Random, today: date, naming: Naming) -> Row:
    known = cultures().countries
    country = dice.choices(known, [each.weight for each in known])[0]
    trade = dice.choice(sorted(cultures().of(country).trades))
    firm = naming.firm(dice, country, trade)
    domain = f"{slug(firm.split()[0])}.example"
    person = naming.person(dice, country, domain)
    status = dice.choices(tuple(_RATINGS), (5, 6, 3, 2))[0]
    town, region, code = dice.choice(country.cities).split("|")
    return {
        "first_name": person.first,
        "last_name": person.last,
        "company": f"{firm} {dice.choice(country.legal)}",
        "job_title": dice.choice(phrases().titles),
        "email": person.email,
        "phone": filled(dice, country.phone),
        "website": f"https://www.{domain}",
        "industry": trade,
        "city": town,
        "region": region,
        "postal_code": filled(dice, code),
        "country": country.code,
        "owner_id:email": dice.choice(sellers(country.region)).email,
        **_interest(dice, status),
        **_origin(dice, today),
    }


def _interest(dice: Random, status: str) -> Row:
    product = dice.choice(phrases().products)
    value = round(float(product.price) * product.usual * dice.uniform(0.5, 2), -2)
    rising = {"new": 20, "working": 45, "qualified": 75, "unqualified": 10}
    return {
        "status": status,
        "rating": _RATINGS[status],
        "score": rising[status] + dice.randint(-10, 15),
        "product_id:code": product.code,
        "estimated_amount": max(100, int(value)),
        "currency": "EUR",
        "qualification_note": dice.choice(phrases().needs) if status == "qualified" else None,
    }


def _origin(dice: Random, today: date) -> Row:
    """Where a lead comes from; one of a campaign names it."""
    source = dice.choice(("website", "referral", "event", "campaign", "cold_call", "press"))
    recent = [each for each in phrases().campaigns if _status(each, today) == "active"]
    return {
        "source": source,
        "campaign_id:code": dice.choice(recent).code if source == "campaign" and recent else "",
        "event_name": dice.choice(phrases().fairs) if source == "event" else "",
        "channel": dice.choice(("email", "phone", "mobile")),
        "consent_at": instant(today - timedelta(days=dice.randint(1, 60)), dice.randint(8, 16)),
    }
