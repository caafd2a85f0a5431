"""What the demonstration company sells: products, two years of deals with their ends, and what is noted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from cli.demo.content.custom_fields import competitor_of
from cli.demo.content.people import STAFF, by_email, manager
from cli.demo.content.rows import Reference, Row, chance
from cli.demo.content.vocabulary import Product, phrases

DEALS, DAYS = 1_200, 730
STAGES = ("Prospecting", "Engaging", "Negotiating", "Won", "Lost")
_MOVED = 60
_CENT = Decimal("0.01")
# What a euro is worth, roughly; customers of other currencies pay in euros.
_RATES = {"EUR": 1.0, "GBP": 0.86, "USD": 1.1}
_TYPICAL_WIN, _OF_PROSPECTS = 0.52, 0.12
# Of the open ones, so many were to end before today.
_LATE = 0.12
ON_ACCOUNTS, ON_DEALS = 60, 90
_PINNED = 0.15
_MANAGER = "{manager}"


@dataclass(frozen=True)
class Deal:
    """A deal as it stands today; its row may say the stage before, from which its owner moves it."""

    code: str
    name: str
    account: Row
    contact: Row
    product: str
    owner: str
    stage: str
    quantity: int
    unit_price: Decimal
    discount: int
    opened: date
    expected: date
    closed: date | None = None
    reason: str = ""
    next_step: str = ""
    description: str = ""
    campaign: str = ""
    was: str = ""

    @property
    def won(self) -> bool:
        return self.stage == "Won"

    @property
    def currency(self) -> str:
        return _currency(self.account)

    def row(self) -> Row:
        return {
            "code": self.code,
            "name": self.name,
            "account_id:code": self.account["code"],
            "contact_id:email": self.contact["email"],
            "product_id:code": self.product,
            "lines.product_id:code": self.product,
            "lines.quantity": self.quantity,
            "lines.unit_price": self.unit_price,
            "lines.discount": self.discount,
            "campaign_id:code": self.campaign,
            "owner_id:email": self.owner,
            "stage_id:name": self.was or self.stage,
            "realised_amount": self._realised(),
            "currency": self.currency,
            "opened_on": self.opened,
            "expected_close_on": self.expected,
            "closed_on": self.closed,
            "reason": self.reason,
            "custom.competitor": competitor_of(self.code, self.reason),
            "next_step": self.next_step,
            "description": self.description,
        }

    @property
    def amount(self) -> Decimal:
        """What its one line comes to."""
        exact = self.quantity * self.unit_price * (100 - self.discount) / 100
        return exact.quantize(_CENT, ROUND_HALF_UP)

    def _realised(self) -> Decimal | None:
        """Some more discount is given where the sum is large."""
        large = self.amount > 50_000 * Decimal(_RATES[self.currency])
        paid = self.amount * (95 if large else 100) / 100
        return paid.quantize(_CENT, ROUND_HALF_UP) if self.won else None


def _currency(account: Row) -> str:
    own = str(account["currency"])
    return own if own in _RATES else "EUR"


@dataclass(frozen=True)
class Move:
    """A step that the owner of a deal takes by hand, so that its history shows a person."""

    code: str
    owner: str
    stage: str

    @property
    def to(self) -> Reference:
        return Reference("stages", "name", self.stage)


def products() -> Iterator[Row]:
    for each in phrases().products:
        yield {
            "code": each.code,
            "name": each.name,
            "category": each.category,
            "series": each.series,
            "price": each.price,
            "currency": "EUR",
            "unit": each.unit,
            "active": each.active,
        }


def deals(seed: int, today: date, accounts: list[Row], contacts: list[Row]) -> list[Deal]:
    dice = chance(seed, "deals")
    buyers = [each for each in accounts if {"customer", "prospect"} & set(each["kinds"])]
    known: dict[str, list[Row]] = {}
    for contact in contacts:
        known.setdefault(contact["account_id:code"], []).append(contact)
    # The more recent, the more of them: the company grows.
    days = sorted(int(DAYS * dice.random() ** 1.3) for _ in range(DEALS))
    made = []
    for number, age in enumerate(reversed(days), 1):
        account = dice.choice(buyers)
        contact = dice.choice(known[account["code"]])
        deal = _begun(dice, number, today - timedelta(days=age), account, contact)
        over = deal.expected <= today
        made.append(_ended(dice, deal) if over else _open(dice, deal, today))
    return _with_moves(made)


def _begun(dice: Random, number: int, opened: date, account: Row, contact: Row) -> Deal:
    product = dice.choices(phrases().products, [3, 3, 2, 2, 2, 3, 3, 2, 1, 1, 2, 1])[0]
    length = timedelta(days=int(min(dice.lognormvariate(4.2, 0.6), 300)) + 5)
    quantity, discount = _ordered(dice, product)
    rate = Decimal(str(_RATES[_currency(account)]))
    return Deal(
        code=f"D-{number:05}",
        name=f"{account['name'].split()[0]}: {quantity} × {product.name}",  # noqa: RUF001 - times
        account=account,
        contact=contact,
        product=product.code,
        owner=account["owner_id"].value,
        stage="",
        quantity=quantity,
        unit_price=(Decimal(str(product.price)) * rate).quantize(_CENT, ROUND_HALF_UP),
        discount=discount,
        opened=opened,
        expected=opened + length,
        description=dice.choice(phrases().needs),
    )


def _ordered(dice: Random, product: Product) -> tuple[int, int]:
    """How many of a product, and with how much off."""
    quantity = max(1, round(product.usual * dice.lognormvariate(0, 0.6)))
    return quantity, round(100 * (1 - dice.uniform(0.85, 1.0)))


def _ended(dice: Random, deal: Deal) -> Deal:
    skills = {each.email: number % 4 for number, each in enumerate(STAFF)}
    likely = _TYPICAL_WIN + 0.05 * (skills[deal.owner] - 1.5)
    if "prospect" in deal.account["kinds"]:
        likely = _OF_PROSPECTS
    closed = deal.expected
    planned = closed + timedelta(days=dice.randint(-25, 20))
    deal = replace(deal, closed=closed, expected=max(planned, deal.opened))
    if dice.random() < likely:
        return replace(deal, stage="Won", reason=dice.choice(phrases().won))
    weights = range(len(phrases().lost), 0, -1)
    return replace(deal, stage="Lost", reason=dice.choices(phrases().lost, weights)[0])


def _open(dice: Random, deal: Deal, today: date) -> Deal:
    """How far it is follows from how much of its time has passed, give or take."""
    whole = (deal.expected - deal.opened).days
    passed = (today - deal.opened).days / whole + dice.uniform(-0.2, 0.2)
    stage = STAGES[min(2, max(0, int(passed * 3)))]
    expected = deal.expected + timedelta(days=dice.choice((0, 0, 10, 30)))
    if dice.random() < _LATE:
        expected = max(deal.opened, today - timedelta(days=dice.randint(1, 15)))
    step = dice.choice(phrases().next_steps)
    return replace(deal, stage=stage, expected=expected, next_step=step)


def _with_moves(made: list[Deal]) -> list[Deal]:
    """The first of those that are under way take their last step by their owner's hand."""
    under_way = [each.code for each in made if each.stage in STAGES[1:3]]
    chosen = set(under_way[:_MOVED])
    before = dict(zip(STAGES[1:3], STAGES[:2], strict=True))
    return [replace(each, was=before[each.stage]) if each.code in chosen else each for each in made]


def moves(made: list[Deal]) -> list[Move]:
    return [Move(each.code, each.owner, each.stage) for each in made if each.was]


@dataclass(frozen=True)
class Remark:
    """A note on a record by the one who is responsible for it; `{manager}` in it mentions theirs."""

    on: Reference
    by: str
    body: str
    pinned: bool

    @property
    def manager(self) -> Reference | None:
        """Who is mentioned, if anybody is."""
        if _MANAGER not in self.body:
            return None
        return Reference("people", "email", manager(by_email(self.by).region).email)

    def text(self, name: str, id_: str) -> str:
        """The note as it is posted, with the one who is mentioned."""
        return self.body.replace(_MANAGER, f"@[{name}]({id_})")


def remarks(seed: int, accounts: list[Row], deals: list[Deal]) -> list[Remark]:
    """One or two on some of the first accounts and on some of the open deals."""
    dice = chance(seed, "notes")
    on_accounts = (
        (Reference("accounts", "code", each["code"]), each["owner_id"].value)
        for each in dice.sample(accounts[: ON_ACCOUNTS * 2], ON_ACCOUNTS)
    )
    under_way = [each for each in deals if not each.closed][:ON_DEALS]
    on_deals = ((Reference("opportunities", "code", each.code), each.owner) for each in under_way)
    said = phrases()
    return [
        *_on(dice, on_accounts, said.remarks_on_accounts),
        *_on(dice, on_deals, said.remarks_on_deals),
    ]


def _on(
    dice: Random, records: Iterator[tuple[Reference, str]], bodies: list[str]
) -> Iterator[Remark]:
    for on, by in records:
        for body in dice.sample(bodies, dice.choice((1, 1, 2))):
            yield Remark(on, by, body, dice.random() < _PINNED)
