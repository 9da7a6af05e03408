"""The command `quickbooks-emulator`."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import sqlite3
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from quickbooks_emulator import seeds
from quickbooks_emulator.persistence import File
from quickbooks_emulator.server import Server, start
from quickbooks_emulator.service import Service

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_PORT = 8321


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_serve(options))
    except (OSError, sqlite3.Error, ValueError) as error:
        sys.stderr.write(f"quickbooks-emulator: {error}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="quickbooks-emulator",
        description="A local QuickBooks Online that real clients can use.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    serve = commands.add_parser("serve", help="serve until SIGTERM or SIGINT")
    serve.add_argument("--host", default="127.0.0.1")
    serve.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes any free port")
    serve.add_argument("--data", type=Path, help="keep everything in this file")
    serve.add_argument("--seed", choices=seeds.NAMES, default="demo", help="for a new company")
    serve.add_argument("--port-file", type=Path, help="write the port to this file when ready")
    return parser


async def _serve(options: argparse.Namespace) -> int:
    file = File(options.data) if options.data else None
    try:
        service = Service.open(file, options.seed)
        server = Server(service)
        runner, port = await start(server, options.host, options.port)
        ended = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, ended.set)
        if options.port_file:
            _write_port(options.port_file, port)
        sys.stdout.write(f"QuickBooks emulator listening on http://{options.host}:{port}\n")
        sys.stdout.flush()
        await ended.wait()
        await server.stop(runner)
    finally:
        if file is not None:
            file.close()
    return 0


def _write_port(path: Path, port: int) -> None:
    """Write the port so that a reader never sees half of it."""
    partial = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    partial.write_text(f"{port}\n")
    partial.replace(path)
