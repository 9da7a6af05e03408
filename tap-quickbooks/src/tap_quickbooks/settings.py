"""The tap's settings: the connection's, and its own."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from singer_sdk import typing as th

from quickbooks_client import SETTINGS, ConfigurationError, Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

OWN: Final = (
    th.Property(
        "record_shape",
        th.StringType,
        default="typed",
        allowed_values=["typed", "document"],
        description=(
            "typed: QuickBooks' fields under their names. document: keys, times and the entity's"
            " own JSON, its text untouched."
        ),
    ),
    th.Property(
        "start_date",
        th.StringType,
        description="The first sync leaves out what was last changed before this date or time.",
    ),
    th.Property(
        "quantities",
        th.BooleanType,
        default=False,
        description=(
            "Read every inventory item in full in each run: a movement of stock may leave an"
            " item's time of change as it was."
        ),
    ),
    th.Property(
        "commit_lag_s",
        th.NumberType,
        default=5,
        description="Seconds after which a change is visible to every read.",
    ),
    th.Property(
        "reference_refresh_hours",
        th.NumberType,
        default=24,
        description="Tax codes, rates and agencies are read again after this many hours.",
    ),
    th.Property(
        "page_rows",
        th.IntegerType,
        default=1000,
        description="Rows asked for in one query, 2 to 1000; a page of any size costs one call.",
    ),
)

_TYPES: Final = {
    "string": th.StringType,
    "integer": th.IntegerType,
    "number": th.NumberType,
}


def _property(setting: Setting) -> th.Property[Any]:
    """Return the setting in the SDK's form. Any: the value's type is the setting's own.

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
    """Return the JSON Schema of the tap's configuration. Any: it is JSON."""
    return th.PropertiesList(*(_property(setting) for setting in SETTINGS), *OWN).to_dict()


def cleaned(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return `config` without what is unset, and with numbers and switches given as text converted.

    Values come from JSON, YAML or environment variables; "" means unset. What cannot be converted
    stays as it is, for the validation to name. Any: values are JSON.
    """
    kinds = {
        name: set(schema.get("type", ()))
        for name, schema in config_jsonschema()["properties"].items()
    }
    return {
        name: _converted(value, kinds.get(name, set()))
        for name, value in config.items()
        if value is not None and value != ""
    }


def _converted(value: Any, kinds: set[str]) -> Any:
    if (
        isinstance(value, (int, float))
        and not isinstance(value, bool)
        and kinds == {"string", "null"}
    ):
        # Also keeps a secret made of digits out of a message about its type.
        return str(value)
    if not isinstance(value, str) or "string" in kinds:
        return value
    if "boolean" in kinds:
        return {"true": True, "1": True, "false": False, "0": False}.get(value.lower(), value)
    for convert in (int, float):
        if kinds & {"integer", "number"}:
            try:
                return convert(value)
            except ValueError:
                continue
    return value


@dataclasses.dataclass(frozen=True, slots=True)
class Options:
    """The tap's own settings, checked."""

    record_shape: str = "typed"
    start_date: datetime | None = None
    quantities: bool = False
    commit_lag: timedelta = timedelta(seconds=5)
    reference_refresh: timedelta = timedelta(hours=24)
    page_rows: int = 1000

    @classmethod
    def from_mapping(cls, config: Mapping[str, Any]) -> Options:
        """Return the options in `config`; what is unset has its default.

        Raises:
            ConfigurationError: Names the setting and what it may be.
        """
        page_rows = config.get("page_rows", 1000)
        if not 2 <= page_rows <= 1000:  # noqa: PLR2004 - two, so that pages overlap; Intuit's limit
            raise ConfigurationError("Setting page_rows must be from 2 to 1000.")
        for name in ("commit_lag_s", "reference_refresh_hours"):
            if config.get(name, 0) < 0:
                raise ConfigurationError(f"Setting {name} must be 0 or more.")
        return cls(
            record_shape=config.get("record_shape", "typed"),
            start_date=_start(config.get("start_date")),
            quantities=config.get("quantities", False),
            commit_lag=timedelta(seconds=float(config.get("commit_lag_s", 5))),
            reference_refresh=timedelta(hours=float(config.get("reference_refresh_hours", 24))),
            page_rows=page_rows,
        )


def _start(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        start = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigurationError(
            "Setting start_date must be a date or time such as 2026-01-31 or"
            f" 2026-01-31T00:00:00Z, not {text[:40]!r}."
        ) from None
    return start.astimezone(UTC) if start.tzinfo else start.replace(tzinfo=UTC)
