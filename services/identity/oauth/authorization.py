"""The authorization endpoint: from what a client asks to the person's answer, and back to it."""

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from authlib.oauth2.rfc6749.errors import InvalidRequestError, OAuth2Error
from authlib.oidc.core.errors import ConsentRequiredError, LoginRequiredError
from crm.identity.v1 import oauth_pb2 as pb
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.identity.model.scopes import listed
from services.identity.oauth.replies import refused, reply, signed
from services.identity.oauth.requests import Request, check_parameters
from services.identity.oauth.server import Server
from services.identity.oauth.storage.consents import consented, keep_consent
from services.identity.oauth.storage.grants import Holder
from services.identity.sessions import hashed
from services.identity.tables import session as open_session

_JUST_NOW = timedelta(seconds=60)
"""A sign-in not older than this is the one that `prompt=login` had asked for."""

_WAY_BACK = timedelta(seconds=5)
"""What the way back from a sign-in may take; with `max_age=0` it would never end otherwise."""


def authorize(server: Server, asked: pb.OAuthRequest) -> pb.OAuthReply:
    """A redirect to the client, or whom to ask first."""
    try:
        request = Request(asked, server.issuer, query=True)
        check_parameters(request)
        holder = _signed_in(server.session, asked)
        grant = server.get_consent_grant(request, holder)
        return _missing(server, grant, holder) or _granted(server, grant, holder)
    except OAuth2Error as error:
        return refused(error, server.issuer)


def _signed_in(session: Session, asked: pb.OAuthRequest) -> Holder | None:
    """Who is there, as the session proves it."""
    kept = open_session.c
    found = select(kept.person_id, kept.authenticated_at).where(
        kept.id_hash == hashed(asked.session_id),
        kept.expires_at > func.now(),
        kept.idle_until > func.now(),
    )
    row = session.execute(found).one_or_none()
    if row is None or str(row.person_id) != asked.person_id:
        return None
    return Holder(row.person_id, row.authenticated_at)


def _missing(server: Server, grant: Any, holder: Holder | None) -> pb.OAuthReply | None:
    """What has to happen before the client gets its answer."""
    asked = grant.request.payload.data
    prompts = set(listed(asked.get("prompt")))
    if prompts > {"none"}:
        raise _to_client(grant, InvalidRequestError("prompt=none stands alone."))
    if holder is None or _too_long_ago(grant, holder, prompts):
        if "none" in prompts:
            raise _to_client(grant, LoginRequiredError())
        return pb.OAuthReply(status=401, sign_in=True)
    return _consent(server, grant, holder, prompts)


def _too_long_ago(grant: Any, holder: Holder, prompts: set[str]) -> bool:
    """Whether the client wants the person to prove again who they are."""
    age = datetime.now(UTC) - (holder.authenticated_at or datetime.min.replace(tzinfo=UTC))
    if prompts & {"login", "select_account"} and age > _JUST_NOW:
        return True
    oldest = grant.request.payload.data.get("max_age")
    if oldest is None:
        return False
    if not oldest.isdecimal() or len(oldest) > 9:  # noqa: PLR2004 - thirty years
        raise _to_client(grant, InvalidRequestError("max_age is a number of seconds."))
    return age > max(timedelta(seconds=int(oldest)), _WAY_BACK)


def _consent(server: Server, grant: Any, holder: Holder, prompts: set[str]) -> pb.OAuthReply | None:
    client, scopes = grant.client.record, listed(grant.request.scope)
    answer = grant.request.asked
    if answer.HasField("consent"):
        return None
    known = consented(server.session, holder.person_id, client.id)
    if set(scopes) <= known and "consent" not in prompts:
        return None
    if "none" in prompts:
        raise _to_client(grant, ConsentRequiredError())
    host = urlsplit(grant.redirect_uri).hostname or ""
    question = pb.Consent(client_name=client.name, scopes=scopes, redirect_host=host)
    return pb.OAuthReply(status=200, consent=question)


def _granted(server: Server, grant: Any, holder: Holder | None) -> pb.OAuthReply:
    assert holder is not None  # noqa: S101 - `_missing` has sent nobody away otherwise
    answer = grant.request.asked
    refusal = answer.HasField("consent") and not answer.consent
    if answer.HasField("consent") and answer.consent:
        scopes = listed(grant.request.scope)
        keep_consent(server.session, holder.person_id, grant.client.record.id, scopes)
    given = server.create_authorization_response(grant.request, None if refusal else holder, grant)
    headers = [(each.name, each.value) for each in given.headers]
    return reply(given.status, given.body.decode(), signed(headers, server.issuer))


def _to_client(grant: Any, error: OAuth2Error) -> OAuth2Error:
    """Errors that are found after the address was found good go there."""
    error.redirect_uri = grant.redirect_uri
    error.state = grant.request.payload.state
    return error
