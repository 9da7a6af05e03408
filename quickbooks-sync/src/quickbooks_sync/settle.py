"""`quickbooks-sync settle`: waits until QuickBooks shows everything we wrote."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from quickbooks_sync import lease
from quickbooks_sync.database import transaction, value
from quickbooks_sync.settings import read_settings

if TYPE_CHECKING:
    from psycopg2.extensions import connection as Connection  # noqa: N812

    from quickbooks_sync.company import Company
    from quickbooks_sync.owner import Owner

LONGEST_SLEEP_S = 30.0
"""The lease is renewed in between."""

# A time of QuickBooks' clock may lie ahead of ours: no wait is longer than the setting.
SECONDS_SINCE_LAST_WRITE = """
    select extract(epoch from clock_timestamp() - max(greatest(sent_at, posted_at)))::float8
    from sync.documents
    where realm_id = %s
"""


def settle(connection: Connection, company: Company, owner: Owner) -> None:
    """Returns once `settle_s` have passed since our last write, which the ledger knows."""
    with transaction(connection) as cursor:
        settle_s = float(read_settings(cursor)["settle_s"])
    deadline = time.monotonic() + settle_s
    has_told = False
    while True:
        with transaction(connection) as cursor:
            lease.renew(cursor, company, owner, "settle")
            since_s = value(cursor, SECONDS_SINCE_LAST_WRITE, (company.realm_id,))
        left_s = remaining(settle_s, since_s, deadline - time.monotonic())
        if left_s <= 0:
            return
        if not has_told:
            print(f"Waiting {left_s:.0f} s for QuickBooks to settle …", flush=True)  # noqa: T201
            has_told = True
        time.sleep(min(left_s, LONGEST_SLEEP_S))


def remaining(settle_s: float, since_last_write_s: float | None, until_deadline_s: float) -> float:
    """Seconds still to wait; 0 or less when there is nothing to wait for."""
    if since_last_write_s is None:
        return 0.0
    return min(settle_s - since_last_write_s, until_deadline_s)
