"""Singer messages as they come in. What cannot be read is said without repeating a value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from singer_sdk.contrib.msgspec import MsgSpecReader
from singer_sdk.contrib.msgspec import decoder as exact_decoder
from singer_sdk.sinks.core import JSONSchemaValidator
from typing_extensions import override

if TYPE_CHECKING:
    from collections.abc import Mapping


class InputError(Exception):
    """The input is no Singer stream that this target can take: the run cannot go on."""


class Reader(MsgSpecReader):
    """Reads exact numbers; a broken line stays out of the log, where it would show its values."""

    @override
    def deserialize_json(self, line: str) -> dict[str, Any]:
        try:
            message = exact_decoder.decode(line)
        except msgspec.DecodeError as error:
            raise InputError(f"a line of the input is not JSON ({error})") from None
        if not isinstance(message, dict):
            raise InputError("a line of the input is no JSON object")
        return message

    @staticmethod
    @override
    def assert_line_requires(line_dict: dict[str, Any], requires: set[str]) -> None:
        missing = ", ".join(sorted(requires - set(line_dict)))
        if missing:
            kind = str(line_dict.get("type", "Singer"))[:20]
            raise InputError(f"a {kind} message of the input lacks {missing}")

    @override
    def _process_unknown_message(self, message_dict: dict[str, Any]) -> None:
        raise InputError("a line of the input has a message type that Singer does not know")


class RecordCheck:
    """Whether a record holds to its stream's schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self._validator = JSONSchemaValidator(schema).validator

    def problem(self, record: Mapping[str, Any]) -> str | None:
        """The first field that breaks the schema and by which rule; never its value."""
        error = next(self._validator.iter_errors(record), None)
        if error is None:
            return None
        field = str(error.json_path).removeprefix("$").removeprefix(".") or "the record"
        return f"{field}: breaks the rule {error.validator!r} of the stream's schema"
