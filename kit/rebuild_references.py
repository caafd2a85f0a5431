"""`python -m kit.rebuild_references sales`: beside a service that runs, has all its copies told anew."""

import asyncio
import importlib
import sys

from kit.actor import Actor, calls
from kit.errors import Problem
from kit.references.rebuilding import rebuild
from kit.running import beside
from kit.service import Service


def main(words: list[str]) -> None:
    """Reads the command line, and says in a sentence what came of it."""
    if len(words) != 1:
        raise SystemExit("Say which service: python -m kit.rebuild_references sales")
    try:
        told, different = asyncio.run(_rebuilt(_service(words[0])))
    except Problem as problem:
        raise SystemExit(f"Not all copies were told anew: {problem.message}") from problem
    print(f"{told:,} copies told anew; {different:,} had been different.")  # noqa: T201


def _service(name: str) -> Service:
    settings = importlib.import_module(f"services.{name}.config").Settings
    made: Service = getattr(importlib.import_module(f"services.{name}.main"), name)(settings.load())
    return made


async def _rebuilt(service: Service) -> tuple[int, int]:
    calls(Actor.system(f"{service.name}.references"))
    async with beside(service) as process:
        return await rebuild(process)


if __name__ == "__main__":
    main(sys.argv[1:])
