"""Singer tap for QuickBooks Online: every record, every change, every deletion."""
