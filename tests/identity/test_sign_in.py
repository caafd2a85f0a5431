"""Signing in and out, with real hashes, real sessions and a real Valkey."""

from uuid import UUID

import pytest
from crm.identity.v1 import people_pb2, profiles_pb2, sessions_pb2
from crm.identity.v1.people_pb2_grpc import PeopleStub
from crm.identity.v1.sessions_pb2_grpc import SessionsStub
from crm.v1 import standard_pb2

from kit.actor import Actor
from kit.errors import Anonymous, Busy, Denied, Refused
from kit.testing.serving import Serving
from tests.identity.office import ADMIN_EMAIL, ADMIN_PASSWORD, PASSWORD, Office, actor


async def test_the_first_administrator_signs_in(office: Office) -> None:
    session = await office.sign_in(ADMIN_EMAIL.upper(), ADMIN_PASSWORD)
    assert session.person_id == str(office.admin.person_id)
    assert session.policy_epoch > 0
    checked = await office.check(session)
    assert (checked.handle, checked.csrf_token) == (session.handle, session.csrf_token)


async def test_a_wrong_password_and_an_unknown_address_read_alike(office: Office) -> None:
    ana = await office.member()
    with pytest.raises(Anonymous) as wrong:
        await office.sign_in(ana.email, "not the password")
    with pytest.raises(Anonymous) as unknown:
        await office.sign_in("nobody@example.com", "not the password")
    assert wrong.value.message == unknown.value.message


async def test_somebody_without_a_password_cannot_sign_in(office: Office) -> None:
    ana = await office.person()
    with pytest.raises(Anonymous):
        await office.sign_in(ana.email, "nobody has this password")


async def test_a_sign_in_always_gets_a_new_session_and_ends_the_one_before(office: Office) -> None:
    ana = await office.member()
    first = await office.sign_in(ana.email)
    second = await office.sign_in(ana.email, previous_session_id=first.id)
    assert second.id != first.id
    with pytest.raises(Anonymous):
        await office.check(first)


async def test_signing_out_ends_the_session_and_tells_whoever_remembers_it(office: Office) -> None:
    ana = await office.member()
    session = await office.sign_in(ana.email)
    await office.sessions.SignOut(sessions_pb2.SignOutRequest(session_id=session.id))
    await office.sessions.SignOut(sessions_pb2.SignOutRequest(session_id=session.id))
    with pytest.raises(Anonymous):
        await office.check(session)
    told = [
        sessions_pb2.SessionsEnded.FromString(body)
        for body in await office.serving.announced("crm.identity.session.ended")
    ]
    assert [each.person_id for each in told if session.handle in each.handles] == [ana.id]


async def test_a_sign_in_is_no_change_of_the_person_and_none_of_the_policy(office: Office) -> None:
    ana = await office.member()
    before = await office.snapshot()
    await office.sign_in(ana.email)
    after = await office.people.Get(standard_pb2.GetRequest(id=ana.id))
    assert after.last_sign_in_at
    assert after.version == ana.version
    assert (await office.snapshot()).epoch == before.epoch


async def test_deactivation_ends_every_session_at_once(office: Office) -> None:
    ana = await office.member()
    sessions = [await office.sign_in(ana.email) for _ in range(2)]
    await office.people.Deactivate(people_pb2.DeactivatePerson(id=ana.id))
    for session in sessions:
        with pytest.raises(Anonymous):
            await office.check(session)
    with pytest.raises(Anonymous):
        await office.sign_in(ana.email)
    await office.people.Activate(people_pb2.ActivatePerson(id=ana.id))
    assert (await office.sign_in(ana.email)).person_id == ana.id


async def test_everybody_sets_the_own_password_by_naming_the_current_one(office: Office) -> None:
    standard = await office.seller("Bea")
    ana = await office.member("Ana", profile_ids=list(standard.profile_ids))
    kept, lost = await office.sign_in(ana.email), await office.sign_in(ana.email)
    herself = Actor(actor(ana).person_id, ana.id, session=kept.handle)
    people = office.serving.stub(PeopleStub, herself)
    new = people_pb2.SetPersonPassword(id=ana.id, password="nine yellow teapots")
    with pytest.raises(Denied) as wrong:
        await people.SetPassword(new)
    assert set(wrong.value.fields) == {"current_password"}
    new.current_password = PASSWORD
    await people.SetPassword(new)
    assert (await office.check(kept)).person_id == ana.id
    with pytest.raises(Anonymous):
        await office.check(lost)
    with pytest.raises(Anonymous):
        await office.sign_in(ana.email)
    assert (await office.sign_in(ana.email, "nine yellow teapots")).person_id == ana.id


async def test_nobody_sets_the_password_of_others_without_the_right(office: Office) -> None:
    reader = await office.profile(profiles_pb2.Permission(entity="*", view=True))
    ana = await office.person(profile_ids=[reader.id])
    bea = await office.member("Bea")
    people = office.serving.stub(PeopleStub, actor(ana))
    with pytest.raises(Denied):
        await people.SetPassword(people_pb2.SetPersonPassword(id=bea.id, password=PASSWORD))


async def test_passwords_stand_nowhere_but_as_a_hash(office: Office) -> None:
    ana = await office.member()
    found = await office.serving.process.database.pool.fetch(
        "SELECT changes::text AS said FROM history WHERE record_id = $1"
        " UNION ALL SELECT encode(body, 'escape') FROM outbox WHERE headers->>'ce-subject' = $2",
        UUID(ana.id),
        ana.id,
    )
    assert found
    assert not [row for row in found if PASSWORD in row["said"] or "argon2" in row["said"]]


async def test_guessing_ends_in_a_wait_even_all_at_once(office: Office) -> None:
    ana = await office.member()
    for _ in range(10):
        with pytest.raises(Anonymous):
            await office.sign_in(ana.email, "a guess at random", address="192.0.2.7")
    with pytest.raises(Busy) as wait:
        await office.sign_in(ana.email, address="192.0.2.7")
    assert 0 < (wait.value.retry_after or 0) <= 900


async def test_the_last_administrator_cannot_be_taken_away(office: Office) -> None:
    with pytest.raises(Refused):
        await office.people.Deactivate(people_pb2.DeactivatePerson(id=str(office.admin.person_id)))
    assert (await office.sign_in(ADMIN_EMAIL, ADMIN_PASSWORD)).person_id


async def test_only_the_gateway_opens_sessions(serving: Serving, office: Office) -> None:
    with pytest.raises(Denied):
        await serving.stub(SessionsStub, office.admin).Check(
            sessions_pb2.CheckRequest(session_id="anything")
        )


async def test_nobody_locks_others_out(office: Office) -> None:
    """Security, low: guesses from elsewhere do not count where somebody has signed in before."""
    ana = await office.member()
    await office.sign_in(ana.email, address="192.0.2.1")
    refused: set[type[Exception]] = set()
    for number in range(11):
        try:
            await office.sign_in(ana.email, "wrong", address=f"198.51.100.{number}")
        except (Anonymous, Busy) as refusal:
            refused.add(type(refusal))
    assert refused == {Anonymous, Busy}
    with pytest.raises(Busy):
        await office.sign_in(ana.email, address="203.0.113.1")
    assert (await office.sign_in(ana.email, address="192.0.2.1")).person_id == ana.id


async def test_guesses_count_where_somebody_has_signed_in_before_too(office: Office) -> None:
    ana = await office.member()
    for _ in range(2):
        await office.sign_in(ana.email, address="192.0.2.2")
    for _ in range(10):
        with pytest.raises(Anonymous):
            await office.sign_in(ana.email, "wrong", address="192.0.2.2")
    with pytest.raises(Busy):
        await office.sign_in(ana.email, address="192.0.2.2")
