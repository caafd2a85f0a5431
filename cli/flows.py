"""Who hears whom on NATS: k8s/flows.yaml, of which every system's NATS users are made."""

from functools import cache

import yaml

from cli.environment import ROOT
from kit.events.permissions import Permissions, permissions

FLOWS = ROOT / "k8s" / "flows.yaml"


@cache
def nats_users() -> dict[str, Permissions]:
    """The user of each process, by its name."""
    flows = yaml.safe_load(FLOWS.read_text())
    return permissions(flows["calls"], flows["hears"], flows["watches"], flows["copies"])
