"""Every call is counted, by class, stream and outcome, and none twice or never."""

from __future__ import annotations

import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from quickbooks.batch import batch_create
from quickbooks.objects import Customer, Invoice, Item

from quickbooks_client import (
    BudgetSpentError,
    Client,
    ConfigurationError,
    NotFoundError,
    RejectedError,
    ServerError,
    Settings,
    StoreBusyError,
)
from quickbooks_client.calls import Call, CallClass, Outcome
from quickbooks_client.usage_log import UsageLog
from tests.client.commands import start
from tests.client.fakes import START, FakeClock

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator

COUNT = "SELECT COUNT(*) FROM Item"
ADA = {"DisplayName": "Ada"}
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
MULTIPART = {"Content-Type": "multipart/form-data; boundary=b", "Accept": "application/json"}
FILE = (
    '--b\r\nContent-Disposition: form-data; name="file_metadata_01"\r\n'
    "Content-Type: application/json\r\n\r\n"
    '{"FileName": "a.txt", "ContentType": "text/plain"}\r\n'
    '--b\r\nContent-Disposition: form-data; name="file_content_01"; filename="a.txt"\r\n'
    "Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"
)


def usage_file(connection: dict[str, Any]) -> Path:
    """Where calls are written down."""
    return Path(connection["token_store"]).with_name("usage.sqlite3")


def sums(client: Client, clock: FakeClock, by: Callable[[Any], Any]) -> dict[Any, int]:
    """Calls to the Accounting API that were written down, grouped."""
    found: dict[Any, int] = {}
    until = clock.now() + timedelta(days=1)
    for line in client.usage_log.lines(LONG_AGO, until, clock.now()):
        if line.call.call_class is not CallClass.AUTH:
            found[by(line)] = found.get(by(line), 0) + line.calls
    return found


def invoice(emulator: Emulator) -> str:
    """The id of an invoice."""
    customer = emulator.create("Customer", {"DisplayName": "Grace"})
    item = emulator.create(
        "Item", {"Name": "Hour", "Type": "Service", "IncomeAccountRef": {"value": "79"}}
    )
    line = {
        "Amount": 5,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}},
    }
    body = {
        "CustomerRef": {"value": customer["Id"]},
        "Line": [line],
        "BillEmail": {"Address": "grace@example.com"},
    }
    return str(emulator.create("Invoice", body)["Id"])


def every_kind(emulator: Emulator, client: Client) -> dict[str, Callable[[], object]]:
    """One call of every kind, by the word it is counted under and what it is."""
    gate = client.quickbooks
    accept = {"Accept": "application/json"}
    sent = invoice(emulator)

    def ask(method: str, path: str, body: str = "", **headers: str) -> object:
        return gate.process_request(
            method, f"{gate.company_url}{path}", headers={**accept, **headers}, data=body
        )

    def upload() -> str:
        url = f"{gate.company_url}upload"
        reply = gate.process_request("POST", url, headers=MULTIPART, data=FILE)
        return str(reply.json()["AttachableResponse"][0]["Attachable"]["Id"])

    def token() -> str:
        return str(client.read("Invoice", sent).entity["SyncToken"])

    attachment = upload()
    tax = {
        "TaxCode": "County",
        "TaxRateDetails": [
            {"TaxRateName": "County 5", "RateValue": "5", "TaxAgencyId": "1",
             "TaxApplicableOn": "Sales"}
        ],
    }  # fmt: skip
    as_json = {"Content-Type": "application/json"}
    return {
        "read": lambda: client.read("Invoice", sent),
        "read: preferences": lambda: client.read("Preferences"),
        "read: companyinfo": lambda: client.read("CompanyInfo", client.settings.realm_id),
        "query": lambda: client.query(COUNT),
        "query: GET": lambda: ask("GET", f"query?query={COUNT.replace(' ', '%20')}"),
        "query: python-quickbooks": lambda: Customer.filter(DisplayName="Grace", qb=gate),
        "changes": lambda: client.changes(["Item"], datetime.now(UTC) - timedelta(hours=1)),
        "report": lambda: ask("GET", "reports/BalanceSheet"),
        "PDF": lambda: ask("GET", f"invoice/{sent}/pdf", Accept="application/pdf"),
        "PDF: python-quickbooks": lambda: Invoice.get(int(sent), qb=gate).download_pdf(gate),
        "send": lambda: ask(
            "POST", f"invoice/{sent}/send", **{"Content-Type": "application/octet-stream"}
        ),
        "upload": upload,
        "download": lambda: ask("GET", f"download/{attachment}", Accept="text/plain"),
        "exchange rate": lambda: ask("GET", "exchangerate?sourcecurrencycode=USD"),
        "write: tax service": lambda: ask(
            "POST", "taxservice/taxcode", json.dumps(tax), **as_json
        ),
        "write": lambda: client.create("Customer", ADA, request_id="r-1"),
        "write: python-quickbooks": lambda: Customer.get(1, qb=gate).save(qb=gate),
        "write: delete": lambda: gate.delete_object(
            "Invoice", json.dumps({"Id": sent, "SyncToken": token()})
        ),
        "batch": lambda: batch_create(
            [Item.from_json({"Name": name, "Type": "Service", "IncomeAccountRef": {"value": "79"}})
             for name in ("One", "Two", "Three")],
            qb=gate,
        ),
    }  # fmt: skip


def test_every_kind_of_call_is_counted_as_intuit_counts_it(
    emulator: Emulator, client: Client, clock: FakeClock
) -> None:
    """
    One by one: what it is called, whether it is metered, and for how much.
    """
    kinds = every_kind(emulator, client)
    several = {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}
    emulator.update("Preferences", {"Id": "1", "CurrencyPrefs": several})
    for name, call in kinds.items():
        before, seen_before = client.meter.snapshot(), emulator.usage()
        call()
        after, seen = client.meter.snapshot(), emulator.usage()

        ours = (name, after.metered - before.metered, after.free - before.free)
        theirs = [seen[one] - seen_before[one] for one in ("metered", "free")]
        assert (name, *theirs) == ours

    counted = sums(client, clock, lambda line: line.call.kind)
    assert {name.partition(":")[0] for name in kinds} == counted.keys()
    assert emulator.usage()["metered"] == client.usage_log.metered_in_month(clock.now())


def test_every_outcome_is_counted(emulator: Emulator, client: Client, clock: FakeClock) -> None:
    """
    Throttled, failed, lost and answered, fault inside 200 included; failed ones cost nothing.
    """
    client.query(COUNT)
    emulator.throttle(1)
    client.query(COUNT)
    emulator.fail(do={"kind": "status", "status": 503}, times=1, path="query")
    client.query(COUNT)
    emulator.fail(do={"kind": "reset"}, times=1, path="query")
    client.query(COUNT)
    with pytest.raises(NotFoundError):
        client.read("Customer", "999999")
    emulator.fail(do={"kind": "fault", "status": 200, "code": "6000"}, times=1, path="query")
    with pytest.raises(RejectedError):
        client.query(COUNT)

    usage = client.meter.snapshot()
    assert (9, 1, 2, 1, 3) == (
        usage.requests, usage.throttled, usage.failed, usage.lost, usage.retried
    )  # fmt: skip
    assert {
        Outcome.ANSWERED: 5,
        Outcome.THROTTLED: 1,
        Outcome.FAILED: 2,
        Outcome.LOST: 1,
    } == sums(client, clock, lambda line: line.call.outcome)
    # The lost one may have been counted: it is, here.
    assert 6 == usage.metered == client.usage_log.metered_in_month(clock.now())


def test_calls_are_written_down_under_their_stream(
    client: Client, make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    Under the innermost; another process reads them.
    """
    with client.meter.scope("sync"):
        client.query(COUNT)
        with client.meter.scope("items"):
            client.query(COUNT)
            client.query(COUNT)
    client.query(COUNT)

    assert {"sync": 1, "items": 2, "": 1} == sums(make_client(), clock, lambda line: line.stream)


def test_a_write_goes_on_when_the_budget_is_spent(
    emulator: Emulator, make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    Reads stop, and the error says until when; nothing of them is sent.
    """
    client = make_client(monthly_read_budget=1)
    client.query(COUNT)

    with pytest.raises(BudgetSpentError, match=r"until 2026-04-01 00:00 UTC") as caught:
        client.query(COUNT)
    client.create("Customer", ADA, request_id="r-1")

    assert "monthly_read_budget" in str(caught.value)
    assert 1 == emulator.usage()["metered"]
    assert 1 == client.usage_log.metered_in_month(clock.now())


def test_a_failed_read_gives_its_place_in_the_budget_back(
    emulator: Emulator, make_client: Callable[..., Client]
) -> None:
    """
    Intuit counts answered calls only.
    """
    client = make_client(monthly_read_budget=2)
    for _ in range(3):
        with pytest.raises(NotFoundError):
            client.read("Customer", "999999")
    client.query(COUNT)
    emulator.throttle(1)
    client.query(COUNT)

    with pytest.raises(BudgetSpentError):
        client.query(COUNT)


def test_a_batch_that_is_more_than_what_is_left_is_not_sent(
    emulator: Emulator, make_client: Callable[..., Client]
) -> None:
    """
    It may count for each of its items.
    """
    client = make_client(monthly_read_budget=3)
    client.query(COUNT)
    queries = [{"bId": str(number), "Query": COUNT} for number in range(3)]
    body = json.dumps({"BatchItemRequest": queries})

    with pytest.raises(BudgetSpentError):
        client.quickbooks.process_request(
            "POST", f"{client.quickbooks.company_url}batch", headers={}, data=body
        )

    assert 1 == emulator.usage()["metered"]


def test_a_machine_keeps_to_its_share_of_the_budget(make_client: Callable[..., Client]) -> None:
    """
    Machines count apart, so each has its share.
    """
    client = make_client(monthly_read_budget=5, budget_share=0.5)
    client.query(COUNT)
    client.query(COUNT)

    with pytest.raises(BudgetSpentError, match="This machine's 2 metered calls"):
        client.query(COUNT)


def test_the_budget_is_of_all_companies_of_an_environment(
    emulator: Emulator, make_client: Callable[..., Client]
) -> None:
    """
    As Intuit counts: over the workspace.
    """
    other = emulator.add_company("4711")
    for realm_id in (other, emulator.realm_id):
        client = make_client(
            realm_id=realm_id, refresh_token=emulator.consent(realm_id), monthly_read_budget=2
        )
        client.query(COUNT)

    with pytest.raises(BudgetSpentError):
        client.query(COUNT)


def test_the_warning_comes_once_a_month(
    make_client: Callable[..., Client], clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    """
    At four fifths; again in the next month.
    """
    client = make_client(monthly_read_budget=5)
    for _ in range(5):
        client.query(COUNT)
    assert 1 == caplog.text.count("monthly_read_budget")

    clock.advance(31 * 86_400)
    for _ in range(5):
        client.query(COUNT)

    assert 2 == caplog.text.count("4 of the month's 5 metered calls")


def test_a_clock_that_is_set_back_loses_no_count(
    connection: dict[str, Any], make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    Calls count in the month that the clock shows, whichever it is.
    """
    client = make_client()
    client.query(COUNT)
    earlier = FakeClock(START - timedelta(days=40))
    late = Client(Settings.from_mapping(connection), earlier)
    late.query(COUNT)

    assert {"2026-01-23": 1, "2026-03-04": 1} == sums(client, clock, lambda line: line.day)
    assert 1 == client.usage_log.metered_in_month(clock.now())
    late.close()


def test_old_calls_live_on_as_the_sums_of_their_day(
    make_client: Callable[..., Client], clock: FakeClock
) -> None:
    """
    After a month; the months' own sums and everything else stay as they were.
    """
    client = make_client()
    with client.meter.scope("items"):
        client.query(COUNT)
        client.query(COUNT)
    client.close()
    clock.advance(40 * 86_400)
    for _ in range(2):
        client.query(COUNT)
        client.close()

    assert {("2026-03-04", "items"): 2, ("2026-04-13", ""): 2} == sums(
        client, clock, lambda line: (line.day, line.stream)
    )
    assert 2 == client.usage_log.metered_in_month(START)


READ_UNTIL_SPENT = """
import json, sys
from quickbooks_client import BudgetSpentError, Client, ServerError, Settings
from quickbooks_client.clock import SystemClock
from quickbooks_client.transport import CallLimits
client = Client(Settings.from_mapping(json.loads(sys.argv[1])), limits=CallLimits(total_s=0))
while True:
    try:
        client.query("SELECT COUNT(*) FROM Item")
    except ServerError:
        pass
    except BudgetSpentError:
        break
"""


def test_eight_processes_at_the_edge_of_the_budget_make_not_one_call_too_many(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    Nor one too few, though some of the calls fail and count nothing.
    """
    emulator.fail(
        do={"kind": "status", "status": 503}, times=None, probability=0.2, seed=1, path="query"
    )
    wide = {"requests_per_minute": 100_000, "requests_per_second": 100_000}
    given = json.dumps({**connection, **wide, "monthly_read_budget": 60})

    processes = [start(READ_UNTIL_SPENT, given, folder=tmp_path) for _ in range(8)]
    ended = [(process.communicate(), process.returncode) for process in processes]

    assert [0] * 8 == [code for _, code in ended], ended
    assert 60 == emulator.usage()["metered"]
    assert emulator.usage()["calls"] > 60


RESERVE_UNTIL_SPENT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from quickbooks_client import BudgetSpentError
from quickbooks_client.calls import Call, CallClass, Outcome
from quickbooks_client.usage_log import UsageLog
log = UsageLog(Path(sys.argv[1]), "production", sys.argv[2])
now = datetime(2026, 3, 4, tzinfo=UTC)
log.metered_in_month(now)
print("ready", flush=True)
sys.stdin.readline()
reserved = 0
while True:
    try:
        entry = log.begin(Call(CallClass.METERED, Outcome.LOST), "items", now, 1500)
    except BudgetSpentError:
        break
    reserved += 1
    if reserved % 10 == 0:
        log.finish(entry, Call(CallClass.METERED, Outcome.FAILED), now)
print(reserved - reserved // 10)
"""


def test_eight_processes_at_once_reserve_the_budget_exactly(tmp_path: Path) -> None:
    """
    Of several companies, with some of it given back.
    """
    path = str(tmp_path / "usage.sqlite3")
    processes = [
        start(RESERVE_UNTIL_SPENT, path, str(number), folder=tmp_path) for number in range(8)
    ]
    for process in processes:
        assert process.stdout is not None
        assert "ready\n" == process.stdout.readline()

    told = [process.communicate() for process in _all_told(processes)]

    assert 1500 == sum(int(said) for said, _ in told), told


def _all_told(processes: list[subprocess.Popen[str]]) -> list[subprocess.Popen[str]]:
    """The processes, all of which have been told to go."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return processes


FORKED = """
import json, os, sys
from pathlib import Path
from quickbooks_client import Client, Settings
client = Client(Settings.from_mapping(json.loads(sys.argv[1])))
client.query("SELECT COUNT(*) FROM Item")
child = os.fork()
for _ in range(10):
    client.query("SELECT COUNT(*) FROM Item")
if child:
    assert os.waitpid(child, 0)[1] == 0
elif (files := Path("/proc/self/fd")).is_dir():
    opened = [file for file in files.iterdir() if os.path.realpath(file).endswith(".sqlite3")]
    assert len(opened) == 2, "the parent's file and its own"
client.close()
"""


def test_a_forked_process_opens_the_file_itself(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    SQLite forbids what was opened before a fork; nothing is lost on either side.
    """
    process = start(FORKED, json.dumps(connection), folder=tmp_path)

    assert (0, "") == (process.wait(), process.communicate()[1])
    with sqlite3.connect(usage_file(connection)) as file:
        assert [("ok",)] == file.execute("pragma integrity_check").fetchall()
        assert [(21,)] == file.execute("select metered from months").fetchall()
    file.close()
    assert 21 == emulator.usage()["metered"]


KILLED = """
import json, sys
from quickbooks_client import Client, Settings
client = Client(Settings.from_mapping(json.loads(sys.argv[1])))
client.query("SELECT COUNT(*) FROM Item")
print("sent", flush=True)
client.query("SELECT COUNT(*) FROM Customer")
"""


def test_a_killed_process_leaves_the_call_it_had_sent_counted(
    emulator: Emulator, connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    As lost: QuickBooks may have answered it.
    """
    emulator.fail(do={"kind": "delay", "seconds": 30}, query="Customer", times=None)
    process = start(KILLED, json.dumps(connection), folder=tmp_path)
    assert process.stdout is not None
    assert "sent\n" == process.stdout.readline()
    log = UsageLog(tmp_path / "store" / "usage.sqlite3", "emulator", emulator.realm_id)
    now = datetime.now(UTC)
    while not emulator.calls(entity="Customer"):
        assert process.poll() is None

    process.kill()
    process.communicate()

    emulator.clear_faults()
    lines = log.lines(LONG_AGO, now + timedelta(days=1), now)
    found = {line.call.outcome: line.calls for line in lines if line.call.kind == "query"}
    assert {Outcome.ANSWERED: 1, Outcome.LOST: 1} == found
    assert 2 == log.metered_in_month(now)
    log.close()


def test_a_file_that_cannot_be_used_stops_the_call_before_it_is_sent(
    emulator: Emulator, connection: dict[str, Any], client: Client
) -> None:
    """
    The words name the file and what to do with it.
    """
    client.query(COUNT)
    client.close()
    path = usage_file(connection)
    path.write_bytes(b"no database " * 1000)
    emulator.clear_calls()

    with pytest.raises(ConfigurationError, match=r"usage\.sqlite3 .*move the file away"):
        client.create("Customer", ADA, request_id="r-1")

    assert [] == emulator.calls()


def test_a_file_of_a_later_version_is_left_alone(
    emulator: Emulator, connection: dict[str, Any], client: Client
) -> None:
    """
    Its counts may mean something else.
    """
    client.query(COUNT)
    client.close()
    with sqlite3.connect(usage_file(connection)) as file:
        file.execute("pragma user_version = 99")
    file.close()

    with pytest.raises(ConfigurationError, match="later version"):
        client.query(COUNT)


def test_a_file_that_another_process_holds_is_named(connection: dict[str, Any]) -> None:
    """
    The call may be made later.
    """
    path = usage_file(connection)
    log = UsageLog(path, "emulator", "1", busy_s=0.01)
    assert 0 == log.metered_in_month(START)
    with sqlite3.connect(path) as file:
        file.execute("begin immediate")

        with pytest.raises(StoreBusyError, match=r"usage\.sqlite3"):
            log.begin(Call(CallClass.FREE, Outcome.LOST), "", START)
    file.close()
    log.close()


def test_a_write_is_neither_lost_nor_doubled_because_its_outcome_cannot_be_counted(
    emulator: Emulator,
    connection: dict[str, Any],
    client: Client,
    clock: FakeClock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """
    It was answered: the caller gets the answer, and the log a warning.
    """
    client.query(COUNT)
    emulator.fail(do={"kind": "delay", "seconds": 0.5}, entity="Customer")
    with ThreadPoolExecutor() as pool:
        creating = pool.submit(client.create, "Customer", ADA, request_id="r-1")
        while not emulator.calls(entity="Customer"):
            assert not creating.done()
        with sqlite3.connect(usage_file(connection)) as file:
            file.execute("alter table calls rename to gone")
        file.close()

        assert "Ada" == creating.result().entity["DisplayName"]

    assert 1 == len(emulator.entities("Customer"))
    assert 1 == client.meter.snapshot().free
    assert "counted as lost" in caplog.text


def test_a_file_of_the_first_form_is_taken_over(
    connection: dict[str, Any], client: Client, clock: FakeClock
) -> None:
    """
    With its calls and its months.
    """
    path = usage_file(connection)
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as file:
        file.executescript(
            """
            create table calls (called_at real not null, realm_id text not null,
                environment text not null, call_class text not null, outcome text not null,
                scope text not null, is_repeat integer not null);
            create index calls_called_at on calls (called_at);
            create table months (month text not null, realm_id text not null,
                environment text not null, metered integer not null, free integer not null,
                throttled integer not null, primary key (month, environment, realm_id));
            """
        )
        row = (START.timestamp(), client.settings.realm_id, "emulator", "metered", "answered")
        file.execute("insert into calls values (?, ?, ?, ?, ?, 'items', 0)", row)
        month = ("2026-03", client.settings.realm_id, "emulator")
        file.execute("insert into months values (?, ?, ?, 41, 0, 0)", month)
    file.close()

    client.query(COUNT)

    assert 42 == client.usage_log.metered_in_month(clock.now())
    assert {"items": 1, "": 1} == sums(client, clock, lambda line: line.stream)


def test_a_server_error_is_no_metered_call(emulator: Emulator, client: Client) -> None:
    """
    Four tries, none counted.
    """
    emulator.fail(do={"kind": "status", "status": 500}, times=4, path="query")

    with pytest.raises(ServerError):
        client.query(COUNT)

    assert (4, 0, 3) == (
        client.meter.snapshot().requests,
        client.meter.snapshot().metered,
        client.meter.snapshot().retried,
    )
