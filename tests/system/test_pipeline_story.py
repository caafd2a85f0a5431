"""A real company's pipeline comes in, and each person sees exactly what is theirs to see."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from cli.api import Api, quoted
from tests.system import bringing_in
from tests.system.bringing_in import Report, counts
from tests.system.company import COMPANIES, Company
from tests.system.running import System, whole
from tests.system.staff import Staff

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def admin(system: System) -> Iterator[Api]:
    with system.administrator() as api:
        api.post("access-defaults", {"entity_name": "sales.Opportunity", "level": "private"})
        yield api


@pytest.fixture(scope="module", params=COMPANIES, ids=lambda company: company.name)
def company(request: pytest.FixtureRequest) -> Company:
    chosen: Company = request.param
    if not chosen.folder.is_dir():
        pytest.skip("The data folder is not on this machine.")
    return chosen


@pytest.fixture(scope="module")
def staff(admin: Api, company: Company) -> Staff:
    return Staff.hired(admin, company)


@pytest.fixture(scope="module")
def first_try(admin: Api, company: Company, staff: Staff) -> Report:
    """The deals as they stand in the file; accounts and products are there already."""
    taken = counts(bringing_in.accounts(admin, company))
    assert taken == {"created": len(company.rows("accounts.csv"))}
    assert counts(bringing_in.products(admin, company)) == {
        "created": len(company.rows("products.csv"))
    }
    return bringing_in.deals(admin, company)


@pytest.fixture(scope="module")
def imported(admin: Api, company: Company, first_try: Report) -> Report:
    """The rest of the deals, once the spelling is settled."""
    return bringing_in.again(admin, first_try, company.misspelt)


def test_a_misspelt_product_is_rejected_and_the_right_one_suggested(
    admin: Api, company: Company, first_try: Report
) -> None:
    [(key, right)] = company.misspelt.items()
    wrong = sum(row["product"] == key.partition(":")[2] for row in company.deals)
    assert counts(first_try) == {"created": len(company.deals) - wrong, "rejected": wrong}
    path = f"imports/{quoted(first_try['id'])}/lines"
    page = admin.get(path, state="rejected", page_size=1_000)
    assert {line["suggestions"]["product_id"] for line in page["items"]} == {right}
    assert all(repr(right) in line["reasons"]["product_id"] for line in page["items"])
    assert {line["original"].split(",")[0] for line in page["items"]} <= company.codes(
        company.agents
    )


def test_a_corrected_run_takes_in_only_what_was_rejected(
    first_try: Report, imported: Report
) -> None:
    assert imported["lines"] == first_try["rejected"]
    assert counts(imported) == {"created": first_try["rejected"]}


def test_the_same_files_again_change_nothing(
    admin: Api, company: Company, imported: Report
) -> None:
    before = _latest(admin)
    assert counts(bringing_in.accounts(admin, company)) == {
        "matched": len(company.rows("accounts.csv"))
    }
    settled = bringing_in.deals(admin, company, values=dict(company.misspelt))
    assert counts(settled) == {"matched": len(company.deals)}
    assert _latest(admin) == before


def _latest(admin: Api) -> list[tuple[str, int]]:
    """The records changed last; any change would put itself at the top."""
    found = []
    for path in ("accounts", "opportunities"):
        items = admin.get(path, page_size=5, order_by="updated_at desc")["items"]
        found += [(each["id"], each["version"]) for each in items]
    return found


def test_subsidiaries_stand_below_their_account(
    admin: Api, company: Company, imported: Report
) -> None:
    rows = {each["name"]: each for each in whole(admin, "accounts")}
    names = {each["id"]: name for name, each in rows.items()}
    for row in company.rows("accounts.csv"):
        parent = rows[row["account"]].get("parent_id")
        assert names.get(parent or "", "") == row["subsidiary_of"]


def test_every_agent_sees_exactly_the_own_deals(
    system: System, company: Company, staff: Staff, imported: Report
) -> None:
    for agent in sorted(company.agents):
        with system.as_person(staff.emails[agent]) as api:
            seen = [each["code"] for each in whole(api, "opportunities", fields="code")]
            assert len(seen) == len(set(seen))
            assert set(seen) == company.codes({agent}), agent
            assert _won(api) == company.won({agent}), agent


def test_every_manager_sees_exactly_the_teams_deals(
    system: System, company: Company, staff: Staff, imported: Report
) -> None:
    for manager, agents in company.managers.items():
        with system.as_person(staff.emails[manager]) as api:
            seen = {each["code"] for each in whole(api, "opportunities", fields="code")}
            assert seen == company.codes(agents), manager
            assert _won(api) == company.won(agents), manager


def test_every_office_sees_its_teams(
    system: System, company: Company, staff: Staff, imported: Report
) -> None:
    for office, managers in company.offices.items():
        agents = {agent for each in managers for agent in company.managers[each]}
        with system.as_person(staff.emails[f"Head of {office} ({company.name})"]) as api:
            assert _won(api) == company.won(agents), office
            assert _stages(api) == dict(company.stages(agents))


def test_the_head_sees_all_of_it(
    system: System, company: Company, staff: Staff, imported: Report
) -> None:
    with system.as_person(staff.emails[staff.head]) as api:
        assert _won(api) == company.won(company.agents)
        assert _stages(api) == dict(company.stages(company.agents))


def test_the_figures_are_those_that_are_known(company: Company) -> None:
    """Guards the independent computation itself, where somebody else has counted before."""
    assert company.won(company.agents) == company.known["total"]
    stages = {name: number for name, number in company.known.items() if name.istitle()}
    assert dict(company.stages(company.agents)) == stages
    best = {
        office: max(company.won(company.managers[each]) for each in managers)
        for office, managers in company.offices.items()
    }
    # The office of the real set whose first manager is known, or the best of the shipped one.
    assert best.get("Central", max(best.values())) == company.known["first manager"]


def test_an_account_of_somebody_elses_deal_does_not_show_the_deal(
    system: System, company: Company, staff: Staff, imported: Report
) -> None:
    """ID-09: an invisible record is not found, by whatever way it is asked for."""
    one, other = sorted(company.agents)[:2]
    with system.as_person(staff.emails[one]) as api:
        theirs = whole(api, "opportunities", fields="code")[0]
    with system.as_person(staff.emails[other]) as api:
        assert api.find("opportunities", "id", theirs["id"]) is None
        assert api.find("opportunities", "code", theirs["code"]) is None


def _won(api: Api) -> Decimal:
    """What the won deals brought that the person sees."""
    query = {"filter": 'outcome = "won"', "measures": "sum(realised_amount)"}
    items = api.get("opportunities:aggregate", **query)["items"]
    return sum((Decimal(each["measures"]["sum(realised_amount)"]) for each in items), Decimal(0))


def _stages(api: Api) -> dict[str, int]:
    """How many of the deals that the person sees stand in each stage."""
    names = {each["id"]: each["name"] for each in api.get("stages")["items"]}
    items = api.get("opportunities:aggregate", group_by="stage_id", measures="count")["items"]
    return {names[each["group"]["stage_id"]]: int(each["measures"]["count"]) for each in items}
