"""What was typed into a form, as the API wants it; what is wrong stays beside what was typed."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from datetime import UTC, datetime
from typing import Any

import orjson
from starlette.datastructures import FormData

from gateway.web.api import Api, Json
from gateway.web.described.catalog import Catalog
from gateway.web.described.fields import Field
from gateway.web.forms.tags import tags_called
from gateway.web.frame.presenting import Presenter, Titles
from gateway.web.frame.references import titles_for
from gateway.web.words import _
from kit.errors import Problem
from kit.text.lists import parted
from kit.text.telephone import kept

_TEXT = "~text"
"""Under this ending of its name stands what was typed for a reference."""


@dataclass
class Form:
    """A form on its way: values as the API has them, texts as typed, errors by field."""

    fields: Sequence[Field]
    values: Json
    titles: Titles
    texts: dict[str, str] = attribute(default_factory=dict)
    errors: dict[str, str] = attribute(default_factory=dict)
    choices: dict[str, list[tuple[str, str]]] = attribute(default_factory=dict)
    message: str = ""
    candidates: Sequence[Json] = ()
    """The records because of which this one was refused: it may be one of them."""

    def error(self, name: str) -> str:
        return self.errors.get(name, "")

    def blame(self, problem: Problem) -> None:
        """Puts what is wrong beside the fields; what belongs to none stands above the form."""
        for name, text in problem.fields.items():
            place, said = _placed(self.fields, name, text)
            self.errors[place] = said
        self.message = "" if problem.fields else problem.message
        self.candidates = orjson.loads(problem.candidates) if problem.candidates else ()

    def switched_by(self, name: str) -> str:
        """The reference that leads elsewhere when this field changes."""
        return next((field.name for field in self.fields if field.target_field == name), "")

    def stray_errors(self) -> dict[str, str]:
        """Errors of fields that this form does not show."""
        shown = {field.name for field in self.fields}
        return {
            name: text
            for name, text in self.errors.items()
            if name not in shown and name.split(".")[0] not in shown
        }


def _placed(fields: Sequence[Field], name: str, text: str) -> tuple[str, str]:
    """The input that an error of a repeating line belongs to: `addresses.0.city`."""
    if known := re.fullmatch(r"(\w+)\[(\d+)\]\.(\w+)", name):
        return ".".join(known.groups()), text
    field = next((each for each in fields if each.name == name and each.columns), None)
    found = re.fullmatch(r"Line (\d+): (?:([^:]+): )?(.+)", text, re.DOTALL) if field else None
    if field is None or found is None:
        return name, text
    named = (each.name for each in field.columns if each.label == found[2])
    column = next(named, field.columns[0].name)
    return f"{name}.{int(found[1]) - 1}.{column}", found[3]


async def blank(api: Api, fields: Sequence[Field], values: Json) -> Form:
    """A form that shows these values."""
    return Form(fields, values, await titles_for(api, fields, [values]))


async def read_form(
    api: Api, catalog: Catalog, presenter: Presenter, fields: Sequence[Field], data: FormData
) -> Form:
    """What was posted; references typed by name are looked up."""
    form = Form(fields, {}, {})
    for field in fields:
        form.values[field.name] = _value(field, field.name, data, presenter)
    form.titles = await titles_for(api, fields, [form.values])
    for field in fields:
        if field.kind == "reference":
            text = str(data.get(f"{field.name}~text", "")).strip()
            await _look_up(api, catalog, form, field, text)
        if field.kind == "rows":
            await _look_up_in_rows(api, catalog, form, field)
        if field.kind == "references":
            await _add_named(api, catalog, form, field, str(data.get(f"{field.name}~text", "")))
        if field.kind == "tags":
            text = str(data.get(f"{field.name}{_TEXT}", ""))
            found = await tags_called(api, catalog, field, text)
            form.values[field.name] = list(dict.fromkeys((*form.values[field.name], *found.values)))
            form.texts[field.name] = found.left
            form.errors |= {field.name: found.wrong} if found.wrong else {}
    return form


async def _add_named(api: Api, catalog: Catalog, form: Form, field: Field, text: str) -> None:
    """Names written without type-ahead join those chosen; one that is not found stays as typed."""
    left = []
    for name in filter(None, (each.strip() for each in re.split(r"[,;\n]", text))):
        found = await candidates(api, catalog, field.target, name)
        same = [one for one in found if one[1].casefold() == name.casefold()]
        if len(same) != 1:
            left.append(name)
            form.errors[field.name] = _which(name, found)
        elif same[0][0] not in form.values[field.name]:
            form.values[field.name].append(same[0][0])
            form.titles[field.target, same[0][0]] = same[0][1]
    form.texts[field.name] = ", ".join(left)


def _value(field: Field, name: str, data: FormData, presenter: Presenter) -> Any:
    if field.kind == "rows":
        return _rows(field, data, presenter)
    if field.kind in ("references", "tags") or (field.kind == "words" and field.options):
        return [str(one) for one in data.getlist(name) if one]
    text = str(data.get(name, "")).strip()
    read = READERS.get(field.kind)
    return read(text, presenter) if read else text or None


def _rows(field: Field, data: FormData, presenter: Presenter) -> list[Json]:
    """Repeating lines: `addresses.0.city`; a line in which nothing was typed is left out."""
    heads = (re.match(rf"{re.escape(field.name)}\.(\d+)\.", name) for name in data)
    numbers = sorted({int(head[1]) for head in heads if head})
    rows = (_row(field, f"{field.name}.{number}", data, presenter) for number in numbers)
    return [row for row in rows if _typed(field, row)]


def _row(field: Field, prefix: str, data: FormData, presenter: Presenter) -> Json:
    """What was typed, with what people do not edit as it came, and names to be looked up."""
    values = {
        column.name: _value(column, f"{prefix}.{column.name}", data, presenter)
        for column in field.columns
    }
    kept = ("id", *(f"{each.name}{_TEXT}" for each in field.columns if each.kind == "reference"))
    values |= {name: str(data.get(f"{prefix}.{name}", "")).strip() or None for name in kept}
    return {name: value for name, value in values.items() if value is not None}


def _typed(field: Field, row: Json) -> bool:
    initial = {column.name: column.initial for column in field.columns}
    kept = {"id", *(column.name for column in field.columns if not column.editable)}
    return any(
        value and value != initial.get(name) for name, value in row.items() if name not in kept
    )


def _instant(text: str, presenter: Presenter) -> str:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        return text
    moment = local if local.tzinfo else local.replace(tzinfo=presenter.zone)
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _decimal(text: str, presenter: Presenter) -> str:
    """`1 234,50` where the locale writes so; anything else as typed, for the service to judge."""
    symbols = presenter.locale.number_symbols["latn"]
    bare = re.sub(r"[\s\u00a0\u202f']", "", text)
    if symbols["decimal"] == "," and "," in bare:
        return bare.replace(".", "").replace(",", ".")
    grouped = re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", bare)
    return bare.replace(",", "") if grouped else bare


def _pairs(text: str) -> Iterable[tuple[str, str]]:
    for line in text.splitlines():
        name, sign, value = line.partition(":")
        if sign and name.strip():
            yield name.strip(), value.strip()


def _integer(text: str, _: Presenter) -> int | str | None:
    return int(text) if re.fullmatch(r"[+-]?\d{1,9}", text) else text or None


def _phone(text: str, _: Presenter) -> str | None:
    """As it is kept, so that one which was shown and not touched is no change."""
    try:
        return kept(text) if text else None
    except ValueError:
        return text


# How the text of an input becomes the value of its kind; of every other kind it is the value.
READERS: dict[str, Callable[[str, Presenter], Any]] = {
    "boolean": lambda text, _: bool(text),
    "words": lambda text, _: parted(text),
    "phone": _phone,
    "instant": lambda text, presenter: _instant(text, presenter) if text else None,
    "integer": _integer,
    "year": _integer,
    "decimal": lambda text, presenter: _decimal(text, presenter) or None,
    "money": lambda text, presenter: _decimal(text, presenter) or None,
    "percent": lambda text, presenter: _decimal(text, presenter) or None,
    "custom": lambda text, _: dict(_pairs(text)),
}


async def _look_up(api: Api, catalog: Catalog, form: Form, field: Field, text: str) -> None:
    """Makes a typed name into a reference: the chosen record, or the only one of that name."""
    chosen, target = form.values[field.name], field.target_in(form.values)
    if not text or (chosen and form.titles.get((target, chosen)) == text):
        form.values[field.name] = chosen if text else None
        return
    form.texts[field.name] = text
    found = await candidates(api, catalog, target, text)
    same = [one for one in found if one[1].casefold() == text.casefold()]
    if len(same) == 1:
        form.values[field.name] = same[0][0]
        form.titles[target, same[0][0]] = same[0][1]
        return
    form.values[field.name] = None
    form.choices[field.name] = found
    form.errors[field.name] = _which(text, found)


async def _look_up_in_rows(api: Api, catalog: Catalog, form: Form, field: Field) -> None:
    """The same for what is named in repeating lines."""
    for number, row in enumerate(form.values[field.name]):
        for column in field.columns:
            if column.kind != "reference":
                continue
            text = row.pop(f"{column.name}{_TEXT}", "")
            place = f"{field.name}.{number}.{column.name}"
            known = replace(column, name=place)
            form.values[place] = row.pop(column.name, None)
            await _look_up(api, catalog, form, known, text)
            if (found := form.values.pop(place)) is not None:
                row[column.name] = found


def _which(text: str, found: Sequence[tuple[str, str]]) -> str:
    if not found:
        return _("Nothing is called “%(name)s”. Choose an existing one.", name=text)
    return _("Choose which one you mean by “%(name)s”.", name=text)


async def candidates(api: Api, catalog: Catalog, target: str, text: str) -> list[tuple[str, str]]:
    """Records of an entity whose words match, by id and title."""
    entity = catalog.by_name(target)
    if entity is None or not entity.may("view"):
        return []
    params = {"page_size": "8", "fields": f"id,{entity.title_field}"}
    if text:
        params["search"] = text
    page = await api.list(entity.slug, params)
    return [(record["id"], entity.title_of(record)) for record in page["items"]]


def changes(before: Json, after: Json) -> Json:
    """The fields in which a form differs from the record, for a patch that touches only these."""
    return {name: value for name, value in after.items() if _differs(before.get(name), value)}


def _differs(before: Any, after: Any) -> bool:
    if before in (None, "", [], {}, False) and after in (None, "", [], {}, False):
        return False
    return bool(before != after)
