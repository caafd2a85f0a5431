"""What deals add to the forecast, as SQL; values of different currencies are never added up."""

from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, case, select

from services.sales.model.opportunities import Opportunity
from services.sales.model.stages import Outcome, Stage

_OPEN: ColumnElement[Any] = Opportunity.outcome == Outcome.OPEN


def counted() -> ColumnElement[bool]:
    """Deals in the forecast: their own flag and their stage's both say so."""
    included = select(Stage.id).where(Stage.forecast)
    return and_(Opportunity.forecast_included, Opportunity.stage_id.in_(included))


def weighted() -> ColumnElement[Decimal]:
    """What a deal adds: what it brought, or its estimate by its probability while it is open."""
    return case(
        (Opportunity.outcome == Outcome.WON, Opportunity.realised_amount),
        (_OPEN, Opportunity.amount * Opportunity.probability / 100),
        else_=Decimal(0),
    )


def due() -> ColumnElement[date]:
    """The day on which a deal counts: its end, or its expected end while it is open."""
    return case((_OPEN, Opportunity.expected_close_on), else_=Opportunity.closed_on)
