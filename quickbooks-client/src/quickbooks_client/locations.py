"""Where things lie: the project, the token store, and what its processes share beside it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from quickbooks_client.errors import ConfigurationError
from quickbooks_client.settings import DEFAULT_TOKEN_STORE

POSTGRES = frozenset({"postgresql", "postgres"})


def store_kind(token_store: str) -> str:
    """Return the scheme that setting `token_store` names; "" for a path.

    A driver, as in `postgresql+psycopg2`, is left out.
    """
    found = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", token_store)
    if found:
        return found[1].lower().partition("+")[0]
    return "file" if token_store.lower().startswith("file:") else ""


def store_path(token_store: str) -> Path:
    """Return the token file; a relative one lies under the project.

    The project is the folder Meltano names in MELTANO_PROJECT_ROOT, else the working directory.

    Raises:
        ConfigurationError: It begins with the home of a user who has none.
    """
    text = token_store
    if store_kind(text) == "file":
        text = unquote(urlsplit(text).path or text.removeprefix("file:"))
    try:
        path = Path(text).expanduser()
    except RuntimeError:
        raise ConfigurationError(
            f"Setting token_store: {text.partition('/')[0]} is no folder here, for that user has no"
            " home: give a path from / on, or set HOME."
        ) from None
    return path if path.is_absolute() else project_folder() / path


def state_folder(token_store: str) -> Path:
    """Return where what processes share beside tokens is kept: beside the token file.

    With tokens in PostgreSQL it is where the file would be by default, for it is this machine's.
    """
    if store_kind(token_store) in POSTGRES:
        return project_folder() / Path(DEFAULT_TOKEN_STORE).parent
    return store_path(token_store).parent


def project_folder() -> Path:
    """Return the folder relative paths start from: Meltano's project, else the working directory.

    The project is found from any folder below it, so that every command means the same tokens.
    """
    named = os.environ.get("MELTANO_PROJECT_ROOT")
    if named:
        return Path(named)
    here = Path.cwd()
    return next((at for at in (here, *here.parents) if (at / "meltano.yml").is_file()), here)
