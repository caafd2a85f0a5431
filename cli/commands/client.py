"""`client create`: an OAuth client for a partner's system or a script, and its secret, shown once."""

import json

from rich.console import Console

from cli.api import Api
from cli.failure import CommandFailed
from cli.local.home import Home


def create(
    home: Home, console: Console, *, name: str, scope: str, person: str, as_json: bool
) -> None:
    """Registers a client that acts as a person, and prints how it signs in."""
    with Api.of_home(home) as api:
        wanted = {
            "name": name,
            "scopes": scope.split(),
            "grant_types": ["client_credentials"],
            "person_id": _person(api, person),
            "keeps_secret": True,
        }
        client = api.post("clients", wanted)
        secret = api.post(f"clients/{client['id']}:rotate-secret", {})
    shown = {**secret, "scope": scope}
    if as_json:
        console.print(json.dumps(shown), markup=False, soft_wrap=True)
        return
    console.print(f"Client id      {shown['client_id']}", markup=False, soft_wrap=True)
    console.print(f"Client secret  {shown['client_secret']}", markup=False, soft_wrap=True)
    console.print("The secret is shown this once; only its hash is kept.")


def _person(api: Api, person: str) -> str:
    """By e-mail address, name or id."""
    if person == "me":
        return str(api.get("me")["id"])
    for field in ("email", "name"):
        value = person.lower() if field == "email" else person
        found = api.find("people", field, value)
        if found is not None:
            return str(found["id"])
    raise CommandFailed(f"There is no one person called {person!r}; give the e-mail address.")
