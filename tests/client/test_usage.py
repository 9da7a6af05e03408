"""`quickbooks usage`: what was called and what of it Intuit counts, for people and programs."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from quickbooks_client import Client, NotFoundError, Settings
from quickbooks_client.meter import projected
from tests.client.commands import run
from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

COUNT = "SELECT COUNT(*) FROM Item"
MARCH = ("--month", "2026-03")


def usage(*arguments: str, folder: Path, variables: dict[str, Any]) -> dict[str, Any]:
    """The command's JSON."""
    done = run("usage", "--json", *arguments, folder=folder, variables=variables)
    assert 0 == done.returncode, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def a_busy_day(emulator: Emulator, client: Client) -> None:
    """Four metered calls, a free one, a throttled, a failed and a lost one."""
    with client.meter.scope("items"):
        client.query(COUNT)
        client.query(COUNT)
        emulator.throttle(1)
        client.query(COUNT)
    with client.meter.scope("invoices"):
        with pytest.raises(NotFoundError):
            client.read("Invoice", "999999")
        emulator.fail(do={"kind": "reset"}, times=1, path="query")
        client.query(COUNT)
    client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")


def test_a_month_by_stream_kind_and_day(
    emulator: Emulator, client: Client, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    As programs read it.
    """
    a_busy_day(emulator, client)
    client.close()

    found = usage(*MARCH, folder=tmp_path, variables={**connection, "monthly_read_budget": 100})

    def figures(group: dict[str, Any]) -> tuple[Any, ...]:
        names = ("requests", "metered", "free", "throttled", "failed", "lost", "retried")
        return tuple(group[name] for name in names)

    assert (8, 5, 1, 1, 1, 1, 2) == figures(found)
    assert 1 == found["refreshed"]
    assert {"month": "2026-03", "metered": 5, "projected": None} == found["month"]
    assert 100 == found["budget"]
    assert {
        "": (1, 0, 1, 0, 0, 0, 0),
        "invoices": (3, 2, 0, 0, 1, 1, 1),
        "items": (4, 3, 0, 1, 0, 0, 1),
    } == {group["stream"]: figures(group) for group in found["by_stream"]}
    assert {"query": 6, "read": 1, "token": 0, "write": 1} == {
        group["kind"]: group["requests"] for group in found["by_kind"]
    }
    assert [("2026-03-04", 8)] == [(day["day"], day["requests"]) for day in found["by_day"]]


def test_a_month_as_a_person_reads_it(
    emulator: Emulator, client: Client, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    The budget and its share first, then tables whose columns stand under each other.
    """
    a_busy_day(emulator, client)
    client.close()

    done = run(
        "usage", *MARCH, folder=tmp_path, variables={**connection, "monthly_read_budget": 20}
    )

    assert 0 == done.returncode, done.stderr
    said = done.stdout
    assert "Metered calls of 2026-03, all companies: 5 of 20 (25 %)\n" in said
    assert f"Company {emulator.realm_id} (emulator), 2026-03-01 00:00 to 2026-04-01 00:00" in said
    assert "Intuit counts calls in production only" in said
    assert re.search(
        r"^stream +calls +metered +free +throttled +failed +lost +repeated\n"
        r"\(no stream\) +1 +0 +1 +0 +0 +0 +0\n"
        r"invoices +3 +2 +0 +0 +1 +1 +1\n"
        r"items +4 +3 +0 +1 +0 +0 +1\n"
        r"all +8 +5 +1 +1 +1 +1 +2$",
        said,
        re.MULTILINE,
    )
    blocks = said.split("\n\n")[1:4]
    assert [1, 1, 1] == [len({len(line) for line in block.splitlines()}) for block in blocks]
    assert "Access token refreshed: 1." in said


def test_what_other_processes_called_since_a_moment(
    connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    The keys that the run's summary reads, and only the calls since.
    """
    clock = FakeClock(datetime.now(UTC) - timedelta(minutes=5))
    client = Client(Settings.from_mapping(connection), clock)
    client.query(COUNT)
    clock.advance(60)
    since = clock.now().isoformat()
    client.query(COUNT)
    client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    late = usage("--since", since, folder=tmp_path, variables=connection)

    names = ("requests", "metered", "free", "throttled", "retried", "refreshed", "budget")
    assert [2, 1, 1, 0, 0, 0, None] == [late[name] for name in names]
    assert late["month"]["metered"] >= 1
    client.close()


def test_the_pace_of_the_month_is_projected(
    make_client: Callable[..., Client], connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    Once a day of it is over, of this month only; all companies together.
    """
    now = datetime.now(UTC)
    first = FakeClock(now.replace(day=1, hour=0, minute=0, second=0, microsecond=0))
    client = Client(Settings.from_mapping(connection), first)
    for _ in range(10):
        client.query(COUNT)
    client.close()

    month = usage(folder=tmp_path, variables=connection)["month"]

    assert (f"{now:%Y-%m}", 10) == (month["month"], month["metered"])
    if now.day == 1:
        assert month["projected"] is None
    else:
        assert 10 <= month["projected"] <= 310
    assert None is usage(*MARCH, folder=tmp_path, variables=connection)["month"]["projected"]


def test_only_this_companys_calls_are_listed_but_all_are_in_the_months_sum(
    emulator: Emulator,
    make_client: Callable[..., Client],
    connection: dict[str, Any],
    tmp_path: Path,
) -> None:
    """
    Intuit counts over all companies.
    """
    other = emulator.add_company("4711")
    for realm_id in (other, other, emulator.realm_id):
        client = make_client(realm_id=realm_id, refresh_token=emulator.consent(realm_id))
        client.query(COUNT)
        client.close()

    found = usage(*MARCH, folder=tmp_path, variables=connection)

    assert (1, 3) == (found["metered"], found["month"]["metered"])


def test_a_machines_share_is_what_is_shown(
    client: Client, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    The budget it stops at, not that of all machines.
    """
    client.query(COUNT)
    client.close()
    shares = {"monthly_read_budget": 10, "budget_share": 0.5}

    done = run("usage", *MARCH, folder=tmp_path, variables={**connection, **shares})

    assert "all companies: 1 of 5 (20 %)" in done.stdout


def test_before_any_call_there_is_nothing(connection: dict[str, Any], tmp_path: Path) -> None:
    """
    No error either.
    """
    done = run("usage", folder=tmp_path, variables=connection)

    assert 0 == done.returncode, done.stderr
    assert re.search(r"^all +0 +0 +0 +0 +0 +0 +0$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--since", "yesterday"), "no ISO time"),
        (("--month", "2026-13"), "no month such as"),
        (("--month", "2026-03", "--since", "2026-03-01"), "not allowed with"),
    ],
)
def test_a_wrong_argument_is_refused(
    connection: dict[str, Any], tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    """
    As every one: usage, and exit status 2.
    """
    done = run("usage", *arguments, folder=tmp_path, variables=connection)

    assert 2 == done.returncode
    assert said in done.stderr


def test_a_damaged_file_is_named(
    client: Client, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    One sentence, exit status 1.
    """
    client.query(COUNT)
    client.close()
    (tmp_path / "store" / "usage.sqlite3").write_bytes(b"no database " * 1000)

    done = run("usage", folder=tmp_path, variables=connection)

    assert 1 == done.returncode
    assert 1 == len(done.stderr.splitlines())
    assert "usage.sqlite3" in done.stderr
    assert "move the file away" in done.stderr


def test_the_first_day_of_a_month_tells_no_pace() -> None:
    """
    An hour of it would make any month look busy.
    """
    day_s, month_s = 86_400, 30 * 86_400

    assert projected(100, day_s - 1, month_s) is None
    assert 3000 == projected(100, day_s, month_s)
