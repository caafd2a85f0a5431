"""People as OAuth sees them: whether they may come in, and what claims say about them."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.identity.model.people import Person, PersonStatus
from services.identity.model.scopes import EMAIL, PROFILE, listed


def is_active(session: Session, person_id: UUID) -> bool:
    """Whether the person may still sign in; a deactivation at this moment waits and sees the rest."""
    wanted = select(Person.id).where(Person.id == person_id, Person.status == PersonStatus.ACTIVE)
    return session.scalar(wanted.with_for_update(read=True)) is not None


def claims_of(session: Session, person_id: UUID, scope: str) -> dict[str, Any]:
    """The claims that the scopes open (OpenID Connect Core §5.4)."""
    person = session.scalars(select(Person).where(Person.id == person_id)).one()
    claims: dict[str, Any] = {"sub": str(person_id)}
    if PROFILE in listed(scope):
        claims |= {
            "name": person.name,
            "given_name": person.given_name,
            "family_name": person.family_name,
            "locale": person.locale,
            "zoneinfo": person.time_zone,
            "updated_at": int(person.updated_at.timestamp()),
        }
    if EMAIL in listed(scope):
        claims["email"] = person.email
    return {name: value for name, value in claims.items() if value is not None}
