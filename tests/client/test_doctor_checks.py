"""The doctor's checks that no emulator can provoke: pure, on values."""

from __future__ import annotations

from datetime import timedelta

import pytest

from quickbooks_client import Settings
from quickbooks_client.doctor.connection_checks import (
    check_clock,
    check_minor_version,
    check_token,
)
from quickbooks_client.doctor.findings import Verdict
from quickbooks_client.doctor.list_checks import check_candidates
from quickbooks_client.doctor.reach import Reached, check_sign_in
from quickbooks_client.doctor.setting_checks import check_settings
from quickbooks_client.token_store import Token
from tests.client.fakes import START

APP = {"client_id": "app", "client_secret": "key", "realm_id": "1"}
SANDBOX_API = "https://sandbox-quickbooks.api.intuit.com"
SANDBOX_DOCUMENT = "https://developer.api.intuit.com/.well-known/openid_sandbox_configuration"


def finding(subject: str, **given: str) -> tuple[str, str]:
    """The verdict and the words about some settings."""
    found = {one.subject: one for one in check_settings(Settings.from_mapping(APP | given))}
    return found[subject].verdict.value, found[subject].words


@pytest.mark.parametrize(
    ("environment", "given", "verdict"),
    [
        ("production", {}, "ok"),
        ("sandbox", {}, "ok"),
        ("sandbox", {"api_url": SANDBOX_API + "/"}, "ok"),
        ("production", {"api_url": SANDBOX_API}, "wrong"),
        ("sandbox", {"api_url": "https://quickbooks.api.intuit.com"}, "wrong"),
        ("production", {"discovery_url": SANDBOX_DOCUMENT}, "wrong"),
        ("emulator", {"api_url": SANDBOX_API}, "wrong"),
        ("production", {"api_url": "https://proxy.example.com"}, "warning"),
        ("sandbox", {"api_url": "https://proxy.example.com"}, "ok"),
    ],
)
def test_sandbox_and_production_are_not_mixed_up(
    environment: str, given: dict[str, str], verdict: str
) -> None:
    """
    The name of the setting that does not fit is told.
    """
    told, words = finding("settings", environment=environment, **given)

    assert verdict == told
    assert verdict != "wrong" or next(iter(given)) in words


@pytest.mark.parametrize(
    ("environment", "redirect_uri", "verdict", "said"),
    [
        ("sandbox", "http://localhost:8765/callback", "ok", "callback"),
        ("sandbox", "https://app.example.com/qbo", "ok", "qbo"),
        ("sandbox", "http://127.0.0.1:8765/callback", "wrong", "numeric"),
        ("sandbox", "http://[::1]:8765/callback", "wrong", "numeric"),
        ("sandbox", "http://app.example.com/qbo", "wrong", "localhost alone"),
        ("production", "http://localhost:8765/callback", "wrong", "--manual"),
        ("production", "https://localhost/callback", "wrong", "--manual"),
        ("production", "https://app.example.com/qbo", "ok", "qbo"),
        ("sandbox", "", "warning", "auth login"),
    ],
)
def test_the_redirect_uri_is_one_that_intuit_takes(
    environment: str, redirect_uri: str, verdict: str, said: str
) -> None:
    """
    Source: Intuit, "Set redirect URIs".
    """
    told, words = finding("redirect URI", environment=environment, redirect_uri=redirect_uri)

    assert (verdict, True) == (told, said in words)


def test_the_nearer_end_of_a_connection_is_told() -> None:
    """
    The hard one may come first; without either nothing is made up.
    """
    soon, late = START + timedelta(days=20), START + timedelta(days=90)
    token = Token("a", "r", START + timedelta(hours=1))

    def words(refresh: int | None, hard: int | None) -> str:
        ends = {20: soon, 90: late, None: None}
        return check_token(
            Token("a", "r", token.expires_at, ends[refresh], ends[hard]), START
        ).words

    assert "2026-03-24, in 20 days, whatever is done" in words(90, 20)
    assert "2026-03-24, in 20 days unless used, and 2026-06-02 at the latest" in words(20, 90)
    assert "in 20 days unless used" in words(20, None)
    assert "not told" in words(None, None)


def test_a_slow_answer_is_no_wrong_clock() -> None:
    """
    Any time between the call and its answer fits.
    """
    answered = START + timedelta(minutes=10)

    for server in (START, START + timedelta(minutes=4), answered):
        assert Verdict.OK is check_clock(server, START, answered).verdict
    late = check_clock(answered + timedelta(minutes=2), START, answered)
    early = check_clock(START - timedelta(minutes=2), START, answered)
    assert ("120 s slow" in late.words, "120 s fast" in early.words) == (True, True)


def test_a_minor_version_that_is_no_longer_supported() -> None:
    """
    python-quickbooks knows the least.
    """
    assert (Verdict.OK, Verdict.WARNING) == (
        check_minor_version(75, 75).verdict,
        check_minor_version(75, 76).verdict,
    )


def test_a_company_without_accounts_of_expenses() -> None:
    """
    Nothing to suggest; and with one, that one.
    """
    account = {"Id": "7", "Name": "Advertising", "AccountType": "Expense"}

    assert "make one" in check_candidates([]).words
    assert check_candidates([account]).words.endswith("set it to 7 (Advertising)")


def test_a_discovery_document_that_comes_as_an_error_is_none() -> None:
    """
    Whatever it holds.
    """
    body = b'{"authorization_endpoint": "https://a.example", "token_endpoint": "https://t.example"}'
    url = "https://developer.example.com/document"

    def verdict(status: int) -> Verdict:
        return check_sign_in(url, Reached(status, body, None, START, START)).verdict

    assert (Verdict.OK, Verdict.WRONG) == (verdict(200), verdict(503))
