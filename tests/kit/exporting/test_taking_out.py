"""Files of a list: the viewer's rows and fields and no others, in every form, never unsaid."""

import asyncio
from typing import Any
from uuid import UUID

import msgspec
import pytest
from crm.v1 import exports_pb2 as pb
from crm.v1.exports_pb2_grpc import ExportsStub

from kit.access.entries import FieldAccess, Permission, Profile
from kit.actor import Actor
from kit.custom_fields.definition import CustomField
from kit.errors import Busy, Denied, Invalid
from kit.ids import uuid7
from kit.testing.organisation import ALL, MANAGES, TestOrganisation
from kit.testing.serving import Serving
from tests.kit.exporting.taking import TAKES, TOY, logged, read, sheet, table, taken, unique
from tests.kit.toy.contract import pb as toys_pb
from tests.kit.toy.contract import services


async def test_a_list_leaves_whole_with_the_names_of_what_it_refers_to(
    toys: Serving, ana: Actor, shop: Any
) -> None:
    """XC-15: rows, references by id and name, amounts with their currency, moments in UTC."""
    box = await shop.Create(toys_pb.Toy(name="Box"))
    made = await shop.Create(
        toys_pb.Toy(
            name="Bear", price="12.50", currency="USD", parent_id=box.id, due="2026-02-03",
            ready=True, tags=["soft", "brown"], sold_at="2026-05-01T11:30:00+02:00",
            custom={"region": "north"},
        )
    )  # fmt: skip
    found = await table(toys, ana, filter=f'id = "{made.id}"')
    assert [row["id"] for row in found] == [made.id]
    [row] = found
    assert (row["price"], row["currency"], row["ready"]) == ("12.50", "USD", "true")
    assert (row["parent_id"], row["parent_id:name"]) == (box.id, "Box")
    assert (row["owner_id"], row["owner_id:name"]) == (str(ana.person_id), "Ana")
    assert (row["due"], row["sold_at"]) == ("2026-02-03", "2026-05-01T09:30:00Z")
    assert (row["tags"], row["custom.region"]) == ("soft; brown", "north")
    assert "parts" not in row


async def test_the_file_has_the_order_the_words_and_the_columns_of_the_list(
    toys: Serving, ana: Actor, shop: Any
) -> None:
    word = unique("w")
    for number in (2, 3, 1):
        await shop.Create(toys_pb.Toy(name=f"{word} {number}", price=str(number)))
    asked = {"search": word, "order_by": "name desc", "fields": ["price", "name"]}
    file = await taken(toys, ana, **asked)
    assert file.splitlines()[0] == b"id,price,currency,name"
    assert file.count(b"\r\n") == file.count(b"\n") == 4
    assert [row["name"][-1] for row in read(file)] == ["3", "2", "1"]
    labelled = await taken(toys, ana, **asked, headings="labels", mark=True)
    assert labelled.startswith("\ufeffId,Price,Currency,Name\r\n".encode())


async def test_only_who_has_the_right_takes_anything(
    toys: Serving, organisation: TestOrganisation
) -> None:
    """The right to see is none to take away, nor is any other."""
    sees = Permission(
        "*", view=True, create=True, edit=True, delete=True, view_all=True, edit_all=True
    )
    looker = await organisation.person("Lou", sees)
    with pytest.raises(Denied, match="export toys"):
        await taken(toys, looker)
    blind = await organisation.person("Bo", Permission("*", export=True))
    with pytest.raises(Denied, match="view toys"):
        await taken(toys, blind)
    assert await logged(toys, looker) == []


async def test_nobody_takes_rows_or_fields_that_he_does_not_see(
    toys: Serving, organisation: TestOrganisation, shop: Any, private: None
) -> None:
    secret = unique("s")
    await shop.Create(toys_pb.Toy(name="Hers", secret=secret, price="7", custom={"k": secret}))
    hidden = tuple(FieldAccess(TOY, name, "hidden") for name in ("secret", "custom", "currency"))
    profile = await organisation.publish("profile", Profile("Few", (TAKES,), hidden))
    few = await organisation.person("Few", profiles=(profile,))
    mine = await toys.stub(services.ToysStub, few).Create(toys_pb.Toy(name="Mine", price="3"))
    file = await taken(toys, few)
    [row] = read(file)
    assert (row["id"], row["price"]) == (mine.id, "3")
    assert not {"secret", "currency"} & set(row)
    assert not any(each.startswith("custom") for each in row)
    for asked in (
        {"fields": ["secret"]}, {"fields": ["custom"]}, {"fields": ["custom.k"]},
        {"fields": ["keys"]}, {"filter": f'secret = "{secret}"'}, {"order_by": "secret"},
        {"filter": 'custom.k = "x"'}, {"fields": ["parts.name"]},
    ):  # fmt: skip
        with pytest.raises(Invalid):
            await taken(toys, few, **asked)
    found = await table(toys, few, search=secret)
    assert found == []


async def test_what_a_reference_leads_to_is_named_only_to_whoever_may_see_it(
    toys: Serving, organisation: TestOrganisation, shop: Any, private: None
) -> None:
    box = await shop.Create(toys_pb.Toy(name="Secret box"))
    child = await shop.Create(toys_pb.Toy(name="Child", parent_id=box.id))
    bob = await organisation.person("Bob", TAKES)
    handed = toys_pb.ToyPatch(
        record=toys_pb.Toy(id=child.id, owner_id=str(bob.person_id)), mask={"paths": ["owner_id"]}
    )
    await shop.Update(handed)
    [row] = await table(toys, bob)
    assert (row["id"], row["parent_id"], row["parent_id:name"]) == (child.id, box.id, "")


async def test_no_cell_begins_a_formula(toys: Serving, ana: Actor, shop: Any) -> None:
    """OWASP's characters, in full width too; numbers to call stay numbers, and reading undoes it."""
    word = unique("w")
    for begin in ("=1+1|", "+cmd", "-2", "@SUM(A1)", "'=x", "\uff1d1"):
        await shop.Create(toys_pb.Toy(name=f"{begin} {word}", phone="+40721123456"))
    found = await table(toys, ana, search=word, fields=["name", "phone", "price"])
    assert sorted(row["name"].partition(f" {word}")[0] for row in found) == sorted(
        ["'=1+1|", "'+cmd", "'-2", "'@SUM(A1)", "''=x", "'\uff1d1"]
    )
    assert {row["phone"] for row in found} == {"+40721123456"}
    whole = sheet(await taken(toys, ana, search=word, fields=["name"], format="xlsx"))
    assert {cell["B"][0] for cell in whole[1:]} == {"inlineStr"}
    assert {cell["B"][1][0] for cell in whole[1:]} == {*"=+-@'\uff1d"}
    assert all(cell["B"][2] for cell in whole[1:]), "each says that it is text"


async def test_a_custom_field_is_guarded_whatever_it_was_and_hidden_from_whom_it_is_hidden(
    toys: Serving, organisation: TestOrganisation, ana: Actor, shop: Any
) -> None:
    """What was written before a field was defined stays as it was, a formula too."""
    key, word = f"k{uuid7().hex}", unique("w")
    await organisation.publish("custom_field", CustomField(TOY, key, "decimal", "Size"))
    made = [await shop.Create(toys_pb.Toy(name=f"{word} {number}")) for number in range(2)]
    for toy, text in zip(made, ("=1+1", "-2.5"), strict=True):
        stood = "UPDATE toy SET custom = jsonb_build_object($1::text, $2::text) WHERE id = $3"
        await toys.process.database.pool.execute(stood, key, text, UUID(toy.id))
    asked: Any = {"search": word, "order_by": "name", "fields": ["name", f"custom.{key}"]}
    assert [row[f"custom.{key}"] for row in await table(toys, ana, **asked)] == ["'=1+1", "-2.5"]
    hidden = (FieldAccess(TOY, f"custom.{key}", "hidden"),)
    profile = await organisation.publish(
        "profile", Profile(unique("P"), (msgspec.structs.replace(TAKES, view_all=True),), hidden)
    )
    few = await organisation.person("Few", profiles=(profile,))
    with pytest.raises(Invalid, match=key):
        await taken(toys, few, **asked)
    lines = await table(toys, few, search=word)
    assert {row["id"] for row in lines} == {each.id for each in made}
    assert f"custom.{key}" not in lines[0]


async def test_parts_take_a_line_each_as_an_import_reads_them(
    toys: Serving, ana: Actor, shop: Any
) -> None:
    word = unique("w")
    parts = [toys_pb.Part(name="=leg", number=4), toys_pb.Part(name="eye", cost="0.50")]
    await shop.Create(toys_pb.Toy(name=f"{word} a", parts=parts))
    await shop.Create(toys_pb.Toy(name=f"{word} b"))
    asked = {"search": word, "order_by": "name", "fields": ["name", "parts"]}
    rows = [
        (row["name"][-1], row["parts.name"], row["parts.number"], row["parts.cost"])
        for row in await table(toys, ana, **asked)
    ]
    assert rows == [("a", "'=leg", "4", ""), ("a", "eye", "", "0.50"), ("b", "", "", "")]
    lines = (await taken(toys, ana, **asked, format="jsonl")).splitlines()
    first, second = map(msgspec.json.decode, lines)
    assert first["parts"] == [{"name": "=leg", "number": 4}, {"name": "eye", "cost": "0.50"}]
    assert second["parts"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"format": "pdf"},
        {"headings": "none"},
        {"filter": "name ="},
        {"filter": 'no_such = "x"'},
        {"order_by": "no_such"},
        {"entity": "toys.Nothing"},
        {"search": "x" * 201},
        {"fields": ["name"] * 501},
        {"fields": ["custom."]},
        {"fields": ["custom.a b"]},
    ],
)
async def test_what_cannot_be_asked_is_refused_before_anything_is_sent_or_written(
    toys: Serving, ana: Actor, asked: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        await taken(toys, ana, **asked)
    assert await logged(toys, ana) == []


async def test_every_export_is_in_the_audit_and_told_of(
    toys: Serving, organisation: TestOrganisation, ana: Actor, shop: Any
) -> None:
    word = unique("w")
    await shop.Create(toys_pb.Toy(name=word))
    await taken(toys, ana, search=word, fields=["name"], filter="pieces = null", order_by="name")
    [entry] = await logged(toys, ana)
    assert (entry.state, entry.rows, entry.format) == ("done", 1, "csv")
    assert (entry.actor, entry.search, entry.filter) == (str(ana.person_id), word, "pieces = null")
    assert (entry.order_by, list(entry.fields)) == ("name", ["id", "name"])
    assert entry.begun_at <= entry.ended_at
    events = map(pb.ExportEnded.FromString, await toys.announced("crm.toys.export.ended"))
    assert entry in [each.entry for each in events]
    keeper = await organisation.person("Kim", ALL, MANAGES)
    assert entry in await logged(toys, keeper)
    other = await organisation.person("Oda", TAKES)
    assert await logged(toys, other) == []


async def test_who_goes_away_ends_the_walk_and_the_audit_says_so(
    toys: Serving, ana: Actor, shop: Any
) -> None:
    """Nothing goes on for nobody: the connection is given back, and the next file may be taken."""
    word = unique("w")
    for number in range(3):
        await shop.Create(toys_pb.Toy(name=f"{word} {number}", note="n" * 20_000))
    stub: Any = toys.stub(ExportsStub, ana)
    pieces = stub.Export(pb.ExportRequest(entity=TOY, search=word), seconds=60)
    await anext(pieces)
    with pytest.raises(Busy, match="already"):
        await taken(toys, ana)
    await pieces.aclose()
    async with asyncio.timeout(30):
        while (await logged(toys, ana))[0].state == "running":
            await asyncio.sleep(0.02)
    assert len(await table(toys, ana, search=word)) == 3
