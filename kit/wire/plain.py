"""Any message as plain values and back: for contracts that no entity stands behind.

Lists, maps and nested messages follow the message; a field that is absent is left out. It is not for
pages of records, whose JSON their owner makes once.
"""

from collections.abc import Mapping
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from kit.errors import Invalid

_INTEGERS = {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_SINT32}


def plain(message: Message) -> dict[str, Any]:
    """A message as a dictionary; fields without presence are always there."""
    found: dict[str, Any] = {}
    for known in message.DESCRIPTOR.fields:
        if known.name != "json" and (not known.has_presence or message.HasField(known.name)):
            found[known.name] = _plain(known, getattr(message, known.name))
    return found


def _plain(known: Any, value: Any) -> Any:
    if _is_map(known):
        return dict(value)
    one = plain if known.message_type is not None else _itself
    return [one(each) for each in value] if known.is_repeated else one(value)


def _itself(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _is_map(known: FieldDescriptor) -> bool:
    return bool(known.message_type is not None and known.message_type.GetOptions().map_entry)


def filled(message: Any, values: Mapping[str, Any], *, path: str = "") -> Any:
    """Fills a message from JSON values; Invalid names every field that is unknown or of another type."""
    wrong: dict[str, str] = {}
    for name, value in values.items():
        known = message.DESCRIPTOR.fields_by_name.get(name)
        if known is None or name == "json":
            wrong[path + name] = "There is no such field."
        elif value is not None:
            _fill(message, known, value, path + name, wrong)
    if wrong:
        raise Invalid("", wrong)
    return message


def _fill(
    message: Any, known: FieldDescriptor, value: Any, path: str, wrong: dict[str, str]
) -> None:
    try:
        if _is_map(known):
            getattr(message, known.name).update(
                {str(key): _text(each) for key, each in value.items()}
            )
        elif known.is_repeated:
            _fill_list(getattr(message, known.name), known, value, path)
        elif known.message_type is not None:
            getattr(message, known.name).SetInParent()
            filled(getattr(message, known.name), value, path=f"{path}.")
        else:
            setattr(message, known.name, _scalar(known, value))
    except Invalid as deeper:
        wrong.update(deeper.fields)
    except (TypeError, ValueError, AttributeError):
        wrong[path] = f"Give {_wanted(known)}."


def _fill_list(container: Any, known: FieldDescriptor, values: Any, path: str) -> None:
    if not isinstance(values, list):
        raise TypeError(path)
    for number, value in enumerate(values):
        if known.message_type is not None:
            filled(container.add(), value, path=f"{path}[{number}].")
        else:
            container.append(_scalar(known, value))


def _scalar(known: FieldDescriptor, value: Any) -> Any:
    if known.type == FieldDescriptor.TYPE_STRING:
        return _text(value)
    if known.type == FieldDescriptor.TYPE_BYTES:
        return str(value).encode()
    if known.type in _INTEGERS and isinstance(value, float):
        raise ValueError(value)
    if known.type == FieldDescriptor.TYPE_BOOL and not isinstance(value, bool):
        raise TypeError(value)
    return value


def _text(value: Any) -> str:
    """Numbers are welcome where a decimal is kept as text; everything else has to be text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError(value)
    return value if isinstance(value, str) else str(value)


def _wanted(known: FieldDescriptor) -> str:
    if _is_map(known):
        return "an object of texts"
    if known.is_repeated:
        return "a list"
    if known.message_type is not None:
        return "an object"
    if known.type in _INTEGERS:
        return "a whole number"
    return "true or false" if known.type == FieldDescriptor.TYPE_BOOL else "text"
