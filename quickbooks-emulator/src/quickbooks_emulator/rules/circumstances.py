"""What a rule needs to know beside the object it looks at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from quickbooks_emulator.switches import Switches


@dataclass(frozen=True, slots=True)
class Circumstances:
    """Day, readings in force, and how the write came in."""

    today: date
    switches: Switches
    allows_duplicate_number: bool = False
    is_by_hand: bool = False
    """A person's own write, by the control plane: what only people can do is allowed."""
