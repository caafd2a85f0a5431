"""The demonstration company: always the same from one seed, of a believable size, and whole."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import phonenumbers
import pytest

from cli.demo.content.company import Company, company
from cli.demo.content.ibans import is_iban
from cli.demo.content.kept import dashboards, mappings, reports
from cli.demo.content.kept.views import SHARED
from cli.demo.content.people import STAFF, shown
from cli.demo.content.rows import Reference, Row, references, text
from cli.demo.content.sales import STAGES
from cli.demo.content.vocabulary import cultures
from cli.demo.papers import papers
from kit.beside.files.kinds import content_of
from kit.query import names as named_in
from kit.query import order, parse
from tests.entities.cases import CASES

SEED, TODAY = 7, date(2026, 3, 18)
# Where a path of an import leads; what is resolved beforehand says so itself.
PLURALS = {
    "account_id": "accounts",
    "contact_id": "contacts",
    "contact_ids": "contacts",
    "product_id": "products",
    "lines.product_id": "products",
    "campaign_id": "campaigns",
    "stage_id": "stages",
    "owner_id": "people",
    "assignee_id": "people",
    "person_ids": "people",
    "responsible_ids": "people",
    "group_id": "groups",
    "resource_id": "resources",
}


@pytest.fixture(scope="module")
def made() -> Company:
    return company(SEED, TODAY)


def test_the_same_seed_and_day_make_the_same_company(made: Company) -> None:
    again = company(SEED, TODAY)
    assert again == made
    assert company(SEED + 1, TODAY).rows["accounts"] != made.rows["accounts"]


def test_the_company_is_of_a_believable_size(made: Company) -> None:
    sizes = {plural: len(rows) for plural, rows in made.rows.items()}
    assert (sizes["accounts"], sizes["contacts"], sizes["opportunities"]) == (302, 903, 1_200)
    assert (sizes["products"], sizes["campaigns"], sizes["leads"]) == (12, 10, 153)
    assert sizes["tickets"] == 250
    assert 580 <= sizes["activities"] <= 620
    assert sizes["people"] == 13
    assert sum("parent_id" in row for row in made.rows["accounts"]) == 45


def test_no_two_records_are_known_by_the_same_name(made: Company) -> None:
    names = {
        "accounts": "name",
        "contacts": "email",
        "leads": "email",
        "opportunities": "code",
        "tickets": "subject",
        "activities": "name",
        "bookings": "purpose",
    }
    for plural, field in names.items():
        found = [row[field] for row in made.rows[plural]]
        assert len(set(found)) == len(found), plural


def test_every_bank_account_of_a_country_with_ibans_has_a_valid_one(made: Company) -> None:
    lengths = {each.code: len(each.iban) + 4 for each in cultures().countries if each.iban}
    kept = [row for row in made.rows["accounts"] if row.get("bank_accounts")]
    assert len(kept) > len(made.rows["accounts"]) / 2
    for row in kept:
        number = row["bank_accounts"][0]["number"]
        if row["country"] in lengths:
            assert is_iban(number)
            assert len(number) == lengths[row["country"]]


def test_a_wrong_digit_is_noticed() -> None:
    assert is_iban("GB82WEST12345698765432")
    assert not is_iban("GB82WEST12345698765433")


def test_every_telephone_number_can_be_dialled(made: Company) -> None:
    for plural in ("accounts", "contacts", "leads"):
        for row in made.rows[plural]:
            assert phonenumbers.is_possible_number(phonenumbers.parse(row["phone"])), row["phone"]


def test_every_reference_leads_to_a_record(made: Company) -> None:
    known = {(plural, field, str(row[field])) for plural, field, row in _named(made)}
    known |= {("stages", "name", stage) for stage in STAGES}
    known |= {("roles", "name", "Company"), ("profiles", "name", "Standard user")}
    for rows in made.rows.values():
        for row in rows:
            for each in references(row, PLURALS):
                assert (each.plural, each.field, each.value) in known
    for move in made.moves:
        assert ("opportunities", "code", move.code) in known
        assert ("people", "email", move.owner) in known


def _named(made: Company) -> Iterator[tuple[str, str, Row]]:
    for plural, rows in made.rows.items():
        for row in rows:
            yield from ((plural, field, row) for field in ("name", "code", "email") if field in row)


def test_a_subsidiary_comes_after_its_head(made: Company) -> None:
    seen: set[str] = set()
    for row in made.rows["accounts"]:
        head: Any = row.get("parent_id")
        assert head is None or head.value in seen
        seen.add(row["code"])


def test_deals_lie_in_the_past_two_years_and_end_after_they_began(made: Company) -> None:
    for row in made.rows["opportunities"]:
        assert 0 <= (TODAY - row["opened_on"]).days <= 730
        assert (row["closed_on"] is not None) == (row["stage_id:name"] in {"Won", "Lost"})
        if row["closed_on"]:
            assert row["opened_on"] <= row["closed_on"] <= TODAY


def test_deals_stand_in_all_stages_and_about_half_of_the_ended_are_won(made: Company) -> None:
    """SA-10: a pipeline as one knows it."""
    stages = Counter(row["stage_id:name"] for row in made.rows["opportunities"])
    assert set(stages) == set(STAGES)
    assert 0.35 < stages["Won"] / (stages["Won"] + stages["Lost"]) < 0.6
    assert 100 < sum(stages[each] for each in STAGES[:3]) < 400
    lost = [row for row in made.rows["opportunities"] if row["stage_id:name"] == "Lost"]
    assert all(row["reason"] and row["realised_amount"] is None for row in lost)
    assert len({row["reason"] for row in lost}) > 4


def test_a_move_takes_a_deal_to_the_stage_after_the_one_it_comes_with(made: Company) -> None:
    stages = {row["code"]: row["stage_id:name"] for row in made.rows["opportunities"]}
    following = dict(pairwise(STAGES[:3]))
    assert 30 <= len(made.moves) <= 60
    assert all(following[stages[each.code]] == each.stage for each in made.moves)


def test_campaigns_gain_and_lose(made: Company) -> None:
    """CA-05: a return that one can believe."""
    won: Counter[str] = Counter()
    for row in made.rows["opportunities"]:
        if row["realised_amount"]:
            won[row["campaign_id:code"]] += row["realised_amount"]
    over = [row for row in made.rows["campaigns"] if row["status"] == "completed"]
    gains = [won[row["code"]] / row["actual_cost"] - 1 for row in over]
    assert min(gains) < 0 < max(gains)
    assert all(-1 <= gain < 10 for gain in gains)
    assert {row["status"] for row in made.rows["campaigns"]} == {"planned", "active", "completed"}


def test_tickets_are_of_every_kind(made: Company) -> None:
    """HD-01: all statuses and priorities are there, and a settled one says how."""
    tickets = made.rows["tickets"]
    assert {row["status"] for row in tickets} == {"new", "open", "waiting", "resolved", "closed"}
    assert {row["priority"] for row in tickets} == {"low", "normal", "high", "urgent"}
    for row in tickets:
        assert (row["status"] in {"resolved", "closed"}) == bool(row["resolution"])
        assert row["closed_at"] is None or row["closed_at"] >= row["resolved_at"]


def test_everybody_has_something_to_do_today(made: Company) -> None:
    for person in STAFF:
        due = [
            row
            for row in made.rows["activities"]
            if row["assignee_id:email"] == person.email
            and row.get("due_at")
            and row["due_at"].date() == TODAY
        ]
        assert len(due) >= 2, person.email


def test_what_is_done_lies_behind_and_what_is_planned_mostly_ahead(made: Company) -> None:
    noon = datetime(TODAY.year, TODAY.month, TODAY.day, tzinfo=UTC)
    done = [row for row in made.rows["activities"] if row["status"] == "done"]
    assert all(row["completed_at"] < noon for row in done)
    ahead = [row for row in made.rows["activities"] if row.get("starts_at", noon) > noon]
    assert len(ahead) > 100


def test_no_two_bookings_of_a_thing_overlap(made: Company) -> None:
    """SC-40: what the database would refuse is not even asked for."""
    booked: dict[str, list[Row]] = {}
    for row in made.rows["bookings"]:
        booked.setdefault(row["resource_id:name"], []).append(row)
    for rows in booked.values():
        rows.sort(key=lambda row: row["starts_at"])
        assert all(one["ends_at"] <= other["starts_at"] for one, other in pairwise(rows))


def test_nobody_speaks_in_a_private_room_but_the_two(made: Company) -> None:
    keys = {each.key for each in STAFF}
    for talk in made.talks:
        speakers = {line.partition(":")[0] for line in talk.lines}
        assert speakers <= (set(talk.room) or keys)
    assert sorted(len(talk.room) for talk in made.talks) == [0, 2, 2]


def test_notes_are_by_whoever_is_responsible_and_mention_who_sees_the_record(made: Company) -> None:
    """XC-03."""
    owners = {each["code"]: each["owner_id"].value for each in made.rows["accounts"]}
    owners |= {each["code"]: each["owner_id:email"] for each in made.rows["opportunities"]}
    assert all(owners[each.on.value] == each.by for each in made.remarks)
    assert {each.on.plural for each in made.remarks} == {"accounts", "opportunities"}
    assert {each.pinned for each in made.remarks} == {True, False}
    managers = {each.manager.value.partition("@")[0] for each in made.remarks if each.manager}
    assert managers == {"tomas", "lucia"}


def test_files_are_what_they_are_called_and_by_whoever_is_responsible(made: Company) -> None:
    """XC-04: offers, plans and minutes, each as its name says, and alike whenever they are made."""
    found = papers(made)
    assert found == papers(made)
    responsible = {each.on: each.by for each in made.remarks}
    assert all(responsible[each.on] == each.by for each in found)
    shown = {content_of(each.name, each.content).preview for each in found}
    # Documents are opened in the program that they are written with.
    assert shown == {"pdf", "picture", "text", ""}


def test_an_agent_a_manager_and_a_supporter_are_shown() -> None:
    agent, manager, supporter = shown()
    assert agent.sells
    assert manager.title.startswith("Regional manager")
    assert supporter.supports


def test_a_cell_says_a_value_as_an_import_reads_it() -> None:
    assert text(datetime(2026, 3, 18, 9, 30, tzinfo=UTC)) == "2026-03-18T09:30:00Z"
    assert text(date(2026, 3, 18)) == "2026-03-18"
    assert text(["a", "b"]) == "a;b"
    assert [text(each) for each in (None, True, 12)] == ["", "true", "12"]


def test_a_row_names_what_it_refers_to() -> None:
    row = {"account_id:code": "A-0001", "parent_id": Reference("accounts", "code", "A-2"), "n": 1}
    assert [each.value for each in references(row, PLURALS)] == ["A-0001", "A-2"]


def test_every_view_asks_for_what_its_entity_has(made: Company) -> None:
    """What a view names and its list lacks would be left out, and nobody would notice."""
    for view in made.rows["saved-views"]:
        fields = CASES[view["entity_name"]].record.fields
        names = {name for name, _ in order.read(view.get("order_by", ""))}
        names |= {*view.get("columns", ()), *filter(None, [view.get("group_by")])}
        asked = parse(view["filter"])
        assert asked is not None
        assert names | set(named_in(asked)) <= fields.keys(), view["name"]
        assert view["name"] in SHARED


def test_every_mapping_fills_what_its_entity_has(made: Company) -> None:
    """XC-15: what a mapping names and its entity lacks would be left out, and nobody would notice."""
    for mapping in made.rows["import-mappings"]:
        fields = CASES[mapping["entity_name"]].record.fields
        paths = [each["becomes"] for each in mapping["columns"] if "becomes" in each]
        names = {half for path in (*paths, mapping["match"]) for half in path.split("+")}
        assert {each.partition(":")[0] for each in names} <= fields.keys(), mapping["name"]
        assert mapping["name"] in mappings.SHARED


def test_every_dashboard_shows_reports_that_are_shared_with_its_readers(made: Company) -> None:
    """XC-11"""
    for dashboard in made.rows["dashboards"]:
        shared_with = dashboards.SHARED[dashboard["name"]]["principal_id"]
        for panel in dashboard["panels"]:
            shown = panel["report_id"].value
            assert reports.SHARED[shown]["principal_id"] == shared_with, shown


def test_every_report_asks_for_what_its_entity_has(made: Company) -> None:
    """XC-10: and can be drawn by whoever it is shared with."""
    for report in made.rows["reports"]:
        fields = CASES[report["entity_name"]].record.fields
        measured = {each.rpartition("(")[2].rstrip(")") for each in report["measures"]}
        names = {each.partition(":")[0] for each in report["group_by"]} | measured
        names |= {*filter(None, [report.get("period_field")])}
        asked = parse(report.get("filter", ""))
        assert names - {"count", "share"} | set(named_in(asked)) <= fields.keys(), report["name"]
        assert report["name"] in reports.SHARED
