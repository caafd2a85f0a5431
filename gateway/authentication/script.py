"""A script that Valkey runs, once for everybody who asks in the time of one round trip."""

import asyncio
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, RedisError

_Words = tuple[str | float, ...]


@dataclass(slots=True)
class _Question:
    """What somebody asks, and what Valkey or redis-py replied."""

    words: _Words
    reply: Any = None


class Script:
    """Whoever asks while a question is under way is asked for together with all others who wait.

    One by one, redis-py costs each request 50 µs; of four callers this way 30, of sixteen 18.
    """

    def __init__(self, valkey: Redis, text: str) -> None:
        self._valkey, self._text = valkey, text
        self._name = valkey.register_script(text).sha
        self._waiting: list[_Question] = []
        self._turn = asyncio.Lock()

    async def run(self, key: str, *arguments: str | float) -> Any:
        """What the script answers, which is never nothing; any failure is a RedisError."""
        question = _Question((key, *arguments))
        self._waiting.append(question)
        async with self._turn:
            if question.reply is None:
                await self._ask_for_all()
        if isinstance(question.reply, Exception):
            raise question.reply
        return question.reply

    async def _ask_for_all(self) -> None:
        asked, self._waiting = self._waiting, []
        try:
            replies = await self._replies([each.words for each in asked])
        except RedisError as error:
            replies = [error] * len(asked)
        except BaseException:
            # Who asked for all has left; the others are still here, and the next of them asks.
            self._waiting = asked + self._waiting
            raise
        for question, reply in zip(asked, replies, strict=True):
            question.reply = reply

    async def _replies(self, questions: list[_Words]) -> list[Any]:
        replies = await self._sent(questions)
        if any(isinstance(reply, NoScriptError) for reply in replies):
            await self._valkey.script_load(self._text)
            replies = await self._sent(questions)
        return replies

    async def _sent(self, questions: list[_Words]) -> list[Any]:
        pipeline = self._valkey.pipeline(transaction=False)
        for words in questions:
            pipeline.evalsha(self._name, 1, *words)
        replies: list[Any] = await pipeline.execute(raise_on_error=False)
        return replies
