"""The design page: every component side by side, so that a change is seen everywhere at once."""

from decimal import Decimal

from starlette.responses import Response

from gateway.web.described.fields import Field, Option
from gateway.web.forms.form import Form
from gateway.web.frame.presenting import Cell
from gateway.web.home.figures import Figure, chart
from gateway.web.pages import TheVisit, pages
from kit.errors import Refused, Unavailable

router = pages()

STAGES = (Option("prospecting", "Prospecting"), Option("won", "Won"), Option("lost", "Lost"))
SITES = (Option("office", "Head office"), Option("branch", "Branch"))
FIELDS = (
    Field("name", "Name", required=True, help="As it stands in the trade register."),
    Field("email", "E-mail", "email"),
    Field("phone", "Phone", "phone"),
    Field("website", "Website", "url"),
    Field("stage", "Stage", "picklist", options=STAGES),
    Field("amount", "Amount", "money", help="In the currency of the opportunity."),
    Field("probability", "Probability", "percent"),
    Field("closes", "Expected close", "date"),
    Field("starts", "Starts", "instant"),
    Field("active", "Active", "boolean"),
    Field("account_id", "Account", "reference", target="parties.Account"),
    Field("skills", "Skills", "words", help="Separate them by commas."),
    Field("description", "Description", "long_text"),
    Field("addresses", "Addresses", "rows", columns=(
        Field("kind", "Kind", "picklist", options=SITES),
        Field("street", "Street"), Field("city", "City"),
    )),
)  # fmt: skip
VALUES = {
    "name": "Aurelia Mills",
    "email": "not an address",
    "stage": "prospecting",
    "amount": "12500",
    "active": True,
    "skills": ["welding", "sales"],
    "addresses": [{"kind": "office", "street": "12 Harbour Road", "city": "Galați"}],
}


@router.get("/design")
async def show_design(visit: TheVisit) -> Response:
    form = Form(FIELDS, VALUES, {}, errors={"email": "This is no e-mail address: it lacks an @."})
    figures = [
        Figure(label, Decimal(value), f"€{value:,}", "/opportunities", "12")
        for label, value in (("Prospecting", 182_000), ("Engaging", 241_000), ("Proposal", 96_500))
    ]
    badges = [Cell("badge", word, tone=tone) for word, tone in _BADGES]
    return visit.page(
        "design.html",
        form=form,
        chart=chart("Open opportunities by stage", figures),
        badges=badges,
        refused=Refused("This opportunity is already won. Reopen it first."),
        stopped=Unavailable(),
    )


_BADGES = (
    ("New", "blue"), ("Won", "green"), ("Lost", "red"), ("Waiting", "amber"), ("Retail", ""),
)  # fmt: skip
