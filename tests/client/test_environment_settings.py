"""
Settings of a program that embeds the client, from its environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quickbooks_client import AppSettings, ConfigurationError, Settings

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = {
    "QUICKBOOKS_CLIENT_ID": "an-app",
    "QUICKBOOKS_CLIENT_SECRET": "its-secret",
    "QUICKBOOKS_REALM_ID": "123",
    "QUICKBOOKS_ENVIRONMENT": "production",
    "QUICKBOOKS_REQUESTS_PER_MINUTE": "250",
    "QUICKBOOKS_MONTHLY_READ_BUDGET": "",
    "HOME": "/home/somebody",
}


def test_variables_become_settings() -> None:
    """
    Text becomes numbers, empty means unset, other variables are left alone.
    """
    settings = Settings.from_environment(VARIABLES)

    assert ("an-app", "its-secret", "123") == (
        settings.client_id,
        settings.client_secret,
        settings.realm_id,
    )
    assert "https://quickbooks.api.intuit.com" == settings.api_url
    assert 250 == settings.requests_per_minute
    assert settings.monthly_read_budget is None


def test_a_missing_variable_is_named() -> None:
    """
    The message says which variable to set.
    """
    with pytest.raises(ConfigurationError, match="QUICKBOOKS_REALM_ID"):
        Settings.from_environment({**VARIABLES, "QUICKBOOKS_REALM_ID": ""})


def test_an_app_needs_no_company() -> None:
    """
    The app's settings are enough to connect a first company.
    """
    app = AppSettings.from_environment({**VARIABLES, "QUICKBOOKS_REALM_ID": ""})

    assert "an-app" == app.client_id


def test_nothing_but_the_variables_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A `.env` file where the program runs is not looked at.
    """
    (tmp_path / ".env").write_text("QUICKBOOKS_REQUESTS_PER_MINUTE=7\n")
    monkeypatch.chdir(tmp_path)

    assert 250 == Settings.from_environment(VARIABLES).requests_per_minute
