"""Which store setting `token_store` names."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

from quickbooks_client import file_store
from quickbooks_client.errors import ConfigurationError
from quickbooks_client.file_store import FileTokenStore
from quickbooks_client.locations import POSTGRES, state_folder, store_kind, store_path
from quickbooks_client.rescue import RescuingStore
from quickbooks_client.shield import shielded

if TYPE_CHECKING:
    from quickbooks_client.settings import Settings
    from quickbooks_client.token_store import TokenStore


@shielded
def open_store(settings: Settings) -> TokenStore:
    """Return the store that setting `token_store` names; nothing is opened yet.

    Raises:
        ConfigurationError: This version has no such kind of store, or its address is none.
    """
    place = (settings.environment, settings.realm_id)
    store: TokenStore
    if _is_postgres(settings.token_store):
        from quickbooks_client.postgres_store import (  # noqa: PLC0415 - only who asks needs libpq
            PostgresTokenStore,
        )

        store = PostgresTokenStore(settings.token_store, *place)
    else:
        store = FileTokenStore(store_path(settings.token_store), *place)
    digest = hashlib.sha256(store.describe().encode()).hexdigest()[:8]
    name = f"rescued-token-{'-'.join(place)}-{digest}.json"
    folders = [state_folder(settings.token_store), *_own_folder()]
    return RescuingStore(store, [folder / name for folder in folders])


@shielded
def connected_realms(token_store: str, environment: str) -> list[str]:
    """Return the companies of `environment` that have a token in a store; makes nothing.

    Raises:
        ConfigurationError: This version has no such kind of store, or it cannot be read.
    """
    if _is_postgres(token_store):
        from quickbooks_client import postgres_store  # noqa: PLC0415 - as above

        return postgres_store.connected_realms(token_store, environment)
    return file_store.connected_realms(store_path(token_store), environment)


def _is_postgres(token_store: str) -> bool:
    kind = store_kind(token_store)
    if kind not in {"", "file", *POSTGRES}:
        raise ConfigurationError(
            f"Setting token_store: {kind}: is no kind of store; give the path of a file or"
            " postgresql://…"
        )
    return kind in POSTGRES


def _own_folder() -> list[Path]:
    """Return where programs keep what is theirs alone, by the XDG base directories."""
    named = os.environ.get("XDG_STATE_HOME")
    try:
        home = Path(named) if named else Path("~/.local/state").expanduser()
    except RuntimeError:
        # A user in no list of users, without HOME: as in many a container.
        return []
    return [home / "quickbooks-client"] if home.is_absolute() else []
