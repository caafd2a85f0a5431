"""The first start on an empty database: the profiles, the root of the roles, an administrator."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

from sqlalchemy import select, text

from kit.access.profiles import ACTIONS
from kit.actor import calling
from kit.entity import Governs
from kit.errors import Invalid
from kit.records.process import Process
from kit.records.write.work import Work
from kit.settings import Misconfigured
from kit.telemetry.logs import log
from services.identity.config import Settings
from services.identity.credentials import keep_password
from services.identity.hashing import Passwords
from services.identity.model.access_defaults import AccessDefault
from services.identity.model.clients import Client
from services.identity.model.groups import Group
from services.identity.model.passwords import check_password
from services.identity.model.people import Person
from services.identity.model.profiles import Permission, Profile
from services.identity.model.roles import Role
from services.identity.model.sharing_rules import SharingRule
from services.identity.model.vocabulary.ready_rules import ready_rules

_LOCK = text("SELECT pg_advisory_xact_lock(7203002)")
_OLDER = text(
    "SELECT id FROM profile WHERE EXISTS (SELECT FROM jsonb_array_elements(permissions) AS line"
    " WHERE NOT jsonb_exists(line, 'export'))"
)
"""The profiles that were written before there was a right to export."""
_ADMINISTERED = (Person, Role, Profile, Group, SharingRule, AccessDefault)


def first_start(passwords: Passwords) -> Callable[[Process], Awaitable[None]]:
    """The step that fills an empty database; on any other it does nothing."""

    async def begin(process: Process) -> None:
        async with process.work(calling()) as work:
            # Of several processes that start at once one does it, and the others find it done.
            await work.run(_LOCK)
            if await work.value(select(Profile.id).limit(1)) is None:
                _add_ground(work)
                await work.flush()
            await _let_administrators_export(work)
            await _complete_administrators(work)
            if await work.value(select(Person.id).limit(1)) is None:
                await _add_administrator(work, passwords)

    return begin


def _add_ground(work: Work) -> None:
    work.add(_administrator())
    work.add(_standard_user())
    work.add(_read_only())
    for rule in ready_rules():
        work.add(rule)
    work.add(Role(name="Company", description="Stands above everybody; sees what all own."))


def _administrator() -> Profile:
    return Profile(
        name="Administrator",
        description="May do everything with every record.",
        permissions=[_may(line, *ACTIONS) for line in Governs],
    )


def _standard_user() -> Profile:
    work = _may(Governs.RECORDS, "view", "create", "edit", "delete")
    return Profile(
        name="Standard user",
        description="Works with the records within reach; sees who works here.",
        permissions=[work, *_looked_up()],
    )


def _read_only() -> Profile:
    return Profile(
        name="Read only",
        description="Sees the records within reach and changes nothing.",
        permissions=[_may(Governs.RECORDS, "view"), *_looked_up()],
    )


def _looked_up() -> list[Permission]:
    """Everybody may look up who is who; clients are the administrators' own affair."""
    return [*(_may(each.entity, "view") for each in _ADMINISTERED), _may(Client.entity)]


def _may(entity: str, *actions: str) -> Permission:
    return Permission(entity=entity, **{action: action in actions for action in ACTIONS})


async def _let_administrators_export(work: Work) -> None:
    """Who did everything before there was this right, still does; whoever is without it now stays so."""
    older, profiles = set(await work.values(_OLDER)), await work.every(Profile)
    governed = any(Governs.ACCESS in _lines(each) for each in profiles)
    for each in profiles:
        lines = [Governs.RECORDS, *([Governs.ACCESS] if governed else ())]
        if each.id in older and all(_did_everything(_lines(each).get(line)) for line in lines):
            each.permissions = [
                replace(line, export=line.entity in list(Governs) and _did_everything(line))
                for line in each.permissions
            ]


def _did_everything(line: Permission | None) -> bool:
    return line is not None and replace(line, export=True) == _may(line.entity, *ACTIONS)


async def _complete_administrators(work: Work) -> None:
    """Who might do everything when `*` was the only such line, still may."""
    profiles = await work.every(Profile)
    if any(Governs.ACCESS in _lines(each) for each in profiles):
        return
    for each in profiles:
        if _lines(each).get(Governs.RECORDS) == _may(Governs.RECORDS, *ACTIONS):
            more = (_may(line, *ACTIONS) for line in Governs if line not in _lines(each))
            each.permissions = [*each.permissions, *more]


def _lines(profile: Profile) -> dict[str, Permission]:
    return {each.entity: each for each in profile.permissions}


async def _add_administrator(work: Work, passwords: Passwords) -> None:
    settings = work.process.settings
    assert isinstance(settings, Settings)  # noqa: S101 - main.py gives them
    if not (settings.admin_email and settings.admin_password):
        log.warning("identity.no_administrator", advice="Set RAPPORT_ADMIN_EMAIL and …_PASSWORD.")
        return
    names = Profile.name == "Administrator", Role.name == "Company"
    person = Person(
        name="Administrator",
        email=settings.admin_email,
        profile_ids=await work.values(select(Profile.id).where(names[0])),
        role_ids=await work.values(select(Role.id).where(names[1])),
    )
    _check(settings.admin_password, person)
    work.add(person)
    await work.flush()
    await keep_password(work, person.id, await passwords.hashed(settings.admin_password))


def _check(password: str, person: Person) -> None:
    try:
        check_password(password, person)
    except Invalid as wrong:
        raise Misconfigured(f"RAPPORT_ADMIN_PASSWORD: {wrong.message}") from wrong
