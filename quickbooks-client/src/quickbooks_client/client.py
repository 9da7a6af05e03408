"""The client: what tap, target, command line and embedding programs call. Dicts in, dicts out."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING, Self

from typing_extensions import override

from quickbooks_client.auth import Authorizer
from quickbooks_client.budget import Budget
from quickbooks_client.clock import Clock, SystemClock
from quickbooks_client.gate import MINOR_VERSION, Gate
from quickbooks_client.locations import state_folder
from quickbooks_client.locks import ForkSafeLock
from quickbooks_client.meter import Meter
from quickbooks_client.oauth import OAuth
from quickbooks_client.reading import Reading
from quickbooks_client.stores import open_store
from quickbooks_client.throttle import Throttle
from quickbooks_client.transport import CallLimits, make_session
from quickbooks_client.usage_log import UsageLog
from quickbooks_client.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_client.settings import Settings
    from quickbooks_client.token_store import TokenStore


class Client(Reading, Writing):
    """One company's QuickBooks, through one gate. Threads may share a client.

    Making one opens nothing; files and connections are opened by the first call.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        *,
        limits: CallLimits | None = None,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        """Put the parts together.

        Args:
            settings: The connection.
            clock: The time; the machine's by default.
            limits: How long a call may take.
            jitter: Gives a random number from 0 up to 1.

        Raises:
            ConfigurationError: `token_store` names a kind of store there is not.
        """
        self.settings = settings
        self._clock = clock or SystemClock()
        self._limits = limits or CallLimits()
        folder = state_folder(settings.token_store)
        self.store: TokenStore = open_store(settings)
        self.usage_log: UsageLog = UsageLog(
            folder / "usage.sqlite3", settings.environment, settings.realm_id
        )
        self.meter: Meter = Meter(self.usage_log, self._clock, settings.own_read_budget)
        self.oauth: OAuth = OAuth(settings, self._clock, self._limits)
        self.authorizer: Authorizer = Authorizer(
            settings,
            self.store,
            self.oauth,
            self._clock,
            total_s=self._limits.refresh_s,
            jitter=jitter,
            on_refresh=self.meter.count_refresh,
        )
        self._throttle = Throttle(
            folder / "budget", settings.realm_id, Budget.from_settings(settings), self._clock
        )
        self._jitter = jitter
        self._lock = ForkSafeLock()
        self._gate: Gate | None = None
        self._gate_made_by = 0

    @property
    @override
    def quickbooks(self) -> Gate:
        """python-quickbooks' client for its own objects; their calls pass the same gate."""
        with self._lock.own():
            if self._gate is None or self._gate_made_by != os.getpid():
                # After a fork the connections are the parent's: answers would be mixed up.
                self._gate_made_by = os.getpid()
                self._gate = Gate(
                    company_id=self.settings.realm_id,
                    minorversion=MINOR_VERSION,
                    use_decimal=True,
                    base_url=self.settings.api_url,
                    session=make_session(
                        self.settings.api_url, self.settings.max_concurrent_requests
                    ),
                    authorizer=self.authorizer,
                    throttle=self._throttle,
                    meter=self.meter,
                    clock=self._clock,
                    limits=self._limits,
                    jitter=self._jitter,
                )
            return self._gate

    def close(self) -> None:
        """Close files and connections; a later call opens them again."""
        self.usage_log.close()
        self._throttle.close()
        with self._lock.own():
            if self._gate is not None:
                self._gate.session.close()
                self._gate = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
