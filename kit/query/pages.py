"""Page tokens: the last row of a page, sealed to the order and the filter of its list."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b

import msgspec

from kit.errors import Invalid
from kit.query.order import Key, Order
from kit.query.values import read, write

SEAL = 8

_decoder = msgspec.json.Decoder(list[str | None])


def encode_token(order: Order, fingerprint: str, values: Sequence[object]) -> str:
    """A token for the page after the row with these values."""
    body = msgspec.json.encode([None if value is None else write(value) for value in values])
    return urlsafe_b64encode(_seal(order, fingerprint, body) + body).rstrip(b"=").decode()


def decode_token(token: str, order: Order, fingerprint: str) -> list[object]:
    """The values of the row that the page follows; Invalid for a token of another list."""
    try:
        sealed = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        return _opened(sealed[:SEAL], sealed[SEAL:], order, fingerprint)
    except (ValueError, msgspec.MsgspecError):
        reason = "The page token is not of this list; start again from the first page."
        raise Invalid("", {"page_token": reason}) from None


def _seal(order: Order, fingerprint: str, body: bytes) -> bytes:
    """Finds mistakes, not forgers: a forged token shows nothing that a filter would not."""
    owner = blake2b(f"{order}\n{fingerprint}".encode("utf-8", "surrogatepass")).digest()
    return blake2b(body, digest_size=SEAL, key=owner).digest()


def _opened(seal: bytes, body: bytes, order: Order, fingerprint: str) -> list[object]:
    if seal != _seal(order, fingerprint, body):
        raise ValueError(body)
    return [_value(key, text) for key, text in zip(order.by, _decoder.decode(body), strict=True)]


def _value(key: Key, text: str | None) -> object:
    if text is None and not key.target.nullable:
        raise ValueError(key.target.name)
    return None if text is None else read(key.target.kind, text)
