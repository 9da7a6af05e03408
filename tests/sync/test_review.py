"""`quickbooks-sync review`: each verb's baseline, and what it refuses."""

from __future__ import annotations

import datetime as dt
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from quickbooks_client.push.ledger import Ledger

from .conftest import REALM_ID

if TYPE_CHECKING:
    from .conftest import Warehouse


@pytest.fixture
def differing(began: Warehouse, run: Any) -> Warehouse:
    """SKU A with baseline (10, 10); since then the platform rose by 3 and QuickBooks fell by 2."""
    began.both("A", 10)
    run("snapshot")
    began.decision("a", "adopt", platform_quantity=10, qbo_quantity=10)
    run("plan")
    run("snapshot")
    began.decision(
        "a", "conflict", platform_quantity=13, qbo_quantity=8, platform_residual=3,
        qbo_residual=-2, variance_quantity=-5,
    )  # fmt: skip
    return began


@pytest.mark.parametrize(
    ("verb", "baseline"),
    [
        ("accept", (2, Decimal(13), Decimal(8), "accept")),
        ("keep_platform", (2, Decimal(8), Decimal(8), "keep_platform")),
        ("keep-qbo", (2, Decimal(13), Decimal(13), "keep_qbo")),
        ("release", (2, Decimal(10), Decimal(10), "release")),
        ("acknowledge", (2, Decimal(10), Decimal(10), "acknowledge")),
        ("note", (1, Decimal(10), Decimal(10), "adopt")),
    ],
)
def test_each_verb_writes_its_baseline(
    differing: Warehouse, run: Any, verb: str, baseline: tuple[Any, ...]
) -> None:
    """
    With a baseline (P₀, Q₀): accept (P₀ + rP, Q₀ + rQ), keep_platform (P₀ + rQ, Q₀ + rQ),
    keep_qbo (P₀ + rP, Q₀ + rP); every action a new version, also with the same figures.
    """
    outcome = run("review", verb, " a ", "--note", "counted", "--actor", "Ada")

    assert (0, "") == (outcome.status, outcome.err)
    assert baseline == differing.baseline("a")
    assert [(verb.replace("-", "_"), "a", baseline[0], "Ada", "counted")] == differing.sql(
        "select verb, sku_key, base_version, actor, note from sync.reviews"
    )
    assert [(1,)] == differing.sql("select distinct snapshot_id from sync.baselines")


@pytest.mark.parametrize(
    ("verb", "quantities"),
    [
        ("accept", (Decimal(13), Decimal(8))),
        ("keep_platform", (Decimal(8), Decimal(8))),
        ("keep_qbo", (Decimal(13), Decimal(13))),
    ],
)
def test_without_a_baseline_the_figures_read_are_the_base(
    began: Warehouse, run: Any, verb: str, quantities: tuple[Decimal, Decimal]
) -> None:
    """
    Accept (P, s, Q, b), keep_platform (P + d, s, Q, b), keep_qbo (P, s, Q - d, b).
    """
    began.both("A", 10)
    run("snapshot")
    began.decision(
        "a", "first_difference", platform_quantity=13, qbo_quantity=8, variance_quantity=-5
    )

    outcome = run("review", verb, "A", "--actor", "Ada")

    assert (0, "") == (outcome.status, outcome.err)
    assert (1, *quantities, verb) == began.baseline("a")
    assert [(1, "2026-11-01 10:00:00+00")] == began.sql(
        "select snapshot_id, qbo_read_at::text from sync.baselines"
    )


@pytest.mark.parametrize("verb", ["accept", "keep_platform", "keep_qbo"])
@pytest.mark.parametrize(
    "obstacle", ["unknown_outcome", "younger_than_documents", "document_changed"]
)
def test_what_is_not_known_for_sure_makes_no_baseline(
    differing: Warehouse, run: Any, verb: str, obstacle: str
) -> None:
    """
    Our adjustment of -5 is in QuickBooks, its answer unknown: the residual of -5 is our own write.
    A baseline of it would count the write once more when the answer comes.
    """
    differing.decision(
        "a", "not_decided", platform_quantity=10, qbo_quantity=5, platform_residual=0,
        qbo_residual=-5, reason=f"it stands at {obstacle}",
    )  # fmt: skip

    outcome = run("review", verb, "A", "--actor", "Ada")

    assert 1 == outcome.status
    assert f"Nothing can be decided about a now, because it stands at {obstacle}" in outcome.err
    assert (1, Decimal(10), Decimal(10), "adopt") == differing.baseline("a")
    assert [(0,)] == differing.sql("select count(*) from sync.reviews")


def test_figures_that_name_no_decision_make_no_baseline(differing: Warehouse) -> None:
    """
    Whoever calls the function says what was seen; residuals alone do not tell that they hold.
    """
    with pytest.raises(psycopg2.Error, match="Nothing can be decided about a now"):
        differing.sql(
            "select sync.review('accept', 'sku', 'a', 'Ada', null, %s, 1)",
            '{"platform_residual": 0, "qbo_residual": -5}',
        )

    assert (1, Decimal(10), Decimal(10), "adopt") == differing.baseline("a")


def test_exact_figures_reach_the_baseline(began: Warehouse, run: Any) -> None:
    """
    No figure passes through a float on its way.
    """
    began.both("A", 10)
    run("snapshot")
    began.decision(
        "a", "first_difference", platform_quantity="12345678901234567.100001", qbo_quantity=0,
        variance_quantity="-12345678901234567.100001",
    )  # fmt: skip

    run("review", "keep_qbo", "A", "--actor", "Ada")

    exact = Decimal("12345678901234567.100001")
    assert (1, exact, exact, "keep_qbo") == began.baseline("a")


def test_figures_that_moved_in_the_meantime_are_not_decided_on(
    differing: Warehouse, run: Any
) -> None:
    """
    The second decision rests on a version that the first has replaced.
    """
    run("review", "accept", "A", "--actor", "Ada")

    outcome = run("review", "keep_qbo", "A", "--actor", "Bob")

    assert 1 == outcome.status
    assert "The figures of a have changed" in outcome.err
    assert (2, Decimal(13), Decimal(8), "accept") == differing.baseline("a")
    assert [(1,)] == differing.sql("select count(*) from sync.reviews")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("release", "A"), "A release needs a note"),
        (("accept", "unknown"), "No SKU unknown is known"),
        (("retry", "order:17"), "order:17 is not refused (it is not sent yet)"),
        (("cancel", "adjustment:nothing"), "There is no command nothing."),
        (("release", "snapshot:1", "--note", "x"), "There is no refused snapshot 1."),
        (("release", "run", "--note", "x"), "No SKU is held for the size of the run."),
        (("restore", "document:d9"), "Nobody has changed document d9"),
        (("retry", "A"), "A sku cannot be decided by retry."),
        (("accept",), "Say what to accept"),
    ],
)
def test_what_cannot_be_decided_is_said_in_a_sentence(
    differing: Warehouse, run: Any, arguments: tuple[str, ...], sentence: str
) -> None:
    """
    One sentence, exit status 1, nothing written.
    """
    outcome = run("review", *arguments)

    assert 1 == outcome.status
    assert sentence in outcome.err
    assert 1 == len(outcome.err.splitlines())
    assert [(0,)] == differing.sql("select count(*) from sync.reviews")


def ledger_row(warehouse: Warehouse, key: str, status: str) -> None:
    warehouse.sql(
        "insert into sync.documents (document_id, realm_id, qbo_type, body, status) "
        "values ('d1', %s, 'SalesReceipt', '{}', 'rejected')",
        REALM_ID,
    )
    warehouse.sql(
        "insert into sync.ledger_rows (realm_id, idempotency_key, stream, input, input_hash, "
        "status, document_id, attempts, created_at, updated_at) "
        "values (%s, %s, 'sales_receipts', '{}', 'h', %s, 'd1', 1, now(), now())",
        REALM_ID,
        key,
        status,
    )
    warehouse.sql(
        "insert into sync.document_lines (document_id, line_number, idempotency_key, sku, "
        "quantity, stock_effect, amount) values ('d1', 1, %s, 'A', 1, -1, 5)",
        key,
    )


LEDGER = "select status, input_hash from sync.ledger_rows where idempotency_key = %s"


@pytest.mark.parametrize(
    ("verb", "row"),
    [
        ("retry", ("rejected", None)),
        ("acknowledge", ("rejected", "h")),
        ("cancel", ("cancelled", "h")),
    ],
)
def test_a_refused_row_is_retried_acknowledged_or_cancelled(
    differing: Warehouse, run: Any, verb: str, row: tuple[Any, ...]
) -> None:
    """
    The ledger row changes with the decision, and the SKUs it moves get a new version.
    """
    ledger_row(differing, "order:17", "rejected")

    outcome = run("review", verb, "order:17", "--actor", "Ada")

    assert (0, "") == (outcome.status, outcome.err)
    assert [row] == differing.sql(LEDGER, "order:17")
    assert (2, Decimal(10), Decimal(10), verb) == differing.baseline("a")


def test_a_posted_row_cannot_be_cancelled(differing: Warehouse, run: Any) -> None:
    """
    What is in QuickBooks stays there.
    """
    ledger_row(differing, "order:17", "posted")

    outcome = run("review", "cancel", "order:17")

    assert "order:17 is in QuickBooks already" in outcome.err
    assert [("posted", "h")] == differing.sql(LEDGER, "order:17")


def test_a_sale_never_sent_is_cancelled_for_good(differing: Warehouse, run: Any) -> None:
    """
    The ledger knows its key from then on, so that no outbox offers it again.
    """
    differing.effect("order:18", "a", -1)

    outcome = run("review", "cancel", "order:18", "--note", "test order")

    assert 0 == outcome.status
    assert [("cancelled", None)] == differing.sql(LEDGER, "order:18")
    assert (2, Decimal(10), Decimal(10), "cancel") == differing.baseline("a")


def command(warehouse: Warehouse, side: str, quantity: int) -> None:
    warehouse.sql(
        "insert into sync.inventory_commands (command_id, realm_id, sku_key, side, quantity_delta, "
        "snapshot_id, base_version, planned_at) values ('c1', %s, 'a', %s, %s, 2, 1, now())",
        REALM_ID,
        side,
        quantity,
    )
    if side == "platform":
        warehouse.sql(
            "insert into platform.inventory_updates (update_id, sku, quantity_delta, rejected_at, "
            "note) values ('c1', 'A', %s, now(), 'no such shelf')",
            quantity,
        )


@pytest.mark.parametrize(
    ("side", "baseline"),
    [("quickbooks", (2, Decimal(14), Decimal(10))), ("platform", (2, Decimal(10), Decimal(14)))],
)
def test_a_cancelled_command_comes_back_as_a_residual(
    differing: Warehouse, run: Any, side: str, baseline: tuple[Any, ...]
) -> None:
    """
    Baseline P₀ - x of a command of x to QuickBooks, Q₀ - y of one of y to the platform.
    """
    command(differing, side, -4)

    outcome = run("review", "cancel", "c1", "--actor", "Ada")
    again = run("review", "cancel", "c1", "--actor", "Ada")

    assert (0, "") == (outcome.status, outcome.err)
    assert (*baseline, "cancel") == differing.baseline("a")
    assert "cancelled already" in again.err


def test_a_command_the_platform_refused_is_offered_again(differing: Warehouse, run: Any) -> None:
    """
    Its row is open once more; until then the list shows it.
    """
    command(differing, "platform", -4)
    listed = run("review", "list", "--json").json()

    run("review", "retry", "c1")

    assert {"subject_type": "command", "subject_id": "c1", "state": "rejected",
            "reason": "by the platform: no such shelf"} in listed  # fmt: skip
    assert [(None,)] == differing.sql("select rejected_at from platform.inventory_updates")


@pytest.mark.parametrize("verb", ["acknowledge", "cancel"])
@pytest.mark.parametrize("subject", ["order:17", "adjustment:c1"])
def test_a_push_under_way_is_not_overtaken(
    differing: Warehouse, run: Any, verb: str, subject: str
) -> None:
    """
    The push may have read the row already: nothing is decided until it has ended.
    """
    command(differing, "quickbooks", -4)
    ledger_row(differing, subject, "rejected")
    push = Ledger.open(
        differing.url, REALM_ID, now=lambda: dt.datetime.now(dt.UTC), sleep=lambda _: None
    )
    with closing(push):
        during = run("review", verb, subject, "--actor", "Ada")

    after = run("review", verb, subject, "--actor", "Ada")

    assert (1, 0) == (during.status, after.status)
    assert "A push is under way: try again in a minute." in during.err
    assert (2, verb) == (differing.baseline("a") or ())[::3]


@pytest.mark.parametrize(
    ("verb", "baseline"),
    [("restore", (2, Decimal(7), Decimal(10))), ("forward", (2, Decimal(10), Decimal(13)))],
)
def test_an_edit_of_our_document_is_restored_or_forwarded(
    differing: Warehouse, run: Any, verb: str, baseline: tuple[Any, ...]
) -> None:
    """
    Edit e: restore writes P₀ + e, so that -e goes to QuickBooks; forward Q₀ - e. Each edit once.
    """
    ledger_row(differing, "order:17", "posted")
    differing.sql("insert into sync.document_edits values ('d1', 'a', -3, now(), 2)")

    run("review", verb, "document:d1")
    run("review", verb, "document:d1")

    assert (*baseline, verb) == differing.baseline("a")


def test_a_run_held_for_its_size_is_released_sku_by_sku(differing: Warehouse, run: Any) -> None:
    """
    Every SKU held for the run's size is released with the figures seen; others stay held.
    """
    differing.decision("a", "held", platform_residual=3, hold_reason="max_run_skus")
    differing.decision("b", "held", platform_residual=900, hold_reason="max_line_units")

    outcome = run("review", "release", "run", "--note", "stock take", "--actor", "Ada")

    assert (0, "") == (outcome.status, outcome.err)
    assert [("sku", "a", 2, "3"), ("run", "latest", None, None)] == differing.sql(
        "select subject_type, subject_id, base_version, "
        "trim_scale((figures ->> 'platform_residual')::numeric)::text "
        "from sync.reviews order by review_id"
    )


def test_what_waits_is_listed_and_shown(differing: Warehouse, run: Any) -> None:
    """
    The list names the subject to decide on; show gives its figures and history.
    """
    ledger_row(differing, "order:17", "rejected")

    listed = run("review", "list")
    shown = run("review", "show", "A")
    row = run("review", "show", "order:17", "--json").json()

    assert "order:17" in listed.out
    assert "conflict" in listed.out
    assert "platform_residual" in shown.out
    assert "adopt" in shown.out
    assert "rejected" == row["ledger"][0]["status"]
