"""Hires the people of a company: agents under managers, under offices, under one head."""

from dataclasses import dataclass
from typing import Any

from cli.api import Api
from tests.system.company import Company
from tests.system.running import PASSWORD


@dataclass(frozen=True)
class Staff:
    """The people of one company by name, with the address under which each signs in."""

    emails: dict[str, str]
    head: str

    @classmethod
    def hired(cls, admin: Api, company: Company) -> "Staff":
        hiring = _Hiring(admin, company)
        hiring.everybody()
        return cls(hiring.emails, hiring.head)


class _Hiring:
    """Roles from the top down, and a person for each."""

    def __init__(self, admin: Api, company: Company) -> None:
        self.admin = admin
        self.company = company
        self.head = f"Head of the {company.name} offices"
        self.emails: dict[str, str] = {}
        profiles = admin.get("profiles")["items"]
        self.profile = next(each["id"] for each in profiles if each["name"] == "Standard user")

    def everybody(self) -> None:
        top = self.role(self.head, None)
        self.person(self.head, top)
        for office, managers in self.company.offices.items():
            place = self.role(f"Office {office}", top)
            self.person(f"Head of {office} ({self.company.name})", place)
            for manager in sorted(managers):
                self.team(manager, place)

    def team(self, manager: str, office: str) -> None:
        desk = self.role(f"Team of {manager}", office)
        self.person(manager, desk)
        field = self.role(f"Agents of {manager}", desk)
        for agent in sorted(self.company.managers[manager]):
            self.person(agent, field)

    def role(self, name: str, parent: str | None) -> str:
        wanted: dict[str, Any] = {"name": f"{name} ({self.company.name})"}
        made = self.admin.post("roles", wanted | ({"parent_id": parent} if parent else {}))
        return str(made["id"])

    def person(self, name: str, role: str) -> None:
        bare = "".join(letter for letter in name.lower() if letter.isalnum())
        email = f"{bare}@{self.company.name}.example.com"
        wanted = {"name": name, "email": email, "role_ids": [role], "profile_ids": [self.profile]}
        made = self.admin.post("people", wanted)
        self.admin.post(f"people/{made['id']}:set-password", {"password": PASSWORD})
        self.emails[name] = email
