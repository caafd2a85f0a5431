"""Scheduling as it runs: real stores, real calls, people with rights."""

from services.scheduling.main import scheduling
from tests.fixtures import ana, organisation, served

__all__ = ["ana", "organisation"]

serving = served(scheduling)
