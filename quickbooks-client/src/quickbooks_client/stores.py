"""Which store setting `token_store` names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_client.errors import ConfigurationError
from quickbooks_client.file_store import FileTokenStore
from quickbooks_client.locations import POSTGRES, store_kind, store_path

if TYPE_CHECKING:
    from quickbooks_client.settings import Settings
    from quickbooks_client.token_store import TokenStore


def open_store(settings: Settings) -> TokenStore:
    """Return the store that setting `token_store` names; nothing is opened yet.

    Raises:
        ConfigurationError: This version has no such kind of store.
    """
    kind = store_kind(settings.token_store)
    if kind in POSTGRES:
        from quickbooks_client.postgres_store import (  # noqa: PLC0415 - only who asks needs libpq
            PostgresTokenStore,
        )

        return PostgresTokenStore(settings.token_store, settings.environment, settings.realm_id)
    if kind not in {"", "file"}:
        raise ConfigurationError(
            f"Setting token_store: {kind}: is no kind of store; give the path of a file or"
            " postgresql://…"
        )
    return FileTokenStore(store_path(settings), settings.environment, settings.realm_id)
