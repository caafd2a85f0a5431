"""What the page about the columns says, as the plan of an import."""

from starlette.datastructures import FormData

from gateway.web.api import Json
from gateway.web.described.entities import Entity
from gateway.web.frame.visits import Visit
from gateway.web.imports.mapping import all_targets, forms_that_fit
from kit.errors import Denied, NotFound


def plan_of(visit: Visit, data: FormData) -> Json:
    """The whole of it."""
    entity = entity_of(visit, str(data.get("entity", "")))
    columns = _named(data, "column:")
    return {
        "entity": entity.name,
        "file_name": str(data.get("file_name", "")),
        "columns": columns,
        "forms": forms_that_fit(_named(data, "form:"), columns, all_targets(visit.catalog, entity)),
        "values": values_of(str(data.get("values", ""))),
        "constants": constants_of(str(data.get("constants", ""))),
        **_matched(data),
        **_along(data, columns),
        "empty_words": _words(str(data.get("empty_words", ""))),
        "skip_without_key": bool(data.get("skip_without_key")),
        "formulas_quoted": bool(data.get("formulas_quoted")),
        "allow_duplicates": bool(data.get("allow_duplicates")),
        "encoding": str(data.get("encoding", "")),
        "delimiter": str(data.get("delimiter", "")),
        "sheet": str(data.get("sheet", "")),
        "dry_run": bool(data.get("dry_run")),
    }


def _matched(data: FormData) -> Json:
    """By which fields records are found, and what is done with those that are."""
    keys = [key for each in data.getlist("match") if (key := str(each))]
    match = "+".join(dict.fromkeys(keys))
    return {"match": match, "on_match": str(data.get("on_match", "")) if match else ""}


def _along(data: FormData, columns: Json) -> Json:
    """By which fields that is found which lines take along, and what is done with it."""
    names = {path.partition(".")[0] for path in columns.values() if "." in path}
    said = {name: _named(data, f"related_{name}:") for name in ("match", "on_match")}
    return {
        f"related_{what}": {name: key for name, key in found.items() if name in names}
        for what, found in said.items()
    }


def _named(data: FormData, start: str) -> dict[str, str]:
    """What was chosen for each column, under names that begin alike."""
    chosen = ((name, str(value)) for name, value in data.items() if name.startswith(start))
    return {name.removeprefix(start): value for name, value in chosen if value}


def _words(text: str) -> list[str]:
    return [word for each in text.split(",") if (word := each.strip())]


def values_of(text: str) -> dict[str, str]:
    """`product_id: GTXPro = GTX Pro`, one on a line, as the plan's map of values."""
    found = {}
    for line in text.splitlines():
        key, sign, value = line.partition("=")
        field, colon, old = key.partition(":")
        if sign and colon:
            found[f"{field.strip()}:{old.strip()}"] = value.strip()
    return found


def constants_of(text: str) -> dict[str, str]:
    """`closed_on = 2017-12-31`, one on a line: what every line gets."""
    pairs = (line.partition("=") for line in text.splitlines())
    return {name.strip(): value.strip() for name, sign, value in pairs if sign and name.strip()}


def entity_of(visit: Visit, name: str) -> Entity:
    entity = visit.catalog.by_name(name)
    if entity is None or not entity.may("view"):
        raise NotFound
    if not entity.may("import"):
        raise Denied(f"Your profile does not let you import {entity.plural.lower()}.")
    return entity
