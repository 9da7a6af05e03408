"""Wrong settings: one sentence that names the setting and says what to do, never a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.tap.conftest import TapCommand

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator
    from tests.tap.conftest import TapRun


CONNECTION = {
    "environment": "emulator",
    "client_id": "an-id",
    "client_secret": "hunter2-secret",
    "realm_id": "9341452718281828459",
    "refresh_token": "hunter2-token",
}


@pytest.fixture
def tap(tmp_path: Path) -> TapCommand:
    """The command, with settings that would be right."""
    return TapCommand(lambda: CONNECTION, tmp_path)


def sentence(run: TapRun) -> list[str]:
    """The log's errors, after the time and the name of the plugin."""
    return [line.split("|", 3)[3].strip() for line in run.log.splitlines() if "| ERROR" in line]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"client_id": None}, ["client_id", "QUICKBOOKS_CLIENT_ID"]),
        ({"realm_id": ""}, ["realm_id"]),
        ({"realm_id": "craig"}, ["realm_id", "digits"]),
        ({"start_date": "yesterday"}, ["start_date", "2026-01-31"]),
        ({"page_rows": 5000}, ["page_rows", "1000"]),
        ({"commit_lag_s": -1}, ["commit_lag_s"]),
        ({"api_url": "quickbooks"}, ["api_url"]),
    ],
)
def test_a_wrong_setting_is_named_in_one_sentence(
    tap: TapCommand, config: dict[str, Any], words: list[str]
) -> None:
    """No traceback, no secret, nothing on standard output, status 1."""
    run = tap(status=1, **config)

    [said] = sentence(run)
    assert all(word in said for word in words)
    assert [] == run.lines
    assert "Traceback" not in run.log
    assert "hunter2" not in run.log


@pytest.mark.parametrize(
    ("config", "word"),
    [
        ({"environment": "moon"}, "moon"),
        ({"record_shape": "round"}, "round"),
        ({"quantities": "perhaps"}, "perhaps"),
    ],
)
def test_a_value_that_is_none_of_the_choices_is_refused(
    tap: TapCommand, config: dict[str, Any], word: str
) -> None:
    """The sentence shows it."""
    run = tap(status=1, **config)

    assert word in sentence(run)[0]
    assert "Traceback" not in run.log
    assert "hunter2" not in run.log


def test_a_state_that_is_no_json_is_refused(tap: TapCommand) -> None:
    """It cannot be guessed how far the last run came."""
    run = tap(state="{", status=1)

    assert ["The state given to the tap is not valid JSON"] == [
        said.split(":")[0] for said in sentence(run)
    ]


def test_a_state_of_a_newer_tap_is_refused(tap: TapCommand) -> None:
    """Its meaning may have changed."""
    run = tap(state={"bookmarks": {"invoices": {"version": 2}}}, status=1)

    [said] = sentence(run)
    assert "newer" in said
    assert "Traceback" not in run.log


def test_a_configuration_file_that_is_not_there_is_named(tap: TapCommand, tmp_path: Path) -> None:
    """Also when it is one of several."""
    run = tap(arguments=["--config", str(tmp_path / "nowhere.json")], status=1)

    [said] = sentence(run)
    assert "nowhere.json" in said
    assert "Traceback" not in run.log


def test_settings_may_come_as_text(run_tap: TapCommand, emulator: Emulator) -> None:
    """As environment variables and Meltano give them; "" means unset."""
    emulator.create("Customer", {"DisplayName": "Sonnenschein"})

    run = run_tap(
        streams=["customers"],
        requests_per_minute="500",
        monthly_read_budget="",
        budget_share="0.5",
        page_rows="100",
        commit_lag_s="0.5",
        quantities="false",
        start_date="",
    )

    assert 1 == len(run.ids("customers"))
