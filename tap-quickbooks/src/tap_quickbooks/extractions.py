"""The run's own account, as a stream: it goes out last, also when others failed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from tap_quickbooks import account
from tap_quickbooks.entity import RunStream

if TYPE_CHECKING:
    from collections.abc import Iterable

    from singer_sdk.helpers.types import Context, Record


class Extractions(RunStream):
    """One record per stream, mode and run: how far it is complete, and what it cost.

    The calls of one change data capture call for many streams are in the line of the stream that
    asked first, so that the sum over lines is what was called. The same in both shapes.
    """

    name = "extractions"

    schema = account.SCHEMA
    primary_keys = account.KEYS

    @override
    def get_records(self, context: Context | None) -> Iterable[Record]:
        yield from self.run.account.rows()

    @override
    def log_sync_costs(self) -> None:
        # The SDK calls this for every stream once all have ended, selected or not: the place where
        # a run that is not whole must not end well.
        self.run.conclude()
