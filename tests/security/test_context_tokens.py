"""A context token says exactly what its bearer was let in for."""

from pathlib import Path

from kit.actor import Actor
from kit.ids import uuid7
from kit.rpc.context import ContextTokens
from kit.testing.keys import write_keys


def test_a_token_for_few_scopes_is_never_given_to_another_call_of_the_same_person(
    tmp_path: Path,
) -> None:
    """Two programs of one person hold grants of different width in one session and epoch."""
    keys = write_keys(tmp_path)
    tokens = ContextTokens.from_files("gateway", keys["gateway"], tmp_path)
    person = uuid7()
    for scopes in (frozenset({"api", "admin"}), frozenset({"api"}), frozenset[str]()):
        actor = Actor(person_id=person, name=str(person), session="s", scopes=scopes)
        assert tokens.verify(tokens.mint(actor)).scopes == scopes
    again = Actor(person_id=person, name=str(person), session="s", scopes=frozenset({"api"}))
    assert tokens.mint(again) == tokens.mint(again)
