"""The NATS user of each process, made of k8s/flows.yaml."""

from functools import cache

import yaml

from cli.environment import ROOT
from kit.events.permissions import Permissions, permissions

FLOWS = ROOT / "k8s" / "flows.yaml"


@cache
def nats_users() -> dict[str, Permissions]:
    """The user of each process, by its name."""
    flows = yaml.safe_load(FLOWS.read_text())
    return permissions(flows["calls"], flows["handlers"], flows["watches"], flows["copies"])
