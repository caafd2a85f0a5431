"""Sales on one screen: products, the pipeline and its forecast."""

from kit.records import standard
from kit.rpc.admission import REFERENCES
from kit.service import Service
from kit.service_runner import run
from services.sales.config import Settings
from services.sales.model.products import Product
from services.sales.model.stage_changes import StageChange
from services.sales.model.stages import Stage
from services.sales.pipeline import start_pipeline
from services.sales.rpc.opportunities import Opportunities


def sales(settings: Settings) -> Service:
    """Products, deals from the first contact to their end, and what they will bring."""
    return Service(
        name="sales",
        settings=settings,
        records=[Opportunities, standard(Product), standard(Stage), standard(StageChange)],
        started=[start_pipeline],
        admits={
            **dict.fromkeys(("campaigns", "helpdesk", "scheduling"), REFERENCES),
            "parties": ["Opportunities/Create", "Merges/Uses", "Merges/Unmake", *REFERENCES],
        },
    )


if __name__ == "__main__":
    run(sales(Settings.load()))
