"""The ledger: what the API acknowledged while things broke, and whether every store agrees."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cli.api import Api
from cli.local.processes import SERVICES
from kit.ids import uuid7
from tests.faults.breaking import until
from tests.faults.stores import Insides

_COLUMNS = {
    "deal": "code", "agent": "owner_id:name", "customer": "account_id:name",
    "stage": "stage_id:name", "begun": "opened_on", "ended": "closed_on", "value": "realised_amount",
}  # fmt: skip
_STAGES = ("Won", "Engaging", "Won", "Prospecting")


@dataclass
class Ledger:
    """Deals of one campaign: those promised by imports, and those acknowledged one by one."""

    campaign: str
    imported: dict[str, Decimal] = field(default_factory=dict)
    written: dict[str, Decimal] = field(default_factory=dict)
    contacts: set[str] = field(default_factory=set)

    @classmethod
    def opened(cls, api: Api) -> "Ledger":
        api.post("accounts", {"name": "Havgull Line"})
        name = f"Campaign {uuid7()}"
        return cls(api.post("campaigns", {"name": name, "currency": "EUR"})["id"])

    def file(self, prefix: str, rows: int) -> bytes:
        """Lines for an import; from now on each of them is expected exactly once."""
        text = io.StringIO()
        lines = csv.DictWriter(text, list(_COLUMNS))
        lines.writeheader()
        for number in range(rows):
            lines.writerow(self._line(f"{prefix}-{number}", _STAGES[number % len(_STAGES)]))
        return text.getvalue().encode()

    def _line(self, code: str, stage: str) -> dict[str, str]:
        won = stage == "Won"
        self.imported[code] = Decimal(len(code)) if won else Decimal(0)
        ended = {"ended": "2026-02-03", "value": str(len(code))} if won else {}
        whose = {"agent": "Administrator", "customer": "Havgull Line"}
        return {"deal": code, "stage": stage, "begun": "2026-01-02", **whose, **ended}

    def plan(self) -> str:
        constants = {"currency": "EUR", "campaign_id": self.campaign}
        plan = {"entity": "sales.Opportunity", "columns": _COLUMNS, "match": "code"}
        return json.dumps({**plan, "constants": constants})

    @property
    def deals(self) -> dict[str, Decimal]:
        """What each deal has brought."""
        return {**self.imported, **self.written}


def settle(ledger: Ledger, insides: Insides) -> None:
    """Every store ends up with exactly what was acknowledged: nothing lost, nothing doubled."""
    took = until(lambda: _told(insides), "every event told")
    took += until(lambda: not any(_unheard(insides)), "every event heard")
    took += until(lambda: insides.untaken() == 0, "every copy brought up to date")
    print(f"all told and heard after {took:.1f} s")
    _check_records(ledger, insides)
    _check_results(ledger, insides)
    for service in SERVICES:
        assert not insides.rows(service.name, "SELECT * FROM dead_letter"), service.name


def _told(insides: Insides) -> bool:
    waiting = "SELECT count(*) FROM outbox WHERE sent_at IS NULL"
    return not any(insides.figure(service.name, waiting) for service in SERVICES)


def _unheard(insides: Insides) -> Iterator[str]:
    """Consumers whose inbox is not, event by event, what the outbox of the source says."""
    for consumer, subject in insides.consumers():
        source, owner = subject.split(".")[1], consumer.partition("_")[0]
        told = insides.rows(source, "SELECT id FROM outbox WHERE subject = $1", subject)
        heard = insides.rows(owner, "SELECT event_id FROM inbox WHERE consumer = $1", consumer)
        if {row["id"] for row in told} != {row["event_id"] for row in heard}:
            yield consumer


def _check_records(ledger: Ledger, insides: Insides) -> None:
    deals = insides.rows("sales", "SELECT code, realised_amount, version, id FROM opportunity")
    assert sorted(row["code"] for row in deals) == sorted(ledger.deals)
    for row in deals:
        assert (row["realised_amount"] or 0) == ledger.deals[row["code"]], row["code"]
    contacts = insides.rows("parties", "SELECT last_name FROM contact")
    assert sorted(row["last_name"] for row in contacts) == sorted(ledger.contacts)
    _check_versions(insides, {row["id"]: row["version"] for row in deals})


def _check_versions(insides: Insides, versions: dict[Any, int]) -> None:
    """One line of history and one event for each version of each deal, without a gap."""
    remembered = insides.rows(
        "sales",
        "SELECT record_id, array_agg(version ORDER BY version) AS versions FROM history "
        "WHERE entity = 'sales.Opportunity' GROUP BY record_id",
    )
    assert {row["record_id"]: row["versions"] for row in remembered} == {
        deal: list(range(1, version + 1)) for deal, version in versions.items()
    }
    told = insides.figure(
        "sales", "SELECT count(*) FROM outbox WHERE subject ~ 'opportunity.(created|updated)$'"
    )
    assert told == sum(versions.values())


def _check_results(ledger: Ledger, insides: Insides) -> None:
    [row] = insides.rows(
        "campaigns",
        "SELECT won_count, won_amount, opportunity_count FROM campaign WHERE id = $1",
        ledger.campaign,
    )
    won = [amount for amount in ledger.deals.values() if amount]
    assert row["opportunity_count"] == len(ledger.deals)
    assert (row["won_count"], row["won_amount"]) == (len(won), sum(won))
