"""By what a new organisation takes records for the same; administrators word it as they like."""

from collections.abc import Iterator

from services.identity.model.vocabulary.duplicate_rules import Action, DuplicateRule

_ACCOUNT, _CONTACT, _LEAD = "parties.Account", "parties.Contact", "parties.Lead"

_READY = (
    (_ACCOUNT, "Same tax id", ("tax_id",), 95, Action.REFUSE),
    (_ACCOUNT, "Same e-mail address", ("email",), 60, Action.WARN),
    (_ACCOUNT, "Same telephone number", ("phone",), 40, Action.WARN),
    (_ACCOUNT, "Same web site", ("website",), 50, Action.WARN),
    (_ACCOUNT, "Similar name in the same country", ("name", "country"), 50, Action.WARN),
    (_CONTACT, "Same e-mail address", ("email",), 80, Action.WARN),
    (_CONTACT, "Same telephone number", ("phone", "mobile"), 40, Action.WARN),
    (_CONTACT, "Similar name at the same account", ("name", "account_id"), 70, Action.WARN),
    (_LEAD, "Same e-mail address", ("email",), 80, Action.WARN),
    (_LEAD, "Same telephone number", ("phone", "mobile"), 40, Action.WARN),
    (_LEAD, "Similar name in the same town", ("name", "city"), 60, Action.WARN),
    ("sales.Product", "Same name", ("name",), 70, Action.WARN),
)


def ready_rules() -> Iterator[DuplicateRule]:
    """The rules with which an organisation begins."""
    for entity, name, fields, weight, action in _READY:
        yield DuplicateRule(
            entity_name=entity, name=name, field_names=list(fields), weight=weight, action=action
        )
