"""How often a password may be guessed: counted in Valkey, or here for as long as Valkey is away."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Self

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from kit.errors import Busy
from kit.telemetry.logs import log

_SECONDS = 900
_MOST_KEYS = 100_000

_KNOWN_SECONDS = 30 * 86_400

# Counted before the password is looked at, so that guesses made at once are counted too. Where
# somebody has signed in from before, guesses from elsewhere do not count: nobody locks others out.
_COUNT = """
local counted = {KEYS[1], KEYS[2]}
if KEYS[4] and redis.call('EXISTS', KEYS[4]) == 1 then counted[1] = KEYS[3] end
local longest = 0
for i, key in ipairs(counted) do
  local count = redis.call('INCR', key)
  if count == 1 then redis.call('EXPIRE', key, ARGV[1]) end
  if count > tonumber(ARGV[i + 1]) then
    longest = math.max(longest, redis.call('TTL', key), 1)
  end
end
return longest
"""
_FORGIVE = """
if not KEYS[2] then return redis.call('DEL', KEYS[1]) end
if redis.call('EXISTS', KEYS[4]) == 1 then redis.call('DEL', KEYS[3])
else redis.call('DEL', KEYS[1]) end
redis.call('SET', KEYS[4], 1, 'EX', ARGV[1])
if tonumber(redis.call('GET', KEYS[2]) or '0') > 0 then redis.call('DECR', KEYS[2]) end
return 0
"""


@dataclass(frozen=True)
class Limits:
    """How many attempts of a quarter of an hour may fail."""

    email: int = 10
    address: int = 100


class Throttle:
    """Counts attempts by e-mail and by address; a success is taken back, and its origin remembered."""

    def __init__(self, url: str, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._here = _Counters()
        self._url = url
        self._valkey: Any = None

    async def __aenter__(self) -> Self:
        self._valkey = Redis.from_url(
            self._url,
            socket_connect_timeout=0.25,
            socket_timeout=0.25,
            max_connections=16,
            # Whoever signs in is waiting: what does not answer now is done without.
            retry=Retry(NoBackoff(), 0),
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._valkey.aclose()

    async def admit(self, email: str, address: str = "") -> None:
        """Counts an attempt, or raises Busy with the seconds to wait.

        Those whose address is not known have none in common: each counts by e-mail alone.
        """
        wait = await self._counted(_keys(email, address))
        if wait:
            raise Busy(
                f"Too many attempts; try again in {_minutes(wait)}, or ask an administrator for "
                "a new password.",
                retry_after=wait,
            )

    async def forgive(self, email: str, address: str = "") -> None:
        """The attempt was a success, and its origin is known from now on."""
        keys = _keys(email, address)
        self._here.forgive(*keys[:2])
        try:
            await self._valkey.eval(_FORGIVE, len(keys), *keys, _KNOWN_SECONDS)
        except (RedisError, OSError) as error:
            log.warning("throttle.alone", error=repr(error))

    async def _counted(self, keys: list[str]) -> int:
        limits = (self._limits.email, self._limits.address)
        try:
            return int(await self._valkey.eval(_COUNT, len(keys), *keys, _SECONDS, *limits))
        except (RedisError, OSError) as error:
            # Without Valkey each process counts alone: looser by their number, never open.
            log.warning("throttle.alone", error=repr(error))
            return self._here.count(dict(zip(keys, limits, strict=False)))


class _Counters:
    """The same counts within this process."""

    def __init__(self) -> None:
        self._counts: dict[str, tuple[int, float]] = {}

    def count(self, wanted: Mapping[str, int]) -> int:
        now = time.monotonic()
        if len(self._counts) > _MOST_KEYS:
            self._counts = {key: each for key, each in self._counts.items() if each[1] > now}
        return max(self._one(key, limit, now) for key, limit in wanted.items())

    def _one(self, key: str, limit: int, now: float) -> int:
        count, until = self._counts.get(key, (0, 0.0))
        if until <= now:
            count, until = 0, now + _SECONDS
        self._counts[key] = count + 1, until
        return int(until - now) + 1 if count + 1 > limit else 0

    def forgive(self, email: str, address: str = "") -> None:
        self._counts.pop(email, None)
        count, until = self._counts.get(address, (0, 0.0))
        if count:
            self._counts[address] = count - 1, until


def _keys(email: str, address: str) -> list[str]:
    """By e-mail; and where the address is known by it, by both together, and whether they are known.

    Addresses of people are no keys: they would stand in every dump of the store.
    """
    name = sha256(email.encode()).hexdigest()[:32]
    keys = ["email:" + name]
    if address:
        keys += [f"address:{address}", f"both:{name}:{address}", f"known:{name}:{address}"]
    return [f"rapport:sign-in:{each}" for each in keys]


def _minutes(seconds: int) -> str:
    minutes = -(-seconds // 60)
    return "a minute" if minutes == 1 else f"{minutes} minutes"
