"""How the entities of the other services stand towards access, as far as it differs from the usual.

They declare it themselves, where identity cannot look; a test holds the two equal.
"""

from kit.access.standing import Standing, Standings
from kit.entity import Governs

_SETS_UP = Standing("read", Governs.CONFIGURATION)

ELSEWHERE: Standings = {
    "chat.Message": Standing("private", confidential=True),
    "chat.PublicRoom": Standing(governed_by=Governs.CONFIGURATION),
    "chat.Room": Standing("private", confidential=True),
    "parties.ChoiceValue": _SETS_UP,
    "parties.Conversion": Standing("private"),
    "sales.Product": _SETS_UP,
    "sales.Stage": _SETS_UP,
    "sales.StageChange": Standing("private"),
}
