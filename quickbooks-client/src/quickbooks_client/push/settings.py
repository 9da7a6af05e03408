"""What a person decides about the documents: one list, from which the target makes its own."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from quickbooks_client.errors import ConfigurationError
from quickbooks_client.settings import Setting

if TYPE_CHECKING:
    from collections.abc import Mapping

LINES_AT_MOST = 100
"""Intuit documents no limit of an adjustment's lines; more than this has been seen to be slow."""

DOCUMENT_SETTINGS: tuple[Setting, ...] = (
    Setting(
        "customer_mode",
        "string",
        "Whom a sale without customer_id is booked on: `channel` (one customer per channel and"
        " currency, found by customer_name) or `buyer` (by e-mail, then by name).",
        default="channel",
        choices=("channel", "buyer"),
    ),
    Setting(
        "tax_mode",
        "string",
        "`line`: tax as a line on tax_item_id, all lines non-taxable; `override`: as the"
        " document's tax total; `quickbooks`: automated sales tax computes it, differences are"
        " flagged.",
        default="line",
        choices=("line", "override", "quickbooks"),
    ),
    Setting("shipping_item_id", "string", "Item that shipping is booked on."),
    Setting("tax_item_id", "string", "Item that tax is booked on (tax_mode `line`)."),
    Setting("fallback_item_id", "string", "Item for lines that name neither item_id nor sku."),
    Setting("discount_account_id", "string", "Account of discounts; the company's own by default."),
    Setting("deposit_account_id", "string", "Account that receipts and payments go to."),
    Setting("refund_account_id", "string", "Account that refunds are paid from."),
    Setting("adjustment_account_id", "string", "Account of inventory adjustments."),
    Setting(
        "max_lines_per_adjustment",
        "integer",
        "Lines packed into one inventory adjustment.",
        default=LINES_AT_MOST,
    ),
    Setting(
        "max_concurrent_writes",
        "integer",
        "Documents sent at a time; one for ten minutes after QuickBooks reports its inventory"
        " locked. Adjustments always go one at a time.",
        default=4,
    ),
    Setting(
        "recovery_age_s",
        "integer",
        "A write of unknown outcome that is older is looked up by its number before it is sent"
        " again under its id.",
        default=3600,
    ),
)


@dataclasses.dataclass(frozen=True, slots=True)
class DocumentSettings:
    """Checked document settings of one company."""

    realm_id: str
    customer_mode: str = "channel"
    tax_mode: str = "line"
    shipping_item_id: str | None = None
    tax_item_id: str | None = None
    fallback_item_id: str | None = None
    discount_account_id: str | None = None
    deposit_account_id: str | None = None
    refund_account_id: str | None = None
    adjustment_account_id: str | None = None
    max_lines_per_adjustment: int = LINES_AT_MOST
    max_concurrent_writes: int = 4
    recovery_age_s: int = 3600

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any], *, realm_id: str) -> DocumentSettings:
        """The settings in `mapping`; "" and null mean unset, other keys are left alone.

        Raises:
            ConfigurationError: names the setting and what it must be.
        """
        given: dict[str, Any] = {}
        for setting in DOCUMENT_SETTINGS:
            value = mapping.get(setting.name)
            if value is None or (isinstance(value, str) and not value.strip()):
                continue
            given[setting.name] = _checked(setting, value)
        return cls(realm_id=realm_id, **given)


def _checked(setting: Setting, value: object) -> str | int:
    text = str(value).strip()
    if setting.type == "integer":
        if not text.isascii() or not text.isdigit() or int(text) < 1:
            raise ConfigurationError(f"Setting {setting.name} must be a whole number above 0.")
        return int(text)
    if setting.choices and text not in setting.choices:
        raise ConfigurationError(
            f"Setting {setting.name} must be one of {', '.join(setting.choices)},"
            f" not {text[:60]!r}."
        )
    return text
