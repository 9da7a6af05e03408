"""The operator's side of the sync: warehouse tables, leases, snapshots, plans, reviews."""
