"""Sales on one screen: products, the pipeline and its forecast."""

from kit.rpc.admission import REFERENCES
from kit.running import run
from kit.service import Service
from services.sales.config import Settings
from services.sales.pipeline import start_pipeline
from services.sales.rpc.opportunities import Opportunities
from services.sales.rpc.products import Products
from services.sales.rpc.stage_changes import StageChanges
from services.sales.rpc.stages import Stages


def sales(settings: Settings) -> Service:
    """Products, deals from the first contact to their end, and what they will bring."""
    return Service(
        name="sales",
        settings=settings,
        records=[Opportunities, Products, Stages, StageChanges],
        started=[start_pipeline],
        admits={
            **dict.fromkeys(("campaigns", "helpdesk", "scheduling"), REFERENCES),
            "parties": ["Opportunities/Create", *REFERENCES],
        },
    )


if __name__ == "__main__":
    run(sales(Settings.load()))
