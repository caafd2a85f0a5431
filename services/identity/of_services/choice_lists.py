"""Services declare their value lists here when they start; what administrators made of them stays."""

from collections.abc import Iterable, Mapping, Sequence

from crm.identity.v1 import policy_pb2 as pb
from sqlalchemy import text

from kit.errors import Denied
from kit.records.write.work import Work
from services.identity.model.vocabulary.choice_lists import ChoiceList, ChoiceValue

_LOCK = text("SELECT pg_advisory_xact_lock(7203021)")


async def declare(work: Work, service: str, lists: Sequence[pb.DeclaredList]) -> None:
    """Adds the lists and values of a service that are not known yet; of several replicas one does it."""
    _refuse_others(service, lists)
    await keep(work, service, {each.name: (each.caption, _values(each.values)) for each in lists})


async def keep(
    work: Work, service: str, lists: Mapping[str, tuple[str, Sequence[ChoiceValue]]]
) -> None:
    """The same for lists by name, each with what it is called and its values."""
    await work.run(_LOCK)
    known = {each.name: each for each in await work.every(ChoiceList)}
    for name, (caption, values) in lists.items():
        kept = known.get(name) or work.add(ChoiceList(name=name, service=service))
        kept.declare(caption, values)


def _refuse_others(service: str, lists: Iterable[pb.DeclaredList]) -> None:
    for each in lists:
        if not each.name.startswith(f"{service}."):
            raise Denied(f"{service} declares its own lists only; {each.name!r} is another's.")


def _values(said: Iterable[pb.DeclaredValue]) -> list[ChoiceValue]:
    return [
        ChoiceValue(value=each.value, caption=each.caption, retired=each.retired).completed()
        for each in said
    ]
