"""Which verbs a record page offers, and when: the words are ours, the rules the service's."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from gateway.web.api import Json
from gateway.web.entities import Entity, Field, Verb

Condition = Callable[[Json], bool]


def always(_: Json) -> bool:
    return True


def having(name: str, *values: str) -> Condition:
    """Whether a field of the record has one of the values."""
    return lambda record: record.get(name) in values


@dataclass(frozen=True, slots=True)
class Action:
    """A verb as a button; the first one offered is the next best action."""

    verb: Verb
    when: Condition = always
    icon: str = "bolt"
    sends_person_on: str = ""

    def url(self, entity: Entity, record: Json) -> str:
        return f"/{entity.slug}/{record['id']}/do/{self.verb.path}"


def _verb(name: str, label: str, *fields: Field) -> Verb:
    return Verb(name, label, fields=fields)


REASON = Field("reason", "Reason", "long_text", required=True)
NOTE = Field("note", "Note", "long_text", help="What the next person should know.")
RESOLUTION = replace(
    REASON, name="resolution", label="Resolution", help="What was done; the customer may read it."
)
CLOSED_ON = Field("closed_on", "Closed on", "date", help="Today when left empty.")
OPEN_DEAL = having("outcome", "open")
CLOSED_DEAL = having("outcome", "won", "lost")

ACTIONS: dict[str, tuple[Action, ...]] = {
    "parties.Lead": (
        Action(
            _verb(
                "Convert",
                "Convert lead",
                Field("create_opportunity", "Create an opportunity", "boolean", initial="true"),
                Field("opportunity_name", "Name of the opportunity", help="Else the company."),
                Field("account_id", "Existing account", "reference", target="parties.Account",
                      help="Leave empty to create the account."),
                Field("override", "Convert although it is not qualified", "boolean"),
            ),
            lambda record: not record.get("converted_at"),
            "arrow-path",
            "account_id",
        ),
    ),
    "sales.Opportunity": (
        Action(
            _verb(
                "Win",
                "Mark as won",
                Field("amount", "Realised value", "money", help="Else the estimated amount."),
                CLOSED_ON,
                replace(REASON, required=False),
            ),
            OPEN_DEAL,
            "trophy",
        ),
        Action(
            _verb(
                "MoveStage",
                "Move stage",
                Field("stage_id", "Stage", "reference", target="sales.Stage", required=True),
                replace(REASON, required=False, help="Some stages ask for it."),
            ),
            OPEN_DEAL,
            "arrow-right",
        ),
        Action(_verb("Lose", "Mark as lost", REASON, CLOSED_ON), OPEN_DEAL, "x-circle"),
        Action(
            _verb(
                "Reopen",
                "Reopen opportunity",
                Field("stage_id", "Stage", "reference", target="sales.Stage"),
                REASON,
            ),
            CLOSED_DEAL,
            "arrow-uturn-left",
        ),
    ),
    "helpdesk.Ticket": (
        Action(
            _verb("Resolve", "Resolve ticket", RESOLUTION),
            having("status", "new", "open", "waiting"),
            "check-circle",
        ),
        Action(
            _verb(
                "Assign",
                "Assign ticket",
                Field("assignee_id", "Person", "reference", target="identity.Person"),
                Field("group_id", "Group", "reference", target="identity.Group"),
                NOTE,
            ),
            having("status", "new", "open", "waiting"),
            "user-plus",
        ),
        Action(_verb("Close", "Close ticket"), having("status", "resolved"), "check"),
        Action(
            _verb("Reopen", "Reopen ticket", REASON),
            having("status", "resolved", "closed"),
            "arrow-uturn-left",
        ),
    ),
    "scheduling.Activity": (
        Action(
            _verb("Complete", "Complete activity", Field("outcome", "Outcome", "long_text")),
            having("status", "planned", "in progress", "in_progress"),
            "check-circle",
        ),
        Action(
            _verb("Cancel", "Cancel activity", replace(REASON, required=False)),
            having("status", "planned", "in progress", "in_progress"),
            "x-circle",
        ),
    ),
    "scheduling.Booking": (
        Action(_verb("Cancel", "Cancel booking"), having("status", "booked"), "x-circle"),
    ),
    "campaigns.Campaign": (
        Action(
            _verb(
                "AddMembers",
                "Add members",
                Field("contact_ids", "Contacts", "references", target="parties.Contact"),
                Field("lead_ids", "Leads", "references", target="parties.Lead"),
            ),
            having("status", "planned", "active"),
            "user-plus",
        ),
    ),
    "identity.Person": (
        Action(
            _verb("SetPassword", "Set password",
                  Field("password", "New password", "password", required=True,
                        help="At least 12 characters.")),
            icon="key",
        ),
        Action(_verb("Deactivate", "Deactivate person"), having("status", "active"), "lock-closed"),
        Action(_verb("Activate", "Activate person"), having("status", "inactive"), "check"),
    ),
    "identity.Client": (
        Action(
            _verb("RotateSecret", "Make a new secret"),
            lambda record: bool(record.get("keeps_secret")),
            "arrow-path",
        ),
    ),
}  # fmt: skip


def actions_of(entity: Entity, record: Json) -> list[Action]:
    """What may be done with a record now; verbs that only the contract knows come last."""
    if not entity.may("edit"):
        return []
    return [action for action in all_actions(entity) if action.when(record)]


def all_actions(entity: Entity) -> list[Action]:
    own = ACTIONS.get(entity.name, ())
    named = {action.verb.name for action in own}
    return [*own, *(Action(verb) for verb in entity.verbs if verb.name not in named)]
