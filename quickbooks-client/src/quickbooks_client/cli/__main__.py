"""`python -m quickbooks_client.cli`."""

from __future__ import annotations

import sys

from quickbooks_client.cli.main import main

sys.exit(main())
