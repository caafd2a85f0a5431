"""What schemathesis runs with: how formats look that no standard knows, and what counts as a fault.

It is loaded by `schemathesis run` (SCHEMATHESIS_HOOKS), beside whose own checks these stand:

- a request that fits the schema may meet a rule of the business (there is no such person, the value is
  taken), but never a complaint about its form, which the schema would have had to tell;
- an empty text says the same as null, which the manual says for all fields at once.
"""

import re
from http import HTTPStatus
from typing import Any

import schemathesis
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.core import NOT_SET

# What the kit says of the form of a value: see kit/entity/kinds, kit/wire and gateway/api.
_FORM = re.compile(
    r"Use at most|Choose one of|Write (the day|the moment|a (whole )?number|true)|The least|The most"
    r"|Give (text|true or|an object|a list|a whole|at most|the id|the ETag)|[Ff]ill this in"
    r"|There is no such (field|parameter)|a key is a word|does not fit here|zero character"
)
# A language of its own is no form: filters, orders, tokens of pages and lists that people word.
_LANGUAGES = {
    "filter",
    "order_by",
    "page_token",
    "group_by",
    "measures",
    "fields",
    "entity",
    "plan",
}
# They know the file by its part, which schemathesis sends as text; what the values of a bulk may be hangs
# on what is to be done.
_ASIDE = {"imports.start", "sales.Opportunities.Bulk"}

schemathesis.openapi.format("phone", st.just("+40211234567"))
schemathesis.openapi.format("choice", st.just(""))
schemathesis.openapi.format("email", st.integers(0, 10**6).map("p{}@example.com".format))
schemathesis.openapi.format("uri", st.just("https://example.com/"))


@schemathesis.check
def form_is_told(ctx: Any, response: Any, case: Any) -> None:
    """A request that fits the schema meets no complaint about its form."""
    if (
        not _is(case, GenerationMode.POSITIVE)
        or response.status_code != HTTPStatus.UNPROCESSABLE_ENTITY
    ):
        return
    if case.operation.definition.raw.get("operationId") in _ASIDE:
        return
    errors = response.json().get("errors", {})
    odd = {
        name: told
        for name, told in errors.items()
        if name.split("[")[0] not in _LANGUAGES and _FORM.search(told)
    }
    if odd:
        raise AssertionError(f"The schema does not tell: {odd}")


@schemathesis.check
def schema_is_kept(ctx: Any, response: Any, case: Any) -> None:
    """A request that does not fit the schema is not taken."""
    if not _is(case, GenerationMode.NEGATIVE) or response.status_code >= HTTPStatus.BAD_REQUEST:
        return
    if not _says_nothing(case):
        raise AssertionError(f"Taken, though the schema forbids it: {case.meta.phase.data}")


def _is(case: Any, mode: GenerationMode) -> bool:
    return case.meta is not None and case.meta.generation.mode == mode


def _says_nothing(case: Any) -> bool:
    """Whether what does not fit is empty: no body whose type could be wrong, or a text or null."""
    told = f"{case.meta.phase.data}"
    if "MALFORMED_CONTENT_TYPE" in told:
        return case.method == "GET" or case.body is NOT_SET or not case.body
    said = [*(case.query or {}).values()]
    said += case.body.values() if isinstance(case.body, dict) else []
    return any(value in ("", None) for value in said) and "Missing" not in told
