"""Singer target for QuickBooks Online: sales and inventory adjustments, exactly once."""
