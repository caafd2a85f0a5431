"""The commands that speak to a running system do so through its public address alone."""

import json

import httpx
import pytest

from tests.system.company import SHIPPED
from tests.system.running import System

pytestmark = pytest.mark.system

PRODUCTS = ("import", "products", "--map", "product=name", "--map", "sales_price=price")


def test_a_file_is_imported_and_reported(system: System) -> None:
    file = str(SHIPPED / "products.csv")
    done = system.command(*PRODUCTS, file, "--set", "currency=USD", "--match", "name", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Trial of products.csv into sales.Product" in done.stdout
    assert "Ignored columns: series" in done.stdout


def test_rejected_lines_are_shown_with_reasons_and_end_in_code_1(system: System) -> None:
    deals = ("import", "sales.Opportunity", str(SHIPPED / "sales_pipeline.csv"), "--dry-run")
    done = system.command(*deals, "--map", "opportunity_id=code", "--map", "deal_stage=closed_on")
    assert done.returncode == 1
    assert "line 2" in done.stdout
    assert "Write the day as YYYY-MM-DD." in done.stdout
    assert "--retry sales." in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("import", "producs", "x.csv"), "There is nothing called 'producs'"),
        (("import", "products", "no-such.csv"), "There is no file no-such.csv"),
        (("import", "products", "x.csv", "--map", "name"), "--map left=right"),
        (
            (*PRODUCTS, "--map", "sires=series", str(SHIPPED / "products.csv")),
            "nearest is 'series'",
        ),
        (("client", "create", "--name", "N", "--as", "Nobody"), "no one person called 'Nobody'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(
    system: System, words: tuple[str, ...], said: str
) -> None:
    done = system.command(*words)
    assert done.returncode == 1
    assert said in done.stderr.replace("\n", " ")


def test_a_client_is_created_and_acts_as_its_person(system: System) -> None:
    words = ("client", "create", "--name", "Script", "--scope", "api.read", "--as")
    made = system.command(*words, "admin@example.com", "--json")
    assert made.returncode == 0, made.stdout + made.stderr
    client = json.loads(made.stdout)
    with httpx.Client(base_url=system.address, trust_env=False, timeout=60) as http:
        wanted = {"grant_type": "client_credentials", "scope": "api.read"}
        keys = (client["client_id"], client["client_secret"])
        token = http.post("/oauth/token", data=wanted, auth=keys).json()["access_token"]
        me = http.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert (me["email"], me["scopes"]) == ("admin@example.com", ["api.read"])
