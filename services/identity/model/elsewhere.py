"""How the entities of the other services stand towards access, as far as it differs from the usual.

They declare it themselves, where identity cannot look; a test holds the two equal.
"""

from kit.access.standing import Elsewhere, Standing

ELSEWHERE: Elsewhere = {
    "chat.Message": Standing("private", confidential=True),
    "chat.Room": Standing("private", confidential=True),
    "parties.ChoiceValue": Standing("read"),
    "parties.Conversion": Standing("private"),
    "sales.Product": Standing("read"),
    "sales.Stage": Standing("read"),
    "sales.StageChange": Standing("private"),
}
