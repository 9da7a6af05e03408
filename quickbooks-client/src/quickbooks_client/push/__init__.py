"""Posting to QuickBooks exactly once: documents, the ledger of what was sent, and the pusher."""
