"""A company as its files tell it, and what they say independently of the system under test."""

import csv
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from pathlib import Path

from cli.environment import ROOT

Row = dict[str, str]
# The name under which a set's people sign in, and where its files lie.
SHIPPED = Path(__file__).parent / "data"
REAL = ROOT.parent / "shared" / "data" / "sales-opportunities"


@dataclass(frozen=True)
class Company:
    """One data set: accounts, products, teams and deals, and how its dirt is to be settled."""

    name: str
    folder: Path
    misspelt: Mapping[str, str]
    account_values: Mapping[str, str]
    known: Mapping[str, int]

    def rows(self, file: str) -> list[Row]:
        with (self.folder / file).open(newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))

    @cached_property
    def deals(self) -> list[Row]:
        return self.rows("sales_pipeline.csv")

    @cached_property
    def teams(self) -> list[Row]:
        return self.rows("sales_teams.csv")

    @cached_property
    def managers(self) -> dict[str, set[str]]:
        """The agents of each manager."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.teams:
            found[row["manager"]].add(row["sales_agent"])
        return dict(found)

    @cached_property
    def offices(self) -> dict[str, set[str]]:
        """The managers of each office."""
        found: dict[str, set[str]] = defaultdict(set)
        for row in self.teams:
            found[row["regional_office"]].add(row["manager"])
        return dict(found)

    def codes(self, agents: set[str]) -> set[str]:
        return {row["opportunity_id"] for row in self.deals if row["sales_agent"] in agents}

    def won(self, agents: set[str]) -> Decimal:
        """What the won deals of these agents brought."""
        mine = (row for row in self.deals if row["sales_agent"] in agents)
        return sum(
            (Decimal(row["close_value"]) for row in mine if row["deal_stage"] == "Won"), Decimal(0)
        )

    def stages(self, agents: set[str]) -> Counter[str]:
        return Counter(row["deal_stage"] for row in self.deals if row["sales_agent"] in agents)

    @cached_property
    def agents(self) -> set[str]:
        return {row["sales_agent"] for row in self.teams}


COMPANIES = (
    Company(
        "shipped",
        SHIPPED,
        {"product:FjordPro": "Fjord Pro"},
        {"sector:technolgy": "technology", "office_location:Philipines": "PH",
         "office_location:Korea": "KR"},
        {"total": 310_618, "first manager": 122_185,
         "Won": 143, "Lost": 75, "Engaging": 59, "Prospecting": 23},
    ),
    Company(
        "real",
        REAL,
        {"product:GTXPro": "GTX Pro"},
        {"sector:technolgy": "technology", "office_location:Philipines": "PH",
         "office_location:Korea": "KR"},
        {"total": 10_005_534, "first manager": 2_251_930,
         "Won": 4_238, "Lost": 2_473, "Engaging": 1_589, "Prospecting": 500},
    ),
)  # fmt: skip
