"""The fields that the company has added to what everybody has: how it tells its customers apart."""

from collections.abc import Iterator

from cli.demo.content.rows import Row

_SEGMENTS = (("Small business", 50), ("Mid-market", 250), ("Enterprise", 10**9))
"""What an account is called up to so many employees."""
_CERTIFICATES = (("ISO 9001", 2), ("ISO 14001", 5), ("ISO 45001", 7))
"""Each, and one of how many accounts has it."""
_RIVALS = ("Nordlicht Systems", "Castel Automation", "Blue Harbour", "Optim Grup")
_LOST_TO_ANOTHER = "Chose another supplier"


def custom_fields() -> Iterator[Row]:
    yield {
        "entity_name": "parties.Account",
        "key": "segment",
        "caption": "Segment",
        "caption_ro": "Segment de piață",
        "kind": "choice",
        "values": [{"caption": caption} for caption, _ in _SEGMENTS],
        "section": "Company",
        "listed": True,
        "help": "How large a customer this is, by the people who work there.",
    }
    yield {
        "entity_name": "parties.Account",
        "key": "credit_limit",
        "caption": "Credit limit",
        "caption_ro": "Limită de credit",
        "kind": "money",
        "section": "Company",
        "default_value": "EUR",
        "help": "Up to how much it may owe us.",
    }
    yield {
        "entity_name": "parties.Account",
        "key": "certificates",
        "caption": "Certificates",
        "caption_ro": "Certificări",
        "kind": "words",
        "section": "Company",
        "help": "The standards by which it is certified.",
    }
    yield {
        "entity_name": "sales.Opportunity",
        "key": "competitor",
        "caption": "Strongest competitor",
        "caption_ro": "Cel mai puternic concurent",
        "kind": "text",
        "searched": True,
        "help": "Who else has made an offer.",
    }
    yield {
        "entity_name": "sales.Product",
        "key": "warranty_months",
        "caption": "Warranty (months)",
        "caption_ro": "Garanție (luni)",
        "kind": "integer",
        "default_value": "24",
        "listed": True,
    }


def segment_of(employees: int) -> str:
    """The segment as it is stored."""
    caption = next(caption for caption, below in _SEGMENTS if employees < below)
    return caption.lower().replace(" ", "_").replace("-", "_")


def own_of(employees: int, revenue: float, currency: str) -> Row:
    """What an account says in the fields of the company; not all are certified, nor may all owe."""
    own: Row = {"segment": segment_of(employees)}
    if employees % 3:
        own |= {
            "credit_limit": f"{round(revenue * 0.02, -3):.0f}",
            "credit_limit_currency": currency,
        }
    if held := [each for each, part in _CERTIFICATES if employees % part == 0]:
        own["certificates"] = held
    return own


def competitor_of(code: str, reason: str) -> str:
    """To whom a deal was lost; nothing of one that was not lost to anybody."""
    number = int("".join(filter(str.isdigit, code)))
    return _RIVALS[number % len(_RIVALS)] if reason == _LOST_TO_ANOTHER else ""
