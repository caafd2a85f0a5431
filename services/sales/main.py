"""Sales on one screen: products, the pipeline and its forecast."""

from kit.service import Service, run
from services.sales.config import Settings
from services.sales.rpc.products import Products


def sales(settings: Settings) -> Service:
    """Products to payments, pipeline and forecast."""
    return Service(name="sales", settings=settings, records=[Products])


if __name__ == "__main__":
    run(sales(Settings.load()))
