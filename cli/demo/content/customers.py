"""The customers of the demonstration company: accounts with their subsidiaries, and contacts."""

from collections.abc import Iterator
from random import Random

from cli.demo.content.custom_fields import own_of
from cli.demo.content.ibans import iban
from cli.demo.content.people import sellers
from cli.demo.content.rows import Reference, Row, chance, filled
from cli.demo.content.unique_names import Naming
from cli.demo.content.vocabulary import Country, cultures, phrases, slug

ACCOUNTS, SUBSIDIARIES, CONTACTS = 300, 45, 900
_SOURCES = ("website", "referral", "event", "campaign", "partner", "cold_call")
_STANDINGS = (
    (["customer"], "active", 56),
    (["customer"], "dormant", 9),
    (["customer", "partner"], "active", 5),
    (["prospect"], "active", 24),
    (["supplier"], "active", 3),
    (["competitor"], "active", 3),
)
_TYPES = ("decision_maker", "buyer", "user", "adviser")
_TWICE = {"accounts": (7, 31), "contacts": (40, 120, 260), "leads": (12, 55, 90)}
"""Whose second records stand there, by their place: written otherwise, as happens."""
MERGED = (7, "A-9007")
"""The place of an account that somebody has found twice, and the code of its second record."""
_BEFORE_LAST = 10
"""Those at the end are thrown away."""


def accounts(seed: int, naming: Naming) -> list[Row]:
    """Heads first, so that a subsidiary always names an account before it."""
    dice = chance(seed, "accounts")
    rows: list[Row] = []
    for number in range(1, ACCOUNTS + 1):
        country = _country(dice)
        head = None if number <= ACCOUNTS - SUBSIDIARIES else dice.choice(rows[:80])
        rows.append(_account(dice, naming, country, number, head))
    return rows


def _country(dice: Random) -> Country:
    known = cultures().countries
    return dice.choices(known, [each.weight for each in known])[0]


def _account(dice: Random, naming: Naming, country: Country, number: int, head: Row | None) -> Row:
    trade = dice.choice(sorted(cultures().of(country).trades))
    city = dice.choice(country.cities)
    if head is not None:
        trade = head["industry"]
    stem = naming.branch(head["name"], city) if head else naming.firm(dice, country, trade)
    kinds, status, _ = dice.choices(_STANDINGS, [weight for *_, weight in _STANDINGS])[0]
    row = {
        "name": f"{stem} {dice.choice(country.legal)}",
        "code": f"A-{number:04}",
        "kinds": kinds,
        "type": "company",
        "status": status,
        "industry": trade,
        "owner_id": Reference("people", "email", dice.choice(sellers(country.region)).email),
        "source": dice.choice(_SOURCES),
        "description": dice.choice(phrases().notes),
    }
    if head is not None:
        row["parent_id"] = Reference("accounts", "code", head["code"])
    return row | _reach(dice, country, stem, city) | _figures(dice, country)


def _reach(dice: Random, country: Country, stem: str, city: str) -> Row:
    domain = f"{slug(stem.split(maxsplit=1)[0])}.example"
    places = [_address(dice, country, city, "head_office")]
    if dice.random() < 0.3:  # noqa: PLR2004 - three in ten have a second place
        places.append(_address(dice, country, dice.choice(country.cities), "delivery"))
    return {
        "country": country.code,
        "phone": filled(dice, country.phone),
        "email": f"office@{domain}",
        "website": f"https://www.{domain}",
        "addresses": places,
    }


def _address(dice: Random, country: Country, city: str, kind: str) -> Row:
    town, region, code = city.split("|")
    street = dice.choice(cultures().of(country).streets)
    return {
        "kind": kind,
        "street": f"{street} {dice.randint(1, 120)}",
        "city": town,
        "region": region,
        "postal_code": filled(dice, code),
        "country": country.code,
    }


def _figures(dice: Random, country: Country) -> Row:
    employees = int(dice.lognormvariate(4.6, 1.1)) + 3
    revenue = round(employees * dice.uniform(90_000, 240_000), -4)
    return {
        "custom": own_of(employees, revenue, country.currency),
        "employees": employees,
        "annual_revenue": f"{revenue:.0f}",
        "currency": country.currency,
        "founded_year": dice.randint(1921, 2021),
        "tax_id": filled(dice, country.tax),
        "bank_accounts": [_bank_account(dice, country)],
    }


def _bank_account(dice: Random, country: Country) -> Row:
    """Where there are no IBANs, a number as the bank writes it."""
    number = iban(dice, country.code, country.iban) if country.iban else filled(dice, "####-######")
    return {"bank": country.bank, "number": number, "currency": country.currency}


def contacts(seed: int, naming: Naming, accounts: list[Row]) -> list[Row]:
    """Everybody has somebody to talk to; large accounts have more of them."""
    dice = chance(seed, "contacts")
    sizes = [min(each["employees"], 600) for each in accounts]
    homes = accounts + dice.choices(accounts, sizes, k=CONTACTS - len(accounts))
    return list(_contacts(dice, naming, homes))


def _contacts(dice: Random, naming: Naming, homes: list[Row]) -> Iterator[Row]:
    countries = {each.code: each for each in cultures().countries}
    for home in homes:
        country = countries[home["country"]]
        domain = home["email"].partition("@")[2]
        person = naming.person(dice, country, domain)
        yield {
            "first_name": person.first,
            "last_name": person.last,
            "sex": person.sex,
            "email": person.email,
            "phone": filled(dice, country.phone),
            "mobile": filled(dice, country.mobile),
            "job_title": dice.choice(phrases().titles),
            "department": dice.choice(phrases().departments),
            "type": dice.choice(_TYPES),
            "status": "left" if dice.random() < 0.04 else "active",  # noqa: PLR2004 - one in 25
            "account_id:code": home["code"],
            "owner_id:email": home["owner_id"].value,
        }


def enter_twice(rows: dict[str, list[Row]]) -> None:
    """Adds second records of some accounts, contacts and leads."""
    for plural, places in _TWICE.items():
        twins = [_WRITTEN[plural](rows[plural][place], place) for place in places]
        rows[plural] = [*rows[plural][:-_BEFORE_LAST], *twins, *rows[plural][-_BEFORE_LAST:]]


def _second_account(row: Row, place: int) -> Row:
    """Somebody left out what the firm is by law and who its head is."""
    stem = row["name"].rpartition(" ")[0]
    kept = ("kinds", "type", "industry", "owner_id", "country", "phone", "website")
    return {name: row[name] for name in kept} | {
        "name": stem.upper(),
        "code": f"A-9{place:03}",
        "email": f"info@{row['email'].partition('@')[2]}",
        "source": "website",
    }


def _second_person(row: Row, place: int) -> Row:
    """Somebody wrote one letter twice and another address."""
    last = row["last_name"]
    name, _, domain = row["email"].partition("@")
    return row | {"last_name": f"{last[:2]}{last[1:]}", "email": f"{name}.{place}@{domain}"}


_WRITTEN = {"accounts": _second_account, "contacts": _second_person, "leads": _second_person}
