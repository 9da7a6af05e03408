"""The readings of facts that Intuit does not settle: one switch each, the hostile one first.

Names in brackets are the page or the programme of Intuit's that leaves the fact open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args, get_origin, get_type_hints

from quickbooks_emulator.problems import Problem

Value: TypeAlias = bool | str | int
MOST = 1_000_000_000
KINDS: dict[object, str] = {bool: "true or false", int: "a whole number", str: "a text"}


@dataclass(slots=True)
class Switches:
    """Every uncertain fact and the reading in force; defaults are the hostile readings."""

    stock_moves_touch_item: bool = False
    """Whether a stock movement raises the item's SyncToken and LastUpdatedTime ("Item")."""
    quantity_update: Literal["ignored", "refused"] = "ignored"
    """What QtyOnHand on an item update does: `ignored`, `refused` (6000, -10600) ("Item")."""
    inactive_item_stock: Literal["zeroed", "kept"] = "zeroed"
    """An item made inactive with stock: `zeroed` by an adjustment, or `kept` ("Item")."""
    cdc_inventory_adjustments: bool = False
    """Whether change data capture carries InventoryAdjustment ("Change data capture")."""
    cdc_old_since: Literal["partial", "fault"] = "partial"
    """A changedSince older than 30 days: `partial` (200, silently only 30 days) or `fault`."""
    cdc_cap: Literal["response", "entity"] = "response"
    """Whether the 1,000 objects are counted over the whole `response` or per `entity`."""
    cdc_time_activities: bool = False
    """Whether change data capture carries TimeActivity: its page says no, a release note yes."""
    cdc_false_tombstone: bool = False
    """Each group shows its first changed document as Deleted though it lives (.NET SDK, #189)."""
    batch_order: Literal["shuffled", "sent"] = "shuffled"
    """Items of a batch are carried out and answered `shuffled` or as `sent` ("Batch")."""
    batch_cap: Literal["response", "item"] = "response"
    """Whether the 1,000 objects of a batch's queries are counted over the `response` or per
    `item` ("Batch")."""
    batch_metering: Literal["item", "call"] = "item"
    """Whether a batch counts as one metered `call` or as one per `item` (Partner Program)."""
    send_is_metered: bool = True
    """Whether sending a document by e-mail counts as metered (Partner Program: not told)."""
    batch_breaks_after: int = 0
    """Items a batch carries out before the gateway gives up on it (504); 0: all of them."""
    old_refresh_token: Literal["dies", "grace"] = "dies"  # noqa: S105 - a reading
    """A rotated refresh token: `dies` at once, or has a `grace` of 24 hours ("OAuth 2.0")."""
    refresh_token_reuse: Literal["revokes", "refused"] = "revokes"  # noqa: S105 - a reading
    """Using a dead refresh token `revokes` its successor too, or is only `refused`."""
    rotate_always: bool = False
    """A new refresh token at every refresh; else only once the old one is a day old, as Intuit
    documents ("OAuth 2.0"): for tests that need many rotations."""
    refresh_life_s: int = 8_726_400
    """Life of a new refresh token: 101 days as recorded, or 8640000 ("OAuth 2.0")."""
    reconnect: Literal["replaces", "adds"] = "replaces"
    """Connecting a company again `replaces` the user's earlier consent, or `adds` one."""
    code_life_s: int = 60
    """Life of an authorisation code, which Intuit does not tell ("OAuth 2.0")."""
    code_reuse: Literal["revokes", "refused"] = "revokes"
    """A code used twice `revokes` the pair it gave, or is only `refused` ("OAuth 2.0")."""
    invalid_client_status: Literal[401, 400] = 401
    """Status of invalid_client at the token endpoint; 400 has been seen too."""
    invalid_grant_description: Literal["none", "short", "long"] = "none"
    """Words beside invalid_grant: `none`, `short` or `long`; all three have been seen."""
    requestid_replay: Literal["first_reply", "refused"] = "first_reply"
    """A repeated requestid: `first_reply` also for another body, or `refused` (600)."""
    requestid_replays_faults: bool = True
    """Whether a validation fault is remembered under its requestid too."""
    requestid_running: Literal["refused", "waits", "executed"] = "refused"
    """A repeated requestid while the first request still runs: `refused` (600), `waits` for its
    reply, or is `executed` too ("Error codes" 600)."""
    requestid_retention_s: int = 86400
    """How long a requestid is remembered."""
    query_bare_numbers: bool = False
    """Whether a number without quotes is a value; else 4000 ("Query operations and syntax")."""
    query_unordered: Literal["recorded", "creation"] = "recorded"
    """Rows without ORDERBY: as `recorded` (documents by last change, newest first; lists by
    name), or in the order of `creation` ("Query operations and syntax")."""
    query_over_1000: Literal["capped", "refused"] = "capped"
    """MAXRESULTS over 1000: `capped` in silence, or `refused` (4001)."""
    query_total_count: Literal["page", "whole", "absent"] = "page"
    """totalCount beside rows, of the entities that have it: rows of the `page`, of the `whole`
    answer, or `absent` (recorded answers do not tell the first two apart)."""
    query_uncertain_properties: bool = False
    """Whether properties filter and sort whose marks are not known, such as Vendor.Balance."""
    query_reference_value: bool = False
    """Whether `CustomerRef.value` filters as `CustomerRef` does; else 4001."""
    query_item_sku: bool = True
    """Whether Sku of Item filters: the page does not mark it, integrators find items by it."""
    query_bare_zone: Literal["company", "utc"] = "company"
    """The zone of a date and time without an offset: the `company`'s, or `utc` (not told)."""
    adjustment_query_has_lines: bool = False
    """Whether rows of a query over InventoryAdjustment carry their lines."""
    adjustment_queryable: bool = True
    """Whether InventoryAdjustment can be queried: its page shows reading by id alone, drivers and
    integrators query it, so without it no published client could find one."""
    adjustment_update_queryable: bool = False
    """Whether MetaData.LastUpdatedTime of InventoryAdjustment filters and sorts."""
    adjustment_lines: int = 100
    """The most lines an InventoryAdjustment may have; more are refused (6000)."""
    adjustment_whole_only: bool = False
    """Whether QtyDiff must be a whole number (6000); the documented type is decimal."""
    adjustment_note_hidden: bool = True
    """Whether PrivateNote of an InventoryAdjustment comes back empty, as in Intuit's sample."""
    adjustment_below_zero: Literal["refused", "allowed"] = "refused"
    """An adjustment that would leave less than nothing: `refused` (6000), or `allowed`, as sales
    are ("InventoryAdjustment" does not tell)."""
    adjustment_new_qty: Literal["refused", "absolute", "ignored"] = "refused"
    """NewQty of an adjustment's line, which only the schema has: `refused` (2010), taken as the
    `absolute` quantity, or `ignored` ("InventoryAdjustment")."""
    adjustment_repeated_item: Literal["refused", "summed"] = "refused"
    """An item on two lines of an adjustment: `refused` (6000) or `summed`."""
    adjustment_full_update: Literal["refused", "accepted"] = "refused"
    """An adjustment's update without sparse: the page requires it: `refused` (2020)."""
    adjustment_date_change: Literal["kept", "changed", "refused"] = "kept"
    """TxnDate on an adjustment's update: the old one is `kept` in silence, it is `changed`, or
    the update `refused` (6000); a page and an article of Intuit's disagree."""
    inventory_lock: Literal["refuses", "waits", "off"] = "refuses"
    """A write that moves stock while another one of the company is worked on: `refuses` (6000),
    `waits` for it, or `off`. It takes a latency or a delay to see it."""
    future_documents: Literal["counted", "when_due"] = "counted"
    """Whether QtyOnHand has documents of later dates at once, or from their day on ("Item")."""
    warn_duplicate_numbers: bool = True
    """The company's preference to refuse a document number that is taken (6140)."""
    throttle_body: Literal["xml", "lowercase", "json"] = "xml"
    """The shape of a 429: `xml` even to JSON callers, `lowercase` or `json` ("Throttling")."""
    throttle_status: Literal[429, 403] = 429
    """Status of a throttled reply; 403 until 2016."""
    throttled_calls_count: bool = True
    """Whether refused calls fill the windows too, so that hammering keeps one locked out."""
    limit_window: Literal["sliding", "fixed"] = "sliding"
    """Windows of the limits: `sliding`, or `fixed` to the clock's minutes and seconds."""
    builder_block: Literal["all", "metered"] = "all"
    """What is refused once the month's metered calls are used up: `all` calls of the app, which
    is shown as offline, or only `metered` ones (Partner Program)."""
    retry_after_s: int = 0
    """Seconds named in Retry-After of a 429; 0 sends no such header."""
    book_close_password: bool = False
    """Closed books protected by a password answer 6210, else 6200."""
    most_lines: int = 10_000
    """The most lines of a document ("API call limits"); more are refused (6000)."""
    most_linked: int = 10_000
    """The most transactions that a document may be linked to; more are refused (6000)."""
    most_taxed_lines: int = 750
    """The most lines of a document that automated sales tax works on; more are refused (6000)."""
    void_forms: Literal["documented", "either"] = "documented"
    """How a void is asked for: as `documented` (invoices by operation=void; payments, sales
    receipts and bill payments by operation=update, include=void and sparse), or `either` way. The
    published clients for Python and Node send the documented forms."""
    address_coordinates: Literal["dropped", "kept"] = "dropped"
    """Lat and Long of an address: `dropped` since August 2025 by the release notes, or `kept`, as
    answers recorded in May 2026 still show them."""
    adjustment_number: Literal["optional", "required"] = "optional"
    """DocNumber of an app's new InventoryAdjustment: `optional`, as the page's own sample request
    has none, or `required` (2020)."""
    inventory_feature: bool = True
    """Whether the plan has inventory; without it adjustments are refused (5020)."""
    unknown_address: Literal["fault", "system"] = "fault"
    """An address that there is not: `fault` (400, code 500), or `system` (500, code 10000)."""
    unknown_verb: Literal[500, 405] = 500
    """Status of PUT, PATCH or DELETE on an address that there is: `500` or `405`."""
    largest_body: int = 10_485_760
    """The most bytes of a request, uploads apart; more get 413, the size of which is not told."""
    webhook_window_s: int = 5
    """Seconds in which events are gathered into one body ("Webhooks": minutes at times)."""
    webhook_deadline_ms: int = 3000
    """Time in which a webhook must be answered with 200."""
    webhook_withholds: bool = True
    """Whether later events wait until the first delivery is acknowledged."""
    webhook_disorder: bool = True
    """Whether the events of a body come in another order than they happened in."""
    webhook_repeats_every: int = 0
    """Every n-th delivery comes twice; 0: none. Documented to happen, but no test could count."""
    webhook_loses_every: int = 0
    """Every n-th delivery never comes; 0: none. Documented to happen, but no test could wait."""
    webhook_inventory_adjustments: bool = False
    """Whether InventoryAdjustment gives events: it is not in Intuit's list."""
    webhook_item_quantities: bool = False
    """Whether an item gives an Update when only its quantity moved."""
    duplicate_name_detail: Literal["sentence", "null"] = "sentence"
    """How 6240 puts a person's taken name: a `sentence`, or `null`; both have been recorded."""
    unbalanced_journal_code: Literal["2300", "6000"] = "2300"
    """A journal entry whose sides differ: `2300`, or `6000` as a business rule ("Error codes")."""
    vendor_term_on_create: Literal["ignored", "stored"] = "ignored"
    """TermRef of a new vendor: `ignored` as integrators report, or `stored` ("Vendor")."""
    automated_tax_override: Literal["ignored", "kept"] = "ignored"
    """TotalTax sent under automated sales tax: `ignored`, or `kept` ("Invoice")."""
    feature_off: Literal["refused", "ignored"] = "refused"
    """A class or location where none are tracked: `refused` (5030), or `ignored` ("Invoice")."""
    inactive_with_balance: Literal["refused", "allowed"] = "refused"
    """Making a name or account with a balance inactive: `refused` (6220), or `allowed`."""
    item_type: Literal["required", "optional"] = "required"
    """Type of a new item: an app that names none is refused (2020), or gets a service ("Item")."""
    item_expense_account: Literal["optional", "required"] = "optional"
    """ExpenseAccountRef of what is sold without stock: the page requires it, the service was
    recorded in 2026 to take a service without ("Item")."""
    sales_receipt_customer: Literal["optional", "required"] = "optional"
    """CustomerRef of a sales receipt: the page requires it, receipts without were recorded
    ("SalesReceipt")."""
    sparse_demands_references: bool = True
    """Whether sparse updates of Bill, Purchase and Payment must name their references and total
    again, else 2020 (their pages, sparse update)."""
    adjustment_date: Literal["required", "today"] = "required"
    """An adjustment of an app without TxnDate: refused (2020), or of `today`; the page says both
    ("InventoryAdjustment")."""
    subscription_ended: bool = False
    """Whether the company's subscription is over: apps' writes are refused (6190)."""
    latency_ms: int = 0
    """Time each API call takes."""

    def change(self, wanted: dict[str, Value]) -> None:
        """Set switches by name. Raises Problem 2010 for an unknown name or reading."""
        hints = get_type_hints(type(self))
        for name, value in wanted.items():
            if name not in hints:
                raise Problem("2010", f"No switch {name}. Known: {', '.join(hints)}", name)
            complaint = _complaint(hints[name], value)
            if complaint:
                raise Problem("2010", f"Switch {name}: {complaint} is expected", name)
        for name, value in wanted.items():
            setattr(self, name, value)


def _complaint(hint: object, value: Value) -> str:
    """What is expected in place of `value`, or nothing when it will do."""
    if get_origin(hint) is Literal:
        readings = get_args(hint)
        return "" if value in readings else f"one of {', '.join(map(str, readings))}"
    if type(value) is not hint:
        return KINDS[hint]
    if hint is int and not 0 <= int(value) <= MOST:
        return f"a number from 0 to {MOST}"
    return ""
