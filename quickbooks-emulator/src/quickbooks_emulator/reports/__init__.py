"""Reports, worked out from the books: they agree with balances and quantities by construction."""
