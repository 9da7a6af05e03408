"""Whether the ledger can be reached and has its tables."""

from __future__ import annotations

from quickbooks_client.doctor.findings import Finding, ok, warning, wrong
from quickbooks_client.errors import QuickBooksError
from quickbooks_client.redact import redact


def check_ledger(url: str | None) -> Finding:
    """Return how the ledger at `url` stands; nothing is made or changed there."""
    subject = "ledger"
    if not url:
        return ok(subject, "none is named (ledger_url, WAREHOUSE_URL): needed for writing alone")
    from quickbooks_client.push.tables import (  # noqa: PLC0415 - SQLAlchemy only here
        checked_engine,
        has_tables,
        is_missing_file,
        reachable,
    )

    try:
        engine = checked_engine(url)
        try:
            if is_missing_file(engine):
                return warning(
                    subject, "its file is not there yet; `quickbooks ledger init` makes it"
                )
            with reachable(engine):
                if not has_tables(engine):
                    return wrong(
                        subject,
                        "the database has no ledger tables: run `quickbooks-sync init` (or"
                        " `quickbooks ledger init` for a ledger alone)",
                    )
            return ok(subject, f"in {redact(engine.url.render_as_string(hide_password=True))}")
        finally:
            engine.dispose()
    except QuickBooksError as error:
        return wrong(subject, str(error))
