"""The value lists with which a new organisation starts; administrators change them as they like."""

from collections.abc import Mapping, Sequence

_SOURCES = ("website", "referral", "event", "campaign", "partner", "cold_call", "press", "other")

STARTING_LISTS: Mapping[str, Sequence[str]] = {
    "parties.account.type": ("company", "public_body", "association", "sole_trader"),
    "parties.account.status": ("active", "dormant", "lost", "blocked"),
    "parties.account.industry": (
        "agriculture",
        "construction",
        "education",
        "employment",
        "energy",
        "entertainment",
        "finance",
        "government",
        "hospitality",
        "manufacturing",
        "marketing",
        "medical",
        "real_estate",
        "retail",
        "services",
        "software",
        "technology",
        "telecommunications",
        "transport",
    ),
    "parties.account.source": _SOURCES,
    "parties.contact.type": ("decision_maker", "buyer", "user", "adviser"),
    "parties.contact.status": ("active", "left", "do_not_contact"),
    "parties.lead.source": _SOURCES,
}
