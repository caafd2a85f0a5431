"""Somebody who has left the company: a colleague goes on with the customers and deals that he had."""

from collections.abc import Iterator

from cli.demo.content.company import Company
from cli.demo.content.people import DOMAIN, by_key
from cli.demo.content.rows import Reference, Row
from cli.demo.directory import Directory
from cli.demo.session import Session

_EMAIL = f"oskar@{DOMAIN}"
_FORMER: Row = {
    "given_name": "Oskar",
    "family_name": "Lund",
    "email": _EMAIL,
    "job_title": "Sales agent",
    "time_zone": "Europe/Stockholm",
    "role_ids": [Reference("roles", "name", "Sales North agents")],
}
_HEIR, _EACH = by_key("jonas"), 4
_KEY = "demonstration-leaving"


def hand_over(session: Session, company: Company, directory: Directory) -> None:
    """What the colleague has anyway was once the other's; after an interruption it goes on."""
    if _EMAIL not in directory.ids("people", "email"):
        session.add("people", directory.resolved(_FORMER), _KEY)
        directory.forget("people")
    people = directory.ids("people", "email")
    former, heir = people[_EMAIL], people[_HEIR.email]
    for plural, codes in _his(company):
        ids = [directory.ids(plural, "code")[each] for each in codes]
        body = {"ids": ids, "values": {"owner_id": former}}
        session.add(f"{plural}:bulk", body, f"{_KEY}-{plural}")
    reason = "Oskar goes home to Malmö; Jonas knows his customers."
    decided = {"person_id": former, "successor_id": heir, "reason": reason}
    session.add("hand-overs", decided, f"{_KEY}-decided")
    session.post(f"people/{former}:deactivate", {})


def _his(company: Company) -> Iterator[tuple[str, list[str]]]:
    """The first few of the colleague's accounts and deals, by their codes."""
    accounts = company.rows["accounts"]
    mine = [each["code"] for each in accounts if each["owner_id"].value == _HEIR.email]
    yield "accounts", mine[:_EACH]
    deals = company.rows["opportunities"]
    mine = [each["code"] for each in deals if each["owner_id:email"] == _HEIR.email]
    yield "opportunities", mine[:_EACH]
