"""What QuickBooks checks and works out when an object is written."""
