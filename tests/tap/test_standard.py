"""The SDK's own tests of a tap, on the demo company."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from singer_sdk.testing import SuiteConfig
from singer_sdk.testing.runners import TapTestRunner
from singer_sdk.testing.suites import (
    tap_stream_attribute_tests,
    tap_stream_tests,
    tap_tests,
)
from singer_sdk.testing.tap_tests import StreamReturnsRecordTest

from tap_quickbooks.tap import TapQuickBooks

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator


# The demo company has none of these.
EMPTY = (
    "departments",
    "classes",
    "employees",
    "transfers",
    "inventory_adjustments",
    "vendor_credits",
)


@pytest.fixture(params=["typed", "document"])
def runner(request: pytest.FixtureRequest, emulator: Emulator, tmp_path: Path) -> TapTestRunner:
    """The SDK's runner, after a trial run of all streams."""
    emulator.reset(seed="demo")
    config = {
        **emulator.settings(),
        "token_store": str(tmp_path / "tokens.json"),
        "record_shape": request.param,
        "commit_lag_s": 0,
    }
    suite = SuiteConfig(max_records_limit=None, ignore_no_records_for_streams=list(EMPTY))
    runner = TapTestRunner(TapQuickBooks, config=config, suite_config=suite)
    runner.sync_all()
    return runner


def test_the_sdks_tests_of_a_tap_pass(runner: TapTestRunner) -> None:
    """Discovery, connection, and a state without anything unfinished."""
    for test in tap_tests.tests:
        test().run(runner.suite_config, None, runner)


@pytest.mark.filterwarnings("ignore:Fields in transformed catalog but not in records")
def test_the_sdks_tests_of_each_stream_pass(runner: TapTestRunner) -> None:
    """Schemas hold what arrives, keys are there."""
    for stream in runner.new_tap().streams.values():
        for test in tap_stream_tests.tests:
            if test is StreamReturnsRecordTest and stream.name in EMPTY:
                continue
            test().run(runner.suite_config, None, runner, stream)


@pytest.mark.filterwarnings("ignore:No records were available to test")
def test_the_sdks_tests_of_each_field_pass(runner: TapTestRunner) -> None:
    """Values are of the types that the catalog gives them."""
    for stream in runner.new_tap().streams.values():
        properties = stream.stream_maps[-1].transformed_schema["properties"]
        for test in tap_stream_attribute_tests.tests:
            for name, schema in properties.items():
                if test.evaluate(stream=stream, property_name=name, property_schema=schema):
                    test().run(runner.suite_config, None, runner, stream, name)
