"""The settings of the sync, and how `begin` lays them down for views and commands.

dbt views and this program read settings from sync.settings alone, so that no run decides by
other values than the ones it began with.
"""

from __future__ import annotations

import datetime as dt
import zoneinfo
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

from quickbooks_sync.database import rows
from quickbooks_sync.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.configuration import Configuration


@dataclass(frozen=True)
class Setting:
    """One setting; `kind` is number, choice, instant, zone or text."""

    name: str
    default: str | None
    kind: str
    meaning: str
    choices: tuple[str, ...] = ()

    @property
    def variable(self) -> str:
        """The environment variable that sets it."""
        return f"QUICKBOOKS_SYNC_{self.name.upper()}"


SETTINGS = (
    Setting("sales_from", None, "instant", "sales before it were booked by hand"),
    Setting("mode", "two_way", "choice", "who may change whom", ("two_way", "platform_master")),
    Setting("conflict", "review", "choice", "when both sides changed", ("review", "additive")),
    Setting(
        "initial_master", "none", "choice", "who is right at the first sync",
        ("none", "platform", "quickbooks"),
    ),
    Setting("settle_s", "30", "number", "wait after a write before quantities are read"),
    Setting("tolerance_fraction", "0.01", "number", "of the platform's quantity"),
    Setting("tolerance_units", "0", "number", "units that never matter"),
    Setting("max_reading_age_s", "3600", "number", "older readings are refused"),
    Setting("max_catalogue_shrink", "0.02", "number", "a snapshot with fewer rows is refused"),
    Setting("max_total_change", "0.20", "number", "a snapshot with another total is refused"),
    Setting("max_line_units", "50", "number", "a larger command is held"),
    Setting("max_line_share", "0.5", "number", "of the baseline; a larger command is held"),
    Setting("max_line_value", "5000", "number", "a dearer command is held"),
    Setting("max_run_skus", "50", "number", "a run that changes more SKUs is held"),
    Setting("max_run_share", "0.05", "number", "of all SKUs; a larger run is held"),
    Setting("max_run_value", "25000", "number", "a dearer run is held"),
    Setting("inventory_min_interval", "300", "number", "seconds between runs started by changes"),
    Setting("time_zone", None, "zone", "of dates; the company's own when not set"),
    Setting("update_location", None, "text", "where the platform applies updates"),
)  # fmt: skip

DOCUMENT_SETTINGS = (
    "adjustment_account_id",
    "customer_mode",
    "tax_mode",
    "shipping_item_id",
    "tax_item_id",
    "fallback_item_id",
    "discount_account_id",
    "deposit_account_id",
    "refund_account_id",
)
"""The target's settings that the outbox views read too; the target gives their defaults."""

DRY_RUN_VARIABLES = (
    "QUICKBOOKS_SYNC_DRY_RUN",
    "TARGET_QUICKBOOKS_DRY_RUN",
    "QUICKBOOKS_DRY_RUN",
)
"""The target's dry_run, which `plan` obeys too; kept as `dry_run`."""

TRUE = frozenset({"true", "1", "yes", "on", "t", "y"})

KEPT = ("realm_id", "environment", "live_views")
"""Rows of sync.settings that are no settings of a run."""


def effective_settings(configuration: Configuration) -> dict[str, str | None]:
    """Every setting by name, checked. Raises ConfigurationError naming a wrong one."""
    values = {
        setting.name: checked(setting, configuration.get(setting.variable) or setting.default)
        for setting in SETTINGS
    }
    for name in DOCUMENT_SETTINGS:
        upper = name.upper()
        values[name] = configuration.get(
            f"QUICKBOOKS_SYNC_{upper}", f"TARGET_QUICKBOOKS_{upper}", f"QUICKBOOKS_{upper}"
        )
    dry_run = configuration.get(*DRY_RUN_VARIABLES) or "false"
    values["dry_run"] = "true" if dry_run.lower() in TRUE else "false"
    return values


def checked(setting: Setting, text: str | None) -> str | None:
    """`text` when it is a value of `setting`. Raises ConfigurationError otherwise."""
    if text is None:
        return None
    if setting.kind == "number" and not is_number(text):
        raise ConfigurationError(
            f"{setting.variable} is '{text}': it must be a number of 0 or more."
        )
    if setting.kind == "choice" and text not in setting.choices:
        raise ConfigurationError(
            f"{setting.variable} is '{text}': it must be {' or '.join(setting.choices)}."
        )
    if setting.kind == "instant" and not is_instant(text):
        raise ConfigurationError(
            f"{setting.variable} is '{text}': it must be a date such as 2026-01-01 or a time with "
            "its offset such as 2026-01-01T00:00:00+01:00."
        )
    if setting.kind == "zone" and text not in zoneinfo.available_timezones():
        raise ConfigurationError(
            f"{setting.variable} is '{text}': it must be a time zone such as America/New_York."
        )
    return text


def is_number(text: str) -> bool:
    """Whether `text` is a finite decimal that is not negative."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return False
    return number.is_finite() and number >= 0


def is_instant(text: str) -> bool:
    """Whether `text` is a date, or a time that says its offset."""
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    is_date = len(text) == len("2026-01-01")
    return is_date or instant.tzinfo is not None


def write_settings(cursor: Cursor, values: Mapping[str, str | None]) -> None:
    """Lays `values` down; a name without a value has no row."""
    cursor.execute("delete from sync.settings where name <> all(%s)", (list(KEPT),))
    cursor.executemany(
        "insert into sync.settings (name, value) values (%s, %s)",
        [(name, text) for name, text in values.items() if text is not None],
    )


def read_settings(cursor: Cursor) -> dict[str, str]:
    """The settings as the last `begin` laid them down, defaults where it laid down none."""
    values = {setting.name: setting.default for setting in SETTINGS if setting.default is not None}
    values.update(
        (found["name"], found["value"])
        for found in rows(cursor, "select name, value from sync.settings where value is not null")
    )
    return values
