"""The command `quickbooks-emulator`."""

from __future__ import annotations

import argparse
import asyncio
import errno
import gc
import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from quickbooks_emulator import seeds
from quickbooks_emulator.guarding import is_loopback
from quickbooks_emulator.persistence import File, FileError
from quickbooks_emulator.problems import Problem
from quickbooks_emulator.server import Server, start
from quickbooks_emulator.service import Service

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aiohttp import web

DEFAULT_PORT = 8321
HIGHEST_PORT = 65_535
DESCRIPTION = "A local QuickBooks Online (Accounting API v3) that unmodified clients can use."
EPILOG = f"""\
seeds:
  demo        the US sample company "Craig's Design and Landscaping Services" and a garden shop
  empty       accounts, terms, payment methods, tax codes and preferences, nothing else
  generated   a company of any size, the same each time for the same options:
              {seeds.FORM}

Clients use http://HOST:PORT as the address of the API; what else they need is at / and at
/_emulator/seed. Listen on loopback only: the control plane asks nobody who they are.
"""


class UsageError(Exception):
    """The command cannot be carried out as given; the message says why in one sentence."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns the exit status: 0, 1 for a failure, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        return asyncio.run(_serve(options))
    except (UsageError, FileError, OSError) as error:
        sys.stderr.write(f"quickbooks-emulator: {error}\n")
        return 1
    except Problem as problem:
        sys.stderr.write(f"quickbooks-emulator: {problem.detail}\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="quickbooks-emulator", description=DESCRIPTION)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    serve = commands.add_parser(
        "serve",
        help="serve until SIGTERM or SIGINT",
        description=f"{DESCRIPTION} It runs until SIGTERM or SIGINT.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument(
        "--port", type=_port, default=DEFAULT_PORT, help="%(default)s; 0 takes any free port"
    )
    serve.add_argument(
        "--data", type=Path, metavar="FILE", help="keep everything in this SQLite file"
    )
    serve.add_argument(
        "--seed",
        type=_seed,
        metavar="SEED",
        help="what a new company holds (demo); a FILE that has a company keeps its own",
    )
    serve.add_argument(
        "--port-file", type=Path, metavar="FILE", help="write the port to this file when ready"
    )
    return parser


def _port(text: str) -> int:
    number = int(text) if text.isascii() and text.isdecimal() else -1
    if not 0 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port (0 to {HIGHEST_PORT})")
    return number


def _seed(text: str) -> str:
    try:
        seeds.check(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


async def _serve(options: argparse.Namespace) -> int:
    file = File(options.data) if options.data else None
    failures: list[str] = []
    ended = asyncio.Event()

    def failed(sentence: str) -> None:
        failures.append(sentence)
        ended.set()

    try:
        service = Service.open(file, options.seed or "demo")
        if file is not None:
            file.on_failure(failed)
            if options.seed and options.seed != service.seed:
                sys.stderr.write(
                    f"quickbooks-emulator: {options.data} goes on with its own company, "
                    f"seeded with {service.seed}; --seed {options.seed} is not used\n"
                )
        # What is there stays: the collector need not look through a large company again and again.
        gc.collect()
        gc.freeze()
        server = Server(service)
        runner, port = await _listening(server, options)
        if not is_loopback(options.host):
            sys.stderr.write(
                f"quickbooks-emulator: whoever reaches {options.host}:{port} may do everything: "
                "the control plane asks nobody who they are\n"
            )
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
    for sentence in failures[:1]:
        sys.stderr.write(f"quickbooks-emulator: {sentence}; stopped\n")
    return 1 if failures else 0


async def _listening(server: Server, options: argparse.Namespace) -> tuple[web.AppRunner, int]:
    """The running server and its port. Raises UsageError."""
    try:
        return await start(server, options.host, options.port)
    except OSError as error:
        where = f"{options.host}:{options.port}"
        if error.errno == errno.EADDRINUSE:
            raise UsageError(f"{where} is taken; --port 0 takes any free port") from error
        if error.errno == errno.EACCES:
            raise UsageError(f"{where} may not be used; choose a port above 1023") from error
        raise UsageError(f"cannot listen on {where}: {error.strerror or error}") from error


def _write_port(path: Path, port: int) -> None:
    """Write the port so that a reader never sees half of it."""
    partial = path.with_suffix(f"{path.suffix}.{os.getpid()}")
    partial.write_text(f"{port}\n")
    partial.replace(path)
