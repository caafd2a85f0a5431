"""Any message as plain values and back: for contracts that no entity stands behind.

Lists, maps and nested messages follow the message; a field that is absent is left out. It is not for
pages of records, whose JSON their owner makes once.
"""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message

from kit.errors import Invalid
from kit.wire.bounds import excess, is_map

Unknown = Callable[[str, Descriptor], str]
"""What is said of a name that the message does not have."""

# More names than these are no slip, and nobody reads what is wrong with each.
_TOLD = 10
_SHOWN = 100
_INTEGERS = {FieldDescriptor.TYPE_INT32, FieldDescriptor.TYPE_UINT32, FieldDescriptor.TYPE_SINT32}


def plain(message: Message) -> dict[str, Any]:
    """A message as a dictionary; fields without presence are always there."""
    found: dict[str, Any] = {}
    for known in message.DESCRIPTOR.fields:
        if known.name != "json" and (not known.has_presence or message.HasField(known.name)):
            found[known.name] = _plain(known, getattr(message, known.name))
    return found


def _plain(known: Any, value: Any) -> Any:
    if is_map(known):
        return dict(value)
    one = plain if known.message_type is not None else _itself
    return [one(each) for each in value] if known.is_repeated else one(value)


def _itself(value: Any) -> Any:
    return value.decode() if isinstance(value, bytes) else value


def _no_such_field(name: str, message: Descriptor) -> str:  # noqa: ARG001 - others know it to advise
    return "There is no such field."


def filled(message: Any, values: Mapping[str, Any], *, unknown: Unknown = _no_such_field) -> Any:
    """Fills a message from JSON values; Invalid names what is wrong: every field, ten unknown names."""
    filling = _Filling(unknown)
    filling.fill(message, values, "")
    if filling.wrong:
        raise Invalid("", filling.wrong)
    return message


class _Filling:
    """One message on its way in, and what is wrong with it by path, e.g. `addresses[0].city`."""

    def __init__(self, unknown: Unknown) -> None:
        self.wrong: dict[str, str] = {}
        self._unknown = unknown
        self._strange = 0

    def fill(self, message: Any, values: Mapping[str, Any], path: str) -> None:
        known_fields = message.DESCRIPTOR.fields_by_name
        for name, value in values.items():
            known = known_fields.get(name)
            if known is None or name == "json":
                self._note(message.DESCRIPTOR, name, path)
            elif value is not None:
                self._field(message, known, value, path + name)

    def _note(self, message: Descriptor, name: str, path: str) -> None:
        self._strange += 1
        if self._strange <= _TOLD:
            self.wrong[path + name[:_SHOWN]] = self._unknown(name[:_SHOWN], message)

    def _field(self, message: Any, known: FieldDescriptor, value: Any, path: str) -> None:
        try:
            if is_map(known):
                self._map(getattr(message, known.name), known, value, path)
            elif known.is_repeated:
                self._list(getattr(message, known.name), known, value, path)
            elif known.message_type is not None:
                getattr(message, known.name).SetInParent()
                self.fill(getattr(message, known.name), value, f"{path}.")
            else:
                setattr(message, known.name, _scalar(known, value))
        except Invalid as said:
            self.wrong[path] = said.message
        except (TypeError, ValueError, AttributeError, OverflowError):
            self.wrong[path] = f"Give {_wanted(known)}."

    def _map(self, container: Any, known: FieldDescriptor, values: Any, path: str) -> None:
        if told := excess(known, values):
            self.wrong[path] = told
            return
        container.update({str(key): _said(each) for key, each in values.items()})

    def _list(self, container: Any, known: FieldDescriptor, values: Any, path: str) -> None:
        if not isinstance(values, list):
            raise TypeError(path)
        if told := excess(known, values):
            self.wrong[path] = told
            return
        for number, value in enumerate(values):
            if known.message_type is not None:
                self.fill(container.add(), value, f"{path}[{number}].")
            else:
                container.append(_scalar(known, value))


def _scalar(known: FieldDescriptor, value: Any) -> Any:
    if known.type == FieldDescriptor.TYPE_STRING:
        return _text(value)
    if known.type == FieldDescriptor.TYPE_BYTES:
        return str(value).encode()
    if known.type in _INTEGERS:
        return _whole(value)
    if known.type == FieldDescriptor.TYPE_BOOL and not isinstance(value, bool):
        raise TypeError(value)
    return value


def _whole(value: Any) -> int:
    """In JSON, 1.0 is a whole number as well; true is none."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != int(value):
        raise ValueError(value)
    return int(value)


def _text(value: Any) -> str:
    """Decimals are text as well: a number of JSON would be rounded on its way."""
    if not isinstance(value, str):
        raise TypeError(value)
    return without_zero(value)


def _said(value: Any) -> str:
    """An entry of a map of texts; what is none may come as JSON has it: whole numbers, truths, lists."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return _text(orjson.dumps(list(map(_text, value))).decode())
    return str(value) if isinstance(value, int) else _text("" if value is None else value)


def without_zero(text: str) -> str:
    """A text as it is; PostgreSQL keeps no zero character, whatever the text is for."""
    if "\x00" in text:
        raise Invalid("Take out the zero character.")
    return text


def _wanted(known: FieldDescriptor) -> str:
    if is_map(known):
        return "an object of texts"
    if known.is_repeated:
        return "a list of texts" if known.message_type is None else "a list of objects"
    if known.message_type is not None:
        return "an object"
    if known.type in _INTEGERS:
        return "a whole number"
    return "true or false" if known.type == FieldDescriptor.TYPE_BOOL else "text"
