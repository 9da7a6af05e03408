"""Wrong settings end in a sentence that names the setting; right ones open nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import SETTINGS, Client, ConfigurationError, Settings

if TYPE_CHECKING:
    from pathlib import Path

GOOD: dict[str, Any] = {
    "client_id": "app",
    "client_secret": "very-secret-value",
    "realm_id": "9341452718281828459",
}


def test_an_empty_text_means_not_set() -> None:
    """
    Environment variables that are empty leave the defaults.
    """
    settings = Settings.from_mapping(
        {**GOOD, "environment": "", "api_url": " ", "requests_per_minute": "", "refresh_token": ""}
    )

    assert "sandbox" == settings.environment
    assert "https://sandbox-quickbooks.api.intuit.com" == settings.api_url
    assert 500 == settings.requests_per_minute
    assert settings.refresh_token is None


def test_numbers_may_come_as_text_and_strange_keys_are_left_alone() -> None:
    """
    A plugin's whole configuration may be given.
    """
    settings = Settings.from_mapping(
        {**GOOD, "requests_per_minute": "400", "budget_share": "0.5", "record_shape": "typed"}
    )

    assert 400 == settings.requests_per_minute
    assert 0.5 == settings.budget_share


@pytest.mark.parametrize(
    ("environment", "host"),
    [
        ("emulator", "http://127.0.0.1:8321"),
        ("sandbox", "https://sandbox-quickbooks.api.intuit.com"),
        ("production", "https://quickbooks.api.intuit.com"),
    ],
)
def test_the_environment_picks_the_hosts(environment: str, host: str) -> None:
    """
    Sandbox before production is a switch of environment, nothing else.
    """
    assert host == Settings.from_mapping({**GOOD, "environment": environment}).api_url


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"environment": "prod"}, "environment must be one of emulator, sandbox, production"),
        ({"client_id": None}, "client_id is missing: set QUICKBOOKS_CLIENT_ID"),
        ({"client_id": "", "realm_id": ""}, "client_id and realm_id are missing"),
        ({"realm_id": "my company"}, "realm_id"),
        ({"realm_id": "1/../2"}, "realm_id"),
        ({"api_url": "quickbooks.api.intuit.com"}, "api_url"),
        ({"api_url": "http://quickbooks.api.intuit.com"}, "api_url must use https"),
        ({"api_url": "https://u:p@host"}, "api_url"),
        ({"discovery_url": "ftp://x"}, "discovery_url"),
        ({"redirect_uri": "callback"}, "redirect_uri"),
        ({"requests_per_minute": "many"}, "requests_per_minute must be a whole number"),
        ({"requests_per_minute": 0}, "requests_per_minute must be above 0"),
        ({"requests_per_second": 1.5}, "requests_per_second must be a whole number"),
        ({"max_concurrent_requests": "nan"}, "max_concurrent_requests must be above 0"),
        ({"budget_share": 1.5}, "budget_share"),
        ({"monthly_read_budget": True}, "monthly_read_budget"),
        ({"client_secret": ["very-secret-value"]}, "client_secret must be text"),
        ({"client_secret": "very-secret-value\nX: y"}, "client_secret holds a line break"),
    ],
)
def test_a_wrong_setting_is_named(wrong: dict[str, Any], named: str) -> None:
    """
    The sentence says which setting and what to do, and shows no secret.
    """
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_mapping({**GOOD, **wrong})

    assert named in str(caught.value)
    assert "very-secret-value" not in str(caught.value)


def test_settings_show_no_secret() -> None:
    """
    A settings object in a log tells nothing.
    """
    settings = Settings.from_mapping(
        {**GOOD, "refresh_token": "AB11-refresh", "token_store": "postgresql://u:hush@h/db"}
    )

    assert not {"very-secret-value", "AB11-refresh", "hush"} & set(
        repr(settings).replace("'", " ").split()
    )
    assert "hush" not in repr(settings)


def test_a_store_of_no_known_kind_is_refused() -> None:
    """
    The sentence names token_store and hides the address.
    """
    with pytest.raises(ConfigurationError, match="token_store") as caught:
        Client(Settings.from_mapping({**GOOD, "token_store": "redis://u:hush@host/0"}))

    assert "hush" not in str(caught.value)


def test_making_a_client_touches_nothing(tmp_path: Path) -> None:
    """
    No file, no folder, no connection before the first call.
    """
    Client(Settings.from_mapping({**GOOD, "token_store": str(tmp_path / "new" / "tokens.json")}))

    assert [] == list(tmp_path.iterdir())


def test_every_setting_says_what_it_is() -> None:
    """
    Tap, target and README are made from this list.
    """
    assert all(setting.description.endswith((".", ")")) for setting in SETTINGS)
    assert {"client_secret", "refresh_token", "token_store"} == {
        setting.name for setting in SETTINGS if setting.secret
    }
