"""Whoever is calling, as far as the scopes open it, and what everybody may choose for themselves."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from gateway.access import API_SCOPES, Rights
from kit.actor import calling
from kit.errors import Anonymous

PROFILE_SCOPE, EMAIL_SCOPE = "profile", "email"

_Chosen = Annotated[str, StringConstraints(min_length=1)]


class Preferences(BaseModel):
    """The fields of a person that identity declares to be preferences; a test holds the two equal."""

    model_config = ConfigDict(extra="forbid")

    locale: _Chosen = ""
    time_zone: _Chosen = ""


def me(rights: Rights) -> dict[str, Any]:
    """Who is calling, as the policy knows the person: as much of it as the scopes open."""
    actor = calling()
    person = rights.person(actor)
    if person is None:
        raise Anonymous
    known: dict[str, Any] = {"id": actor.name, "scopes": sorted(actor.scopes)}
    if actor.scopes & {PROFILE_SCOPE, *API_SCOPES}:
        known |= {"name": person.name, "locale": person.locale, "time_zone": person.time_zone}
    if actor.scopes & {EMAIL_SCOPE, *API_SCOPES}:
        known["email"] = person.email
    if actor.scopes & API_SCOPES:
        known["role_ids"] = [str(each) for each in person.role_ids]
        known["profile_ids"] = [str(each) for each in person.profile_ids]
        known["hidden_modules"] = sorted(rights.policy.hidden_modules(actor))
    return known
