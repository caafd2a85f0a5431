"""Brings a company's files in through `POST /api/v1/imports` and waits for their reports."""

import json
import time
from collections.abc import Mapping
from typing import Any

from cli.api import Api, quoted
from tests.system.company import Company

ACCOUNTS = {
    "account": "name", "sector": "industry", "year_established": "founded_year",
    "revenue": "annual_revenue", "employees": "employees", "office_location": "country",
    "subsidiary_of": "parent_id:name",
}  # fmt: skip
PRODUCTS = {"product": "name", "series": "series", "sales_price": "price"}
DEALS = {
    "opportunity_id": "code", "sales_agent": "owner_id:name", "product": "product_id:name",
    "account": "account_id:name", "deal_stage": "stage_id:name", "engage_date": "opened_on",
    "close_date": "closed_on", "close_value": "realised_amount",
}  # fmt: skip

Report = dict[str, Any]


def accounts(admin: Api, company: Company, **more: Any) -> Report:
    plan = {"entity": "parties.Account", "columns": ACCOUNTS, "match": "name"}
    constants = {"currency": "USD", "kinds": "customer"}
    settled = {"values": dict(company.account_values), "constants": constants}
    return brought(admin, company, "accounts.csv", {**plan, **settled, **more})


def products(admin: Api, company: Company, **more: Any) -> Report:
    plan = {"entity": "sales.Product", "columns": PRODUCTS, "match": "name"}
    return brought(
        admin, company, "products.csv", {**plan, "constants": {"currency": "USD"}, **more}
    )


def deals(admin: Api, company: Company, **more: Any) -> Report:
    plan = {"entity": "sales.Opportunity", "columns": DEALS, "match": "code"}
    return brought(
        admin, company, "sales_pipeline.csv", {**plan, "constants": {"currency": "USD"}, **more}
    )


def brought(admin: Api, company: Company, file: str, plan: Mapping[str, Any]) -> Report:
    with (company.folder / file).open("rb") as data:
        parts = {"file": (file, data, "text/csv")}
        started = admin.post("imports", data={"plan": json.dumps(plan)}, files=parts)
    return ended(admin, started)


def again(admin: Api, before: Report, values: Mapping[str, str]) -> Report:
    """Takes in what was rejected, with a spelling settled."""
    path = f"imports/{quoted(before['id'])}:retry"
    return ended(admin, admin.post(path, {"values": dict(values)}))


def ended(admin: Api, started: Report) -> Report:
    """Asks for the report, as a client does, until the import has ended."""
    while True:
        report: Report = admin.get(f"imports/{quoted(started['id'])}")
        if report["ended_at"]:
            return report
        time.sleep(0.1)


def counts(report: Report) -> dict[str, int]:
    """What became of the lines, zeros left out."""
    states = ("created", "updated", "matched", "rejected")
    return {state: report[state] for state in states if report[state]}
