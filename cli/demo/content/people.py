"""Who works in the demonstration company: thirteen people in a tree of roles, one group, one rule."""

from collections.abc import Iterator
from dataclasses import dataclass

from cli.demo.content.rows import Reference, Row

DOMAIN = "tessaly.example"
MARKETING, SUPPORT_GROUP = "Marketing", "Support team"
_HEAD, _NORTH, _SOUTH = "Head of sales", "Sales North", "Sales South"
_SUPPORT = "Support lead"
_LEADING = frozenset({_HEAD, _NORTH, _SOUTH, MARKETING, _SUPPORT})
_TAKES_AWAY = "Takes lists away"


@dataclass(frozen=True)
class Colleague:
    """One person, with the role held and, in sales, the region."""

    given: str
    family: str
    title: str
    role: str
    time_zone: str
    region: str = ""

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"

    @property
    def key(self) -> str:
        return self.given.lower()

    @property
    def email(self) -> str:
        return f"{self.key}@{DOMAIN}"

    @property
    def sells(self) -> bool:
        return self.role.endswith("agents") and bool(self.region)

    @property
    def supports(self) -> bool:
        return self.role.startswith("Support")


# Role and the role above; the first stands below the root that every system has.
ROLES = (
    (_HEAD, "Company"),
    (_NORTH, _HEAD),
    (_SOUTH, _HEAD),
    ("Sales North agents", _NORTH),
    ("Sales South agents", _SOUTH),
    (MARKETING, "Company"),
    (_SUPPORT, "Company"),
    ("Support agents", _SUPPORT),
)

STAFF = (
    Colleague("Helena", "Brandt", "Head of sales", _HEAD, "Europe/Berlin"),
    Colleague("Tomas", "Novak", "Regional manager North", _NORTH, "Europe/Prague", "north"),
    Colleague("Lucia", "Ferraro", "Regional manager South", _SOUTH, "Europe/Rome", "south"),
    Colleague("Mia", "Lindqvist", "Sales agent", "Sales North agents", "Europe/Stockholm", "north"),
    Colleague("Jonas", "Weber", "Sales agent", "Sales North agents", "Europe/Berlin", "north"),
    Colleague("Ewa", "Kowalczyk", "Sales agent", "Sales North agents", "Europe/Warsaw", "north"),
    Colleague(
        "Andrei", "Popescu", "Sales agent", "Sales South agents", "Europe/Bucharest", "south"
    ),
    Colleague("Chloe", "Martin", "Sales agent", "Sales South agents", "Europe/Paris", "south"),
    Colleague("Diego", "Navarro", "Sales agent", "Sales South agents", "Europe/Madrid", "south"),
    Colleague("Priya", "Raman", "Marketing lead", MARKETING, "Europe/London"),
    Colleague("Samuel", "Okafor", "Support lead", _SUPPORT, "Europe/London"),
    Colleague("Nora", "Haddad", "Support agent", "Support agents", "Europe/Paris"),
    Colleague("Peter", "Szabo", "Support agent", "Support agents", "Europe/Budapest"),
)


def by_key(key: str) -> Colleague:
    return next(each for each in STAFF if each.key == key)


def by_email(email: str) -> Colleague:
    return next(each for each in STAFF if each.email == email)


def manager(region: str) -> Colleague:
    """Who stands above the sellers of a region."""
    return next(each for each in STAFF if each.region == region and not each.sells)


def shown() -> tuple[Colleague, ...]:
    """Those as whom a newcomer sees the most: an agent, a manager and a support person."""
    return by_key("mia"), by_key("tomas"), by_key("nora")


def sellers(region: str) -> list[Colleague]:
    return [each for each in STAFF if each.sells and each.region == region]


def supporters() -> list[Colleague]:
    return [each for each in STAFF if each.supports]


def profiles() -> Iterator[Row]:
    """Who leads a team takes its lists away as files; who works in it does so by asking."""
    yield {
        "name": _TAKES_AWAY,
        "description": "Takes lists away as files, within reach.",
        "permissions": [{"entity": "*", "view": True, "export": True}],
    }


def _held(role: str) -> Iterator[str]:
    yield "Standard user"
    if role in _LEADING:
        yield _TAKES_AWAY


def roles() -> Iterator[Row]:
    """From the top down, so that the role above is there already."""
    for name, above in ROLES:
        yield {
            "name": name,
            "parent_id": Reference("roles", "name", above),
            "profile_ids": [Reference("profiles", "name", each) for each in _held(name)],
        }


def people() -> Iterator[Row]:
    for each in STAFF:
        yield {
            "given_name": each.given,
            "family_name": each.family,
            "email": each.email,
            "job_title": each.title,
            "time_zone": each.time_zone,
            "role_ids": [Reference("roles", "name", each.role)],
        }


def groups() -> Iterator[Row]:
    yield {
        "name": SUPPORT_GROUP,
        "description": "Takes the tickets that nobody in particular has.",
        "role_and_below_ids": [Reference("roles", "name", _SUPPORT)],
    }


def access_defaults() -> Iterator[Row]:
    """Deals are their owners' own, which makes the difference between the roles visible."""
    yield {"entity_name": "sales.Opportunity", "level": "private"}


def sharing_rules() -> Iterator[Row]:
    yield {
        "name": "Marketing reads every deal",
        "description": "Campaigns are judged by what they sold.",
        "entity_name": "sales.Opportunity",
        "source_kind": "role_and_below",
        "source_id": Reference("roles", "name", _HEAD),
        "target_kind": "role",
        "target_id": Reference("roles", "name", MARKETING),
        "level": "read",
    }
