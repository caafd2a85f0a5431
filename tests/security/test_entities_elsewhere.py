"""Identity weighs what it does not own: it knows how every entity stands towards access."""

from kit.access.standing import Standing
from services.chat.model.rooms import STANDINGS as CHAT
from services.identity.model.elsewhere import ELSEWHERE
from tests.entities.cases import CASES


def test_identity_knows_how_the_entities_of_others_stand() -> None:
    """S1: what identity took for open it would let anybody give away."""
    declared = {
        entity: Standing(
            each.record.default_access, each.record.governed_by, each.record.confidential
        )
        for entity, each in CASES.items()
        if not entity.startswith("identity.")
    }
    unusual = {entity: each for entity, each in declared.items() if each != Standing()}
    assert unusual | CHAT == ELSEWHERE
