"""The target's settings: the connection's, the documents', and its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from singer_sdk import typing as th

from quickbooks_client import SETTINGS
from quickbooks_client.push.settings import DOCUMENT_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quickbooks_client import Setting

DEFAULT_LEDGER: Final = ".quickbooks/ledger.sqlite3"
"""Under the project: the folder of `meltano.yml`, else the working directory."""

OWN: Final = (
    th.Property(
        "ledger_url",
        th.StringType,
        secret=True,
        description=(
            "Where it is remembered what was sent: postgresql://… (in a pipeline the warehouse)"
            f" or sqlite:///PATH; by default the file {DEFAULT_LEDGER} under the project."
        ),
    ),
    th.Property(
        "dry_run",
        th.BooleanType,
        default=False,
        description="Print what would be written, document by document, and write nothing.",
    ),
)

_TYPES: Final = {
    "string": th.StringType,
    "integer": th.IntegerType,
    "number": th.NumberType,
}
_FLAGS: Final = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def _property(setting: Setting) -> th.Property[Any]:
    """The setting in the SDK's form. Any: the value's type is the setting's own.

    None is marked as required: the client's sentence names every missing one and says what to do.
    """
    return th.Property(
        setting.name,
        _TYPES[setting.type],
        default=setting.default,
        secret=setting.secret,
        allowed_values=list(setting.choices) or None,
        description=setting.description + (" Required." if setting.required else ""),
    )


def config_jsonschema() -> dict[str, Any]:
    """The JSON Schema of the target's configuration. Any: it is JSON."""
    settings = (*SETTINGS, *DOCUMENT_SETTINGS)
    return th.PropertiesList(*(_property(setting) for setting in settings), *OWN).to_dict()


def cleaned(config: Mapping[str, Any]) -> dict[str, Any]:
    """`config` without what is unset ("" or null), its values in the types of their settings.

    Values come from JSON, YAML or the environment, where numbers and switches are text and an id
    may be a number. What cannot be converted stays, for the validation to name. Any: JSON.
    """
    kinds = config_jsonschema()["properties"]
    return {
        name: _converted(value, set(kinds.get(name, {}).get("type", ())))
        for name, value in config.items()
        if value is not None and value != ""
    }


def _converted(value: Any, kinds: set[str]) -> Any:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and "string" in kinds:
        # Also keeps a secret made of digits out of a message about its type.
        return str(value)
    if not isinstance(value, str):
        return value
    if "boolean" in kinds:
        return _FLAGS.get(value.strip().lower(), value)
    convert = int if "integer" in kinds else float if "number" in kinds else str
    try:
        return convert(value)
    except ValueError:
        return value
