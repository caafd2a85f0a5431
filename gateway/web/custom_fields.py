"""The fields that administrators added, on their way between the API and pages.

The API has them together under `custom`; pages know each by the name under which it is described and
asked for, `custom.segment`, like any other field.
"""

from gateway.web.api import Json

_HOLDER, _PREFIX = "custom", "custom."


def spread(record: Json) -> Json:
    """A record with each of its custom fields under its own name."""
    held = record.get(_HOLDER)
    return record | {f"{_PREFIX}{key}": value for key, value in held.items()} if held else record


def spread_over(page: Json) -> Json:
    """A page of records likewise."""
    return {**page, "items": [spread(each) for each in page["items"]]}


def gathered(values: Json) -> Json:
    """What a form says, as the API takes it: the custom fields together."""
    own = {name: value for name, value in values.items() if name.startswith(_PREFIX)}
    if not own:
        return values
    rest = {name: value for name, value in values.items() if name not in own}
    return rest | {_HOLDER: {name.removeprefix(_PREFIX): value for name, value in own.items()}}
