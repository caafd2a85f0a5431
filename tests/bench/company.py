"""The company that is measured: 100 people in ten teams under a tree of three levels, 100,000 leads."""

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import asyncpg
import msgspec

from tests.bench.load import Line
from tests.bench.system import System

PEOPLE, TEAMS, LEADS = 100, 10, 100_000


@dataclass(frozen=True)
class Company:
    """Who calls, each with the header that says so."""

    people: Sequence[str]
    headers: Sequence[str]

    def header(self, number: int) -> str:
        return self.headers[number % len(self.headers)]


class Registrar:
    """Sets the company up through the public API, as the administrator."""

    def __init__(self, line: Line, header: str) -> None:
        self._line, self._header = line, header

    @classmethod
    async def of(cls, system: System) -> "Registrar":
        line = await Line.open(system.address)
        cookie, csrf = await _signed_in(line, system.secrets["administrator"])
        return cls(
            line, f"Cookie: {cookie}\r\nX-CSRF-Token: {csrf}\r\nOrigin: {system.address}\r\n"
        )

    async def post(self, path: str, values: dict[str, Any]) -> Any:
        body = msgspec.json.encode(values)
        status, answer = await self._line.ask("POST", f"/api/v1/{path}", self._header, body)
        if status >= 300:
            raise RuntimeError(f"{path}: {status} {answer.decode()}")
        return msgspec.json.decode(answer)

    async def one(self, path: str) -> Any:
        status, answer = await self._line.ask("GET", f"/api/v1/{path}", self._header)
        found = msgspec.json.decode(answer)
        if status != 200:
            raise RuntimeError(f"{path}: {status} {answer.decode()}")
        return found["items"][0]

    async def bearer(self, person: str, number: int) -> str:
        """A token with which a script acts as a person."""
        named = {
            "name": f"Bench {number}",
            "grant_types": ["client_credentials"],
            "scopes": ["api"],
        }
        client = await self.post("clients", named | {"person_id": person, "keeps_secret": True})
        secret = await self.post(f"clients/{client['id']}:rotate-secret", {})
        basic = b64encode(f"{secret['client_id']}:{secret['client_secret']}".encode()).decode()
        form = urlencode({"grant_type": "client_credentials", "scope": "api"}).encode()
        headers = f"Authorization: Basic {basic}\r\n"
        status, answer = await self._line.form("/oauth/token", headers, form)
        if status != 200:
            raise RuntimeError(f"token: {status} {answer.decode()}")
        return str(msgspec.json.decode(answer)["access_token"])


async def _signed_in(line: Line, password: str) -> tuple[str, str]:
    form = urlencode({"email": "admin@example.com", "password": password}).encode()
    cookie = await line.cookie("/sign-in", form)
    _, answer = await line.ask("GET", "/api/v1/me", f"Cookie: {cookie}\r\n")
    return cookie, str(msgspec.json.decode(answer)["csrf_token"])


async def founded(system: System) -> Company:
    """People with roles, private leads, and a token for each person."""
    registrar = await Registrar.of(system)
    profile = (await registrar.one("profiles?filter=name%20%3D%20%22Standard%20user%22"))["id"]
    roles = await _roles(registrar)
    for entity in ("parties.Lead", "sales.Opportunity"):
        await registrar.post("access-defaults", {"entity_name": entity, "level": "private"})
    people, headers = [], []
    for number in range(PEOPLE):
        person = await registrar.post("people", _person(number, profile, roles[number % TEAMS]))
        people.append(person["id"])
        token = await registrar.bearer(person["id"], number)
        headers.append(f"Authorization: Bearer {token}\r\n")
    await _fill(system, people)
    return Company(people, headers)


async def _roles(registrar: Registrar) -> list[str]:
    """A head, two regions, and five teams under each."""
    head = (await registrar.post("roles", {"name": "Head of sales"}))["id"]
    regions = [
        (await registrar.post("roles", {"name": f"Region {n}", "parent_id": head}))["id"]
        for n in range(2)
    ]
    return [
        (await registrar.post("roles", {"name": f"Team {n}", "parent_id": regions[n % 2]}))["id"]
        for n in range(TEAMS)
    ]


def _person(number: int, profile: str, role: str) -> dict[str, Any]:
    return {
        "name": f"Seller {number}",
        "email": f"seller{number}@bench.example.com",
        "profile_ids": [profile],
        "role_ids": [role],
    }


async def _fill(system: System, people: Sequence[str]) -> None:
    """The leads go in by SQL: what is measured is what comes after."""
    connection = await asyncpg.connect(system.database("parties"))
    await _known(connection, people)
    await connection.execute(_LEADS, list(people), LEADS)
    await connection.execute("vacuum analyze lead")
    await connection.close()


async def _known(connection: Any, people: Sequence[str]) -> None:
    """Waits until the service has heard of everybody."""
    async with asyncio.timeout(30):
        while True:
            query = "select count(*) from policy_item where kind = 'person' and id = any($1)"
            if await connection.fetchval(query, list(people)) == len(people):
                return
            await asyncio.sleep(0.1)


_LEADS = """
insert into lead (id, version, owner_id, created_at, updated_at, created_by, updated_by, keys, wkeys,
                  full_keys, custom, name, first_name, last_name, company, email, phone, status, source,
                  estimated_amount, currency, city, country, description)
select gen_random_uuid(), 1, owner.id::uuid, now(), now() - (n || ' seconds')::interval, owner.id,
       owner.id, array[owner.key], array[owner.key], array[owner.key], custom.fields,
       'First' || n || ' Last' || n, 'First' || n, 'Last' || n,
       'Company ' || (n % 5000), 'lead' || n || '@example.com',
       '+4021123' || lpad((n % 10000)::text, 4, '0'), 'working', null, n % 10000, 'EUR',
       'City ' || (n % 300), 'RO', 'Met at the fair; wants an offer for item ' || n
from generate_series(1, $2::int) n
join (select row_number() over () - 1 as place, item.id, (item.body ->> 'own_key')::int as key
      from policy_item item where item.kind = 'person' and item.id = any($1)) owner
  on owner.place = n % cardinality($1)
cross join (select jsonb_object_agg('field_' || i, 'value ' || i) as fields
            from generate_series(1, 20) i) custom
"""
