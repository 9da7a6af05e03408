"""Files attached to documents: upload, temporary links, and the bytes behind them."""
