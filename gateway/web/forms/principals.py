"""To whom something is given or sent: which kinds there are, and who is meant by a name that was typed."""

from gateway.web.forms.form import candidates
from gateway.web.frame.visits import Visit
from gateway.web.words import _
from kit.entity.kinds import PERSON
from kit.errors import Invalid

KINDS = {
    "person": ("Person", PERSON),
    "role": ("Role", "identity.Role"),
    "role_and_below": ("Role and those below it", "identity.Role"),
    "group": ("Group", "identity.Group"),
}
"""Each with its words, and the entity that its names are of."""


async def named(visit: Visit, kind: str, name: str) -> str:
    """The one who is called so, typed without choosing."""
    found = await candidates(visit.api, visit.catalog, KINDS.get(kind, KINDS["person"])[1], name)
    same = [one for one in found if one[1].casefold() == name.casefold()]
    if not name or len(same) != 1:
        raise Invalid(
            principal_id=_("Nobody is called “%(name)s”. Write the whole name.", name=name)
        )
    return same[0][0]
