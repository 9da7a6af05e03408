"""Whether two readers and a writer, each a process, use a company's limits and never pass them.

    script/bench budget [--seconds 121] [--latency-ms 0]

The emulator counts strictly: sliding windows, refused calls too. What is allowed is the most that
any client could be let through in the time: 10 a second until 500 in a minute are reached.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.emulator import REALM_ID, served
from tests.client.test_budget_processes import WORKER, allowed

PER_MINUTE, PER_SECOND = 500, 10
ROLES = (("reader", 4), ("reader", 4), ("writer", 2))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="script/bench budget")
    parser.add_argument("--seconds", type=float, default=121.0)
    parser.add_argument("--latency-ms", type=int, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="qbs-") as folder, served("--seed", "empty") as server:
        control, _, _ = server
        limits = {"per_minute": PER_MINUTE, "per_second": PER_SECOND, "concurrent": 10}
        control.control("POST", "limits", {"enabled": True, **limits})
        control.control("POST", "switches", {"latency_ms": options.latency_ms})
        settings = {
            "environment": "emulator",
            "api_url": control.url,
            "discovery_url": f"{control.url}/.well-known/openid_configuration",
            "client_id": "emulator-client-id",
            "client_secret": "emulator-client-secret",
            "realm_id": REALM_ID,
            "refresh_token": control.control("POST", "tokens/issue", {})["refresh_token"],
            "token_store": str(Path(folder) / "tokens.json"),
        }
        until = time.monotonic() + options.seconds + 1.5
        calls = run(settings, until)
        refused = sum(call["status"] == 429 for call in control.control("GET", "calls"))
    began = min(sent for sent, _, _ in calls)
    for seconds in (10, 20, 30, 60, 90, 120):
        if began + seconds <= until:
            done = sum(ended <= began + seconds and not problem for _, ended, problem in calls)
            most = allowed(seconds, PER_MINUTE, PER_SECOND)
            print(f"first {seconds:3} s: {done:4} calls of {most:4} allowed, {done / most:.1%}")
    print(f"refused: {refused}")


def run(settings: dict[str, str], until: float) -> list[tuple[float, float, str]]:
    """All calls of the processes: sent, answered, problem."""
    processes = [
        subprocess.Popen(
            [
                sys.executable,
                WORKER,
                json.dumps(
                    {"settings": settings, "role": role, "threads": threads, "until": until}
                ),
            ],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for role, threads in ROLES
    ]
    said = [process.communicate()[0] for process in processes]
    return [tuple(json.loads(line)) for text in said for line in text.splitlines()]


if __name__ == "__main__":
    main()
