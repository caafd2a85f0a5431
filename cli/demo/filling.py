"""Puts the demonstration company into a system that is empty, step by step."""

from collections.abc import Callable, Iterator, Mapping

from cli.demo.actions import Actions
from cli.demo.checkpoint import Checkpoint
from cli.demo.content import customers, people
from cli.demo.content.company import THROWN_AWAY, Company
from cli.demo.content.kept import dashboards, mappings, reports, teams, views
from cli.demo.content.rows import Row
from cli.demo.directory import Directory
from cli.demo.gather import each_of
from cli.demo.leaving import hand_over
from cli.demo.session import Session
from cli.progress import Progress

_EMPTY = ("accounts", "contacts", "leads", "opportunities", "tickets", "campaigns")

# What comes as a file: the entity, and the field by which a line finds its record again.
_FILES = {
    "products": ("sales.Product", "code"),
    "contacts": ("parties.Contact", "email"),
    "campaigns": ("campaigns.Campaign", "code"),
    "leads": ("parties.Lead", "email"),
    "opportunities": ("sales.Opportunity", "code"),
    "tickets": ("helpdesk.Ticket", "subject"),
    "activities": ("scheduling.Activity", "name"),
    "resources": ("scheduling.Resource", "name"),
    "bookings": ("scheduling.Booking", "purpose"),
}
# What is posted one by one: the field that tells one from another.
_SINGLE = {
    "profiles": "name",
    "roles": "name",
    "people": "email",
    "groups": "name",
    "access-defaults": "entity_name",
    "custom-fields": "key",
    "sharing-rules": "name",
    "tag-categories": "name",
    "tags": "name",
    "accounts": "code",
    "saved-views": "name",
    "import-mappings": "name",
    "reports": "name",
    "dashboards": "name",
}

_FOR_ALL = (
    *("groups", "access-defaults", "sharing-rules", "custom-fields"),
    *("tag-categories", "tags"),
)
"""What the organisation has in common, each after what it names."""


def is_empty(session: Session) -> bool:
    """Whether nobody has begun to work with the system."""
    alone = len(session.get("people", page_size="2")["items"]) == 1
    return alone and not any(session.get(each, page_size="1")["items"] for each in _EMPTY)


class Filling:
    """The steps by which an empty system becomes the demonstration company."""

    def __init__(self, administrator: Session, company: Company, password: str) -> None:
        self._administrator = administrator
        self._company = company
        self._password = password
        self._directory = Directory(administrator)

    def run(self, checkpoint: Checkpoint, progress: Progress) -> None:
        """Takes the steps that are not done yet."""
        for title, step in self._steps():
            if not checkpoint.is_done(title):
                with progress.step(f"Demonstration: {title}"):
                    step()
                checkpoint.finish(title)
        checkpoint.finish_all()

    def _steps(self) -> Iterator[tuple[str, Callable[[], None]]]:
        actions = Actions(self._administrator, self._company, self._directory, self._password)
        yield "people and access", self._take_on
        yield "products and campaigns", self._prepare
        yield "accounts", self._open_accounts
        yield "contacts and leads", lambda: self._import("contacts", "leads")
        yield "opportunities", lambda: self._import("opportunities")
        yield "tickets, activities and members", lambda: self._go_about(actions)
        yield "campaign results", lambda: self._import("campaigns")
        yield "what is followed", actions.follow
        yield "moves and talks", actions.go_on
        yield "notes", actions.note
        yield "files", actions.file
        yield "views", lambda: self._keep("saved-views", views.SHARED)
        yield "mappings", lambda: self._keep("import-mappings", mappings.SHARED)
        yield "rates and reports", self._keep_reports
        yield "who has left", self._hand_over
        yield "what was thrown away", self._throw_away
        yield "what was merged", self._merge
        yield "teams", self._team_up

    def _take_on(self) -> None:
        """Roles one after the other, because each stands below one before it."""
        self._post("profiles", self._company.rows["profiles"])
        self._post("roles", self._company.rows["roles"], at_once=1)
        self._post("people", self._company.rows["people"])
        ids = self._directory.ids("people", "email")
        each_of(people.STAFF, lambda each: self._set_password(ids[each.email]))
        for plural in _FOR_ALL:
            self._post(plural, self._company.rows[plural])

    def _set_password(self, person_id: str) -> None:
        body = {"password": self._password}
        self._administrator.post(f"people/{person_id}:set-password", body)

    def _prepare(self) -> None:
        """Every campaign is active at first, because one that is over takes no more members."""
        self._import("products")
        active = [row | {"status": "active"} for row in self._company.rows["campaigns"]]
        self._take_in("campaigns", active)

    def _open_accounts(self) -> None:
        """Heads before their subsidiaries."""
        rows = self._company.rows["accounts"]
        self._post("accounts", [row for row in rows if "parent_id" not in row])
        self._post("accounts", [row for row in rows if "parent_id" in row])

    def _go_about(self, actions: Actions) -> None:
        """Three services at once: none of them waits for another."""
        parts: tuple[Callable[[], None], ...] = (
            lambda: self._import("tickets"),
            lambda: self._import("resources", "activities", "bookings"),
            actions.invite,
        )
        each_of(parts, lambda part: part())

    def _keep(self, plural: str, shared: Mapping[str, Row]) -> None:
        """Whoever keeps one shares it, with those whom it is for."""
        self._post(plural, self._company.rows[plural])
        ids = self._directory.ids(plural, "name")
        for name, whom in shared.items():
            share = self._directory.resolved(whom)
            self._administrator.post(f"{plural}/{ids[name]}/shares", share)

    def _team_up(self) -> None:
        """Before an account is closed, its team is let in: nobody could do so afterwards but they."""
        me = self._administrator.get("me")["id"]
        ids, people_ids = (
            self._directory.ids("accounts", "code"),
            self._directory.ids("people", "email"),
        )
        for team in teams.teams(self._company.rows["accounts"]):
            members = [(people_ids[people.by_key(key).email], *more) for key, *more in team.members]
            if team.private:
                members.append((me, "full", "executive"))
            for person, level, role in members:
                share = {
                    "principal_kind": "person",
                    "principal_id": person,
                    "level": level,
                    "role": role,
                }
                self._administrator.post(f"accounts/{ids[team.code]}/shares", share)
            if team.private:
                self._administrator.patch(f"accounts/{ids[team.code]}", {"private": True})

    def _keep_reports(self) -> None:
        self._administrator.post("exchange-rates:take-in", {"csv": self._company.exchange_rates})
        self._keep("reports", reports.SHARED)
        self._send_reports()
        self._keep("dashboards", dashboards.SHARED)

    def _send_reports(self) -> None:
        """Each reader will get her own figures; an interrupted filling has it sent once."""
        ids = self._directory.ids("reports", "name")
        for name, when in reports.SENT.items():
            row = self._directory.resolved({"report_id": ids[name], **when})
            key = f"demonstration-{self._company.seed}-report-schedules-{name}"
            self._administrator.add("report-schedules", row, key)

    def _hand_over(self) -> None:
        hand_over(self._administrator, self._company, self._directory)

    def _throw_away(self) -> None:
        """What an interrupted filling has put into the bin already is not found any more."""
        for plural, count in THROWN_AWAY.items():
            field = _SINGLE[plural] if plural in _SINGLE else _FILES[plural][1]
            self._directory.forget(plural)
            there = self._directory.ids(plural, field)
            for row in self._company.rows[plural][-count:]:
                if row[field] in there:
                    self._administrator.delete(f"{plural}/{there[row[field]]}")
            self._directory.forget(plural)

    def _merge(self) -> None:
        """Of those who were entered twice one is one again; the others wait among the duplicates."""
        place, twin = customers.MERGED
        there = self._directory.ids("accounts", "code")
        if twin in there:
            kept = there[self._company.rows["accounts"][place]["code"]]
            body = {"others": [{"id": there[twin]}]}
            self._administrator.post(f"accounts/{kept}:merge", body)
        self._directory.forget("accounts")

    def _import(self, *plurals: str) -> None:
        for plural in plurals:
            self._take_in(plural, self._company.rows[plural])

    def _take_in(self, plural: str, rows: list[Row]) -> None:
        entity, match = _FILES[plural]
        resolved = [self._directory.resolved(row) for row in rows]
        self._administrator.take_in(entity, resolved, match)
        self._directory.forget(plural)

    def _post(self, plural: str, rows: list[Row], at_once: int | None = None) -> None:
        """What is there from an interrupted filling stays as it is."""
        field = _SINGLE[plural]
        there = self._directory.ids(plural, field)
        missing = [row for row in rows if row[field] not in there]
        each_of(missing, lambda row: self._post_one(plural, row, row[field]), at_once)
        self._directory.forget(plural)

    def _post_one(self, plural: str, row: Row, name: str) -> None:
        key = f"demonstration-{self._company.seed}-{plural}-{name}"
        self._administrator.add(plural, self._directory.resolved(row), key)
        if plural == "roles":
            self._directory.forget(plural)
