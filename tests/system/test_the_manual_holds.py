"""What OpenAPI says is what the system does: schemathesis asks it within the schema and outside of it."""

import os
import subprocess
import sys

import pytest

from cli.api import Api
from kit.ids import uuid7
from tests.system.running import PASSWORD, System

SEED = os.environ.get("SEED", "5")
CHECKS = "not_a_server_error,form_is_told,schema_is_kept"
# What the kit supplies for every entity alike is asked of one; of the others, what they take is asked.
# A change takes the fields that a new record takes, and has no other way through the kit.
ALIKE = (
    r"^\w+\.(?!Products\b)\w+\.(List|Get|Delete|Bin|Restore|Titles|Aggregate|History|Explain|ListShares"
    r"|Share|Unshare|Export|Log|CountTags|Follow|Unfollow|TellApart"
    r"|(Timelines|Followers|Duplicates)\.\w+)$"
    r"|^\w+\.(?!Opportunities\b)\w+\.(Update|Bulk|Match|(Notes|Files)\.\w+|Versions|ListVersions"
    r"|ListOpenings|Upload|UploadVersion|Download)$"
)
# An agent is refused some verbs; what configures the organisation refuses all of it alike, and a
# new record is refused for its fields as the administrator's is.
NOT_AN_AGENTS = r"|^identity\.(?!Roles\b)|^\w+\.(?!Opportunities\b)\w+\.Create$"
AS_AGENT = tuple(
    word for method in ("GET", "PATCH", "DELETE") for word in ("--exclude-method", method)
)


def agent(system: System) -> Api:
    """Somebody with an ordinary profile."""
    email = f"{uuid7()}@example.com"
    with system.administrator() as admin:
        profiles = admin.get("profiles", filter='name = "Standard user"')["items"]
        person = {"name": "Ada Agent", "email": email, "profile_ids": [profiles[0]["id"]]}
        made = admin.post("people", person)
        admin.post(f"people/{made['id']}:set-password", {"password": PASSWORD})
    return system.as_person(email)


def asked(
    system: System, caller: Api, *words: str, leaving_out: str = ALIKE
) -> subprocess.CompletedProcess[str]:
    """One run as one caller."""
    headers = (f"{name}: {value}" for name, value in caller.credentials().items())
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{system.address}/api/openapi.json"),
        # One worker: Python 3.11 stumbles over its own parser when two threads ask for it at once.
        *("--url", system.address, "--seed", SEED, "--workers", "1", "--checks", CHECKS),
        *("--phases", "coverage", "--generation-allow-x00", "false"),
        *("--generation-database", "none", "--continue-on-failure", "--warnings", "off"),
        *("--suppress-health-check", "all", "--exclude-operation-id-regex", leaving_out, *words),
    ]
    for header in (*headers, f"Origin: {system.address}"):
        command += ["--header", header]
    environment = system.environment | {"SCHEMATHESIS_HOOKS": "tests.system.fuzzing"}
    return subprocess.run(
        command,
        cwd=system.home.folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=1_200,
    )


@pytest.mark.parametrize("as_whom", ["administrator", "agent"])
def test_the_system_does_what_the_manual_says(system: System, as_whom: str) -> None:
    """C8, 5xx: no fault of ours, no valid request refused for its form, no invalid one taken.

    The administrator asks everything; of an agent, what is a verb, and one of what makes something.
    """
    if as_whom == "administrator":
        with system.administrator() as caller:
            done = asked(system, caller)
    else:
        with agent(system) as caller:
            done = asked(system, caller, *AS_AGENT, leaving_out=ALIKE + NOT_AN_AGENTS)
    sys.stdout.write(f"SEED={SEED}\n")
    assert done.returncode == 0, f"SEED={SEED}\n{_told(done.stdout)}{done.stderr[-2_000:]}"


def _told(output: str) -> str:
    """What was found, without the thousands of characters of which some inputs are made."""
    return "\n".join(line[:300] for line in output.splitlines())[-20_000:]
