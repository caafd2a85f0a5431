"""Identity on one screen: who works here, what they may do, and how they prove who they are."""

from kit.records import standard
from kit.service import Every, Service
from kit.service_runner import run
from services.identity.by_mail.readers import meet_readers
from services.identity.config import Settings
from services.identity.first_start import first_start
from services.identity.hashing import Passwords
from services.identity.model.access_defaults import AccessDefault
from services.identity.model.figures.dashboards import Dashboard
from services.identity.model.figures.reports import Report
from services.identity.model.groups import Group
from services.identity.model.kept.import_mappings import ImportMapping
from services.identity.model.kept.saved_views import DefaultView, SavedView
from services.identity.model.profiles import Profile
from services.identity.model.roles import Role
from services.identity.model.sharing_rules import SharingRule
from services.identity.model.vocabulary.choice_lists import ChoiceList
from services.identity.model.vocabulary.duplicate_rules import DuplicateRule
from services.identity.model.vocabulary.tag_categories import TagCategory
from services.identity.oauth.storage.grants import forget_expired
from services.identity.oauth.tokens.rfc7517_keys import rotate_keys
from services.identity.of_services.index_states import keep_states
from services.identity.of_services.team_roles import keep_team_roles
from services.identity.policy import publish_policy
from services.identity.rpc.clients import Clients
from services.identity.rpc.custom_fields import CustomFields
from services.identity.rpc.exchange_rates import ExchangeRates
from services.identity.rpc.hand_overs import HandOvers
from services.identity.rpc.oauth import OAuth
from services.identity.rpc.people import People
from services.identity.rpc.policies import Policies
from services.identity.rpc.report_schedules import ReportSchedules
from services.identity.rpc.sessions import Sessions
from services.identity.rpc.tags import Tags
from services.identity.sessions import forget_ended
from services.identity.throttle import Throttle

_DOOR = (
    *("Sessions/SignIn", "Sessions/Check", "Sessions/SignOut", "Policies/Snapshot"),
    *("OAuth/Authorize", "OAuth/Token", "OAuth/Revoke", "OAuth/Introspect", "OAuth/UserInfo"),
    *("OAuth/Metadata", "OAuth/Keys"),
    *("ReportSchedules/TakeDue", "ReportSchedules/Send", "ReportSchedules/Unsubscribe"),
)
"""What the gateway asks before it knows who stands there, or while nobody does."""

_LISTS, _INDEXES = "Policies/DeclareChoices", "Policies/TellIndexes"
_RATES = "ExchangeRates/AsOf"
_ADMITS = {
    "gateway": _DOOR,
    "parties": (_LISTS, _INDEXES, _RATES),
    "sales": (_INDEXES, _RATES),
    "campaigns": (_LISTS, _INDEXES, _RATES),
    "helpdesk": (_LISTS, _INDEXES, _RATES, "Records/Find"),
    "scheduling": (_LISTS, _INDEXES, _RATES, "Records/TitlesFor"),
    "chat": (_INDEXES, _RATES),
}


def identity(settings: Settings) -> Service:
    """People, their access, and the doors."""
    passwords, throttle = Passwords(), Throttle(settings.redis_url)
    return Service(
        name="identity",
        settings=settings,
        records=[
            lambda process: People(process, passwords, throttle),
            standard(Role),
            standard(Profile),
            standard(Group),
            HandOvers,
            standard(SharingRule),
            standard(AccessDefault),
            standard(ChoiceList),
            CustomFields,
            standard(DuplicateRule),
            standard(TagCategory),
            Tags,
            Clients,
            ExchangeRates,
            standard(SavedView),
            standard(DefaultView),
            standard(ImportMapping),
            standard(Report),
            standard(Dashboard),
        ],
        others=[
            Policies,
            OAuth,
            ReportSchedules,
            lambda process: Sessions(process, passwords, throttle),
        ],
        jobs=[
            Every(600, forget_ended),
            Every(600, forget_expired),
            Every(3600, rotate_keys),
            Every(60, meet_readers),
        ],
        before_commit=[publish_policy],
        started=[first_start(passwords), keep_team_roles, rotate_keys],
        owns_policy=True,
        tell_indexes=keep_states,
        admits=_ADMITS,
        writes_letters=True,
        holds=[passwords, throttle],
    )


if __name__ == "__main__":
    run(identity(Settings.load()))
