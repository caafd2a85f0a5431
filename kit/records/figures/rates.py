"""The rates at which money is converted: asked of identity, which keeps them, for one day at a time."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from crm.identity.v1 import exchange_rates_pb2 as pb
from crm.identity.v1.exchange_rates_pb2_grpc import ExchangeRatesStub
from crm.v1 import records_pb2
from sqlalchemy import Numeric, Text, column, values
from sqlalchemy.sql.selectable import Values

from kit.actor import Actor, acting_as
from kit.entity.currencies import CURRENCIES, places_of
from kit.errors import Invalid
from kit.records.process import Process

_PIVOT = "EUR"
"""What a rate says is how much one euro buys."""


@dataclass(frozen=True)
class Rates:
    """What the currencies are worth in one of them, on one day."""

    target: str
    day: date
    known: Mapping[str, records_pb2.RateUsed]

    def table(self, name: str, among: Collection[str]) -> Values:
        """Each currency of a field that can be converted, with its factor, as rows to be joined."""
        rows = [(each, self.factor(each)) for each in self.of(among)]
        shape = values(column("currency", Text()), column("factor", Numeric()), name=name)
        return shape.data(rows)

    def of(self, among: Collection[str]) -> Collection[str]:
        return [each for each in self.known if not among or each in among]

    def factor(self, currency: str) -> Decimal:
        return Decimal(self.known[self.target].rate) / Decimal(self.known[currency].rate)

    @property
    def places(self) -> int:
        """The decimals to which a converted amount is true."""
        return places_of(self.target)

    def used(self) -> Iterable[records_pb2.RateUsed]:
        return [self.known[each] for each in sorted(self.known)]


async def rates_on(process: Process, target: str, day: date) -> Rates:
    """The rates in force on a day; Invalid where the currency wanted has none."""
    if target not in CURRENCIES:
        raise Invalid(convert_to="Give a currency of ISO 4217, like EUR.")
    # In this process's own name: whoever may see an amount may see what it is worth.
    with acting_as(Actor.system(f"{process.name}.convert")):
        told = await process.peers.stub(ExchangeRatesStub).AsOf(pb.AsOfRequest(day=str(day)))
    euro = records_pb2.RateUsed(currency=_PIVOT, rate="1", day=str(day))
    known = {_PIVOT: euro} | {each.currency: _used(each) for each in told.items}
    if target not in known:
        cure = "keep one under Exchange rates, or choose another currency or day"
        raise Invalid(convert_to=f"There is no rate of {target} on {day} or before; {cure}.")
    return Rates(target, day, known)


def _used(rate: pb.RateInForce) -> records_pb2.RateUsed:
    return records_pb2.RateUsed(
        currency=rate.currency, rate=rate.rate, day=rate.day, source=rate.source
    )
