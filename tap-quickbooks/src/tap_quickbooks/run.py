"""One run of the tap: what its streams share, and how it ends."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from quickbooks_client import ENTITIES, ConfigurationError, QuickBooksError
from tap_quickbooks.account import Account
from tap_quickbooks.calls import Calls
from tap_quickbooks.plan import plan
from tap_quickbooks.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from logging import Logger

    from quickbooks_client import Client, Clock
    from tap_quickbooks.entity import EntityStream
    from tap_quickbooks.reader import Delivery
    from tap_quickbooks.settings import Options


class RunFailedError(Exception):
    """The run came to its end, but not with everything; the message names what is missing."""


class Run:
    """From the first stream to the last."""

    def __init__(
        self,
        *,
        connect: Callable[[], Client],
        clock: Clock,
        options: Options,
        realm_id: str,
        selected: Callable[[], Sequence[EntityStream]],
        log: Logger,
    ) -> None:
        """Prepare; nothing is opened and nothing asked.

        Args:
            connect: Makes the client when the first stream needs it.
            clock: The machine's.
            options: The tap's settings.
            realm_id: The company.
            selected: Tells which streams are read.
            log: Where progress, warnings and failures go.
        """
        self.account = Account(realm_id, clock, log)
        self._connect = connect
        self._clock = clock
        self._options = options
        self._selected = selected
        self._log = log
        self._ended_by: ConfigurationError | None = None
        self._client: Client | None = None

    @cached_property
    def _reader(self) -> Reader:
        self._client = self._connect()
        calls = Calls(self._client, self._clock, page_rows=self._options.page_rows)
        return Reader(calls, self._options, self.account, self._selected(), self._log)

    def read(self, stream: EntityStream) -> Iterator[Delivery]:
        """Yield what is new in `stream`. A failure is booked, and ends the stream."""
        if self._ended_by is not None:
            self._skip(stream)
            return
        try:
            yield from self._reader.read(stream)
        except QuickBooksError as error:
            if stream.ABORT_AT_RECORD_COUNT is not None:
                # A trial run (`--test`) has no account to give: it stops at the first failure.
                raise
            self.account.fail(stream.name, error)
            if isinstance(error, ConfigurationError):
                # A person is needed: the other streams cannot succeed either.
                self._ended_by = error
            else:
                self._log.error("Stream %s failed: %s", stream.name, error)
        except Exception as error:
            if stream.ABORT_AT_RECORD_COUNT is not None:
                raise
            # Whatever this is, it must not keep the other streams and the account from going out.
            self._log.exception("Stream %s failed", stream.name)
            self.account.fail(stream.name, error)

    def _skip(self, stream: EntityStream) -> None:
        step = plan(stream.bookmark, ENTITIES[stream.entity], self._options, self._clock.now())
        if step is not None:
            self.account.open(stream.name, step.mode)
            self.account.fail(stream.name, ConfigurationError("It was not tried."))

    def conclude(self) -> None:
        """Hang up and write the summary.

        Raises:
            RunFailedError: Not everything was delivered.
        """
        if self._client is not None:
            self._client.close()
        if self._ended_by is not None:
            raise RunFailedError(str(self._ended_by))
        failed = self.account.failures
        if failed:
            raise RunFailedError(
                f"Not everything was read: {', '.join(failed)} failed (reasons above);"
                f" {self.account.summary()}. What is missing comes with the next run."
            )
        self._log.info("Done: %s", self.account.summary())
