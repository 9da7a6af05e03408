"""The books behind the documents: FIFO layers, double-entry postings, balances of accounts."""
