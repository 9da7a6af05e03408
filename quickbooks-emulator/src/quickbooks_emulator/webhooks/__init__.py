"""Webhooks: what changed in a company is told to the addresses that asked for it."""
