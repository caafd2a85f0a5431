"""UserInfo (OpenID Connect Core §5.3): what the scopes of an access token say about its person."""

from crm.identity.v1 import oauth_pb2 as pb
from sqlalchemy.orm import Session

from services.identity.model.scopes import OPENID, listed
from services.identity.oauth.replies import reply
from services.identity.oauth.storage.people import claims_of
from services.identity.oauth.tokens.rfc9068_access_tokens import read

_JSON = [("Content-Type", "application/json"), ("Cache-Control", "no-store")]


def user_info(session: Session, asked: pb.OAuthRequest, issuer: str) -> pb.OAuthReply:
    """The claims, or how to ask rightly (RFC 6750 §3)."""
    header = next((each.value for each in asked.headers if each.name == "authorization"), "")
    kind, _, text = header.partition(" ")
    if kind.lower() != "bearer":
        return _challenge(401, "")
    token = read(session, text.strip(), issuer)
    if token is None:
        return _challenge(401, "invalid_token")
    if OPENID not in listed(token.scope):
        return _challenge(403, "insufficient_scope")
    return reply(200, claims_of(session, token.person_id, token.scope), _JSON)


def _challenge(status: int, error: str) -> pb.OAuthReply:
    said = f'Bearer error="{error}"' if error else "Bearer"
    body = {"error": error} if error else {}
    return reply(status, body, [*_JSON, ("WWW-Authenticate", said)])
