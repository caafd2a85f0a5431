"""Exchange rates over gRPC: which are in force on a day, and taking in those of the central bank."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from crm.identity.v1 import exchange_rates_pb2 as pb
from crm.identity.v1.exchange_rates_pb2_grpc import ExchangeRatesServicer
from sqlalchemy import ARRAY, Date, Text, bindparam, func, literal, select, text, true

from kit.access.clause import reachable
from kit.access.permit import Permit
from kit.entity import CURRENCIES, Level
from kit.records import Records, Said, Work, verb
from services.identity.model.figures.central_bank import SOURCE, Rate, read_file
from services.identity.model.figures.exchange_rates import ExchangeRate

MOST = 5_000
"""As many rates as are written well within the time of a call."""

_TOLD = ("currency", "rate", "day", "source")
_TABLE = ExchangeRate.__table__.c
# Two who take in the same file at once would both find the same rates missing.
_LOCK = text("SELECT pg_advisory_xact_lock(7203042)")
_KNOWN = select(_TABLE.currency, _TABLE.day).where(
    _TABLE.day.between(bindparam("first", type_=Date()), bindparam("last", type_=Date()))
)


class ExchangeRates(Records[ExchangeRate, pb.ExchangeRate], ExchangeRatesServicer):
    """What one euro buys of each currency, by day."""

    record, message, listing = ExchangeRate, pb.ExchangeRate, pb.ExchangeRateList

    @verb()
    async def AsOf(self, work: Work, said: Said) -> pb.RatesInForce:
        permit = work.permit(ExchangeRate)
        # The query itself is narrowed to the caller's reach.
        rows = await work.rows(_in_force(permit, said.day or datetime.now(UTC).date()))
        seen = permit.seen(_TOLD)
        return pb.RatesInForce(items=[_told(row, seen) for row in rows])

    @verb(right="create")
    async def TakeIn(self, work: Work, said: Said) -> pb.RatesTakenIn:
        file = read_file(said.csv)
        await work.run(_LOCK)
        new = await _new_among(work, file.rates)
        for each in new[:MOST]:
            given = {"currency": each.currency, "day": each.day, "rate": each.rate}
            work.add(ExchangeRate(**given, source=SOURCE))
        return pb.RatesTakenIn(
            taken=len(new[:MOST]),
            there=len(file.rates) - len(new),
            left=len(new[MOST:]),
            passed_over=file.passed_over,
        )


def _in_force(permit: Permit, day: date) -> Any:
    """Of each currency the latest: one look into the index for each, however many days are kept."""
    every = select(func.unnest(literal(list(CURRENCIES), ARRAY(Text()))).label("currency"))
    currency = every.subquery("currency")
    latest = (
        select(*(_TABLE[name] for name in _TOLD))
        .where(_TABLE.currency == currency.c.currency, _TABLE.day <= day)
        .where(reachable(ExchangeRate, permit.reach(Level.READ), Level.READ))
        .order_by(_TABLE.day.desc())
        .limit(1)
        .lateral("latest")
    )
    joined = currency.join(latest, true())
    return select(latest).select_from(joined).order_by(latest.c.currency)


def _told(row: Any, seen: Sequence[str]) -> pb.RateInForce:
    shown = {name: ExchangeRate.fields[name].said.kind.show for name in seen}
    values = {name: getattr(row, name) for name in seen}
    return pb.RateInForce(
        **{name: shown[name](each) for name, each in values.items() if each is not None}
    )


async def _new_among(work: Work, rates: Sequence[Rate]) -> Sequence[Rate]:
    """What no day has yet, whoever may see it: of two rates of a day neither would count."""
    if not rates:
        return ()
    known = await work.rows(_KNOWN, first=rates[-1].day, last=rates[0].day)
    there = {(each.currency, each.day) for each in known}
    return [each for each in rates if (each.currency, each.day) not in there]
