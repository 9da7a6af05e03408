"""Money that moves between accounts: payment, deposit, transfer, journal entry.

Source: Intuit, the reference page of each; "Error codes" (620, 2020, 2290, 2300, 6000, 6440);
recorded answers of May 2026 (LineEx of a payment, TotalAmt 0 of a journal entry).
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quickbooks_emulator import settlement
from quickbooks_emulator.json_text import JsonObject, add, subtract
from quickbooks_emulator.problems import Problem, business, missing
from quickbooks_emulator.rules.buying import name_values
from quickbooks_emulator.rules.lines import CENT, to_cents, total
from quickbooks_emulator.rules.links import UNDEPOSITED_FUNDS, check_deposited
from quickbooks_emulator.rules.shape import reference

if TYPE_CHECKING:
    from quickbooks_emulator.rules.circumstances import Circumstances
    from quickbooks_emulator.store import Company


def payment(
    company: Company, body: JsonObject, _old: JsonObject | None, _around: Circumstances
) -> None:
    """What a payment applies, and what it leaves unapplied. Raises Problem."""
    _refuse_negative(body["Line"])
    settlement.check(company, "Payment", body)
    body["UnappliedAmt"] = subtract(body["TotalAmt"], settlement.applied(company, body))
    if body["TotalAmt"]:
        body.setdefault("DepositToAccountRef", {"value": UNDEPOSITED_FUNDS})
    body.setdefault("ProcessPayment", False)
    for line in body["Line"]:
        line.pop("Id", None)
        line.pop("LineNum", None)
        for link in line.get("LinkedTxn") or []:
            link.pop("TxnLineId", None)
        _explain(company, line)


def _explain(company: Company, line: JsonObject) -> None:
    """What the service says of the document a line pays: id, open balance before, number."""
    links = line.get("LinkedTxn") or []
    target = (
        company.body(links[0]["TxnType"], links[0]["TxnId"])
        if links and (links[0]["TxnType"] in company.tables)
        else None
    )
    if target is None:
        return
    open_before = to_cents(Decimal(target.get("Balance", 0)))
    pairs = [("txnId", target["Id"]), ("txnOpenBalance", f"{open_before:f}")]
    if target.get("DocNumber"):
        pairs.append(("txnReferenceNumber", target["DocNumber"]))
    line["LineEx"] = name_values(pairs)


def _refuse_negative(lines: list[JsonObject]) -> None:
    for line in lines:
        if line.get("Amount") is None:
            raise missing("Line.Amount")
        if line["Amount"] < 0:
            raise Problem("2290", f"Negative amount on a line: {line['Amount']}", "Amount")


def _round(line: JsonObject) -> None:
    """Bring an amount with parts of a cent to cents."""
    amount = Decimal(line.get("Amount") or 0)
    if amount != to_cents(amount):
        line["Amount"] = to_cents(amount)


def journal_entry(
    _company: Company, body: JsonObject, _old: JsonObject | None, around: Circumstances
) -> None:
    """Debits and credits are the same. Raises Problem 2020, 2290, 2300 or 6000."""
    sums = {"Debit": Decimal(0), "Credit": Decimal(0)}
    for line in body["Line"]:
        if line["DetailType"] == "DescriptionOnly":
            continue
        detail = line["JournalEntryLineDetail"]
        side = detail.get("PostingType")
        if side is None:
            raise missing("Line.JournalEntryLineDetail.PostingType")
        if reference(detail, "AccountRef") is None:
            raise missing("Line.JournalEntryLineDetail.AccountRef")
        _round(line)
        sums[side] = add(sums[side], line.get("Amount") or 0)
    _refuse_negative([line for line in body["Line"] if line["DetailType"] != "DescriptionOnly"])
    if sums["Debit"] != sums["Credit"]:
        if around.switches.unbalanced_journal_code == "6000":
            raise business("Transaction is not in balance: debits and credits must be equal.")
        raise Problem("2300", "The debits and credits of the journal entry differ", "")
    body["TotalAmt"] = 0
    body.setdefault("Adjustment", False)
    body["TxnTaxDetail"] = {}


def deposit(
    company: Company, body: JsonObject, _old: JsonObject | None, _around: Circumstances
) -> None:
    """Money brought to a bank, less what is taken out at once. Raises Problem."""
    for line in body["Line"]:
        if line.get("Amount") is None:
            raise missing("Line.Amount")
        _round(line)
        if line.get("LinkedTxn"):
            line.pop("DetailType", None)
            for link in line["LinkedTxn"]:
                link.setdefault("TxnLineId", "0")
        elif reference(line["DepositLineDetail"], "AccountRef") is None:
            raise Problem("6440", "A line needs an account", "AccountRef")
    check_deposited(company, body)
    back = (body.get("CashBack") or {}).get("Amount") or 0
    body["TotalAmt"] = subtract(total(body["Line"]), back)
    if body["TotalAmt"] < 0:
        raise business("Transaction amount must be 0 or greater.")
    body["TxnTaxDetail"] = {}


def transfer(
    _company: Company, body: JsonObject, _old: JsonObject | None, _around: Circumstances
) -> None:
    """Money moved between two accounts. Raises Problem 6000."""
    if Decimal(body["Amount"]) < CENT:
        raise business("You must set a transaction amount")
    if reference(body, "FromAccountRef") == reference(body, "ToAccountRef"):
        raise business("The accounts of a transfer must be two.")
    body.pop("Line", None)
    body.pop("TotalAmt", None)
