"""What stands between an installation and its first sync, one line each for a person."""

from __future__ import annotations

from quickbooks_client.doctor.examination import examine
from quickbooks_client.doctor.findings import Finding, Verdict, is_healthy

__all__ = ["Finding", "Verdict", "examine", "is_healthy"]
