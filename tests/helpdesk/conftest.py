"""Helpdesk as it runs: real stores, real calls, people with rights."""

from services.helpdesk.main import helpdesk
from tests.fixtures import ana, organisation, served

__all__ = ["ana", "organisation"]

serving = served(helpdesk)
