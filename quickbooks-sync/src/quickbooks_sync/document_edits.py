"""What people changed in documents that we posted, found by comparing them with the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_sync.live_views import POSITIONS

if TYPE_CHECKING:
    from psycopg2.extensions import cursor as Cursor  # noqa: N812

    from quickbooks_sync.company import Company

# (type of document, raw table, sign of a sold or given-back unit's effect on stock)
SALES = (
    ("SalesReceipt", "sales_receipts", -1),
    ("Invoice", "invoices", -1),
    ("RefundReceipt", "refund_receipts", 1),
    ("CreditMemo", "credit_memos", 1),
)

ADJUSTMENTS = ("InventoryAdjustment", "inventory_adjustments")

RAW = "\nunion all\n".join(
    f"""
    select '{kind}' as qbo_type, {sign} as sign, id, sync_token, is_deleted, last_updated_at,
        read_at, document
    from quickbooks.{table}
    where realm_id = %(realm_id)s
    """
    for kind, table, sign in (*SALES, (*ADJUSTMENTS, 1))
)

# A document whose SyncToken is the one we got is as we posted it; one without lines (change data
# capture and queries may leave those of adjustments out) tells nothing unless it is deleted. A
# voided document keeps its lines but moves nothing. Only items that track stock count, and
# whatever the ledger says we moved.
APPEND = f"""
    with raw as ({RAW}),
    touched as (
        select d.document_id, raw.*,
            raw.is_deleted
                or coalesce(raw.document ->> 'PrivateNote', '') ~* '^voided'
                    and coalesce((raw.document ->> 'TotalAmt')::numeric, 0) = 0 as moves_nothing
        from sync.documents as d
        inner join raw on d.qbo_type = raw.qbo_type and d.qbo_id = raw.id
        where d.realm_id = %(realm_id)s
            and d.status in ('posted', 'undone')
            and (raw.is_deleted or raw.sync_token is distinct from d.sync_token)
            and (raw.is_deleted or jsonb_typeof(raw.document -> 'Line') = 'array')
    ),
    -- Lines of a group (bundle) lie one level deeper.
    lines as (
        select t.document_id, t.sign, line
        from touched as t
        cross join lateral jsonb_array_elements(t.document -> 'Line') as line
        where not t.moves_nothing
        union all
        select t.document_id, t.sign, part
        from touched as t
        cross join lateral jsonb_array_elements(t.document -> 'Line') as line
        cross join lateral jsonb_array_elements(
            case jsonb_typeof(line #> '{{GroupLineDetail,Line}}')
                when 'array' then line #> '{{GroupLineDetail,Line}}' else '[]'
            end
        ) as part
        where not t.moves_nothing
    ),
    shown as (
        select document_id, item_id, sum(quantity) as quantity
        from (
            select l.document_id,
                coalesce(
                    l.line #>> '{{SalesItemLineDetail,ItemRef,value}}',
                    l.line #>> '{{ItemAdjustmentLineDetail,ItemRef,value}}'
                ) as item_id,
                l.sign * coalesce(
                    (l.line #>> '{{SalesItemLineDetail,Qty}}')::numeric,
                    (l.line #>> '{{ItemAdjustmentLineDetail,QtyDiff}}')::numeric,
                    0
                ) as quantity
            from lines as l
        ) as item_lines
        where item_id is not null
        group by document_id, item_id
    ),
    told as (
        select l.document_id, l.item_id, max(l.sku) as sku, sum(l.stock_effect) as quantity
        from sync.document_lines as l
        inner join touched as t on l.document_id = t.document_id
        where l.item_id is not null
        group by l.document_id, l.item_id
    ),
    stocked as (
        select item_id, max(sku_key) as sku_key
        from {POSITIONS}
        where side = 'quickbooks' and realm_id = %(realm_id)s
        group by item_id
    ),
    differing as (
        select document_id,
            coalesce(p.sku_key, sync.sku_key(t.sku), 'qbo:' || item_id) as sku_key,
            sum(coalesce(s.quantity, 0) - coalesce(t.quantity, 0)) as quantity
        from shown as s
        full join told as t using (document_id, item_id)
        left join stocked as p using (item_id)
        where p.item_id is not null or coalesce(t.quantity, 0) <> 0
        group by 1, 2
    ),
    recorded as (
        select document_id, sku_key, sum(quantity) as quantity
        from sync.document_edits
        group by document_id, sku_key
    )
    insert into sync.document_edits (document_id, sku_key, quantity, effective_at, snapshot_id)
    select d.document_id, d.sku_key, d.quantity - coalesce(r.quantity, 0),
        -- Where QuickBooks gives a date only, or nothing, the reading is the first sure time.
        case
            when coalesce(t.document #>> '{{MetaData,LastUpdatedTime}}', 'T') like '%%T%%'
                then coalesce(t.last_updated_at, t.read_at, now())
            else coalesce(t.read_at, now())
        end,
        %(snapshot_id)s
    from differing as d
    inner join touched as t on d.document_id = t.document_id
    left join recorded as r on d.document_id = r.document_id and d.sku_key = r.sku_key
    where d.quantity <> coalesce(r.quantity, 0)
"""


def append_document_edits(cursor: Cursor, company: Company, snapshot_id: int) -> int:
    """Records what every edited, voided or deleted document of ours differs by now; how many."""
    cursor.execute(APPEND, {"realm_id": company.realm_id, "snapshot_id": snapshot_id})
    return cursor.rowcount
