"""Files between their upload and the mapping of their columns, kept in Valkey."""

from secrets import token_urlsafe

from redis.asyncio import Redis

HALF_AN_HOUR = 1_800


class ValkeyUploads:
    """Uploads that every gateway process can reach."""

    def __init__(self, valkey: Redis) -> None:
        self._valkey = valkey

    async def keep(self, data: bytes) -> str:
        key = token_urlsafe(24)
        await self._valkey.set(f"upload:{key}", data, ex=HALF_AN_HOUR)
        return key

    async def fetch(self, key: str) -> bytes | None:
        found = await self._valkey.get(f"upload:{key}")
        return found if isinstance(found, bytes) else None
