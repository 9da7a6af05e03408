"""A process that calls QuickBooks as often as it may: a reader like the tap, or a writer.

Run with one JSON argument: `settings`, `role`, `threads`, `until` (of the machine's clock). On
standard output stands one line for each call, when it has been answered: when it was sent and
answered by the machine's clock, and the error's name if there was one.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
import time
import uuid

from typing_extensions import override

from quickbooks_client import Client, QuickBooksError, Settings
from quickbooks_client.clock import SystemClock


class ImpatientClock(SystemClock):
    """The machine's clock; whoever waits longer than the run lasts, ends it."""

    def __init__(self, until: float) -> None:
        self._until = until

    @override
    def sleep(self, seconds: float) -> None:
        if self.monotonic() + seconds > self._until + 0.5:
            raise SystemExit
        super().sleep(seconds)


def main() -> None:
    """Call until the time is over."""
    wanted = json.loads(sys.argv[1])
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    until = wanted["until"]
    client = Client(Settings.from_mapping(wanted["settings"]), ImpatientClock(until))

    def call() -> None:
        if wanted["role"] == "writer":
            name = uuid.uuid4().hex
            client.create("Customer", {"DisplayName": name}, request_id=name)
        else:
            client.query("SELECT COUNT(*) FROM Item")

    def work() -> None:
        while time.monotonic() < until:
            sent, problem = time.monotonic(), ""
            try:
                call()
            except QuickBooksError as error:
                problem = type(error).__name__
            # At once and whole, whatever other threads write and whenever we are killed.
            os.write(1, f"{json.dumps([sent, time.monotonic(), problem])}\n".encode())

    threads = [threading.Thread(target=work) for _ in range(wanted["threads"])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
