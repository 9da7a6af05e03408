"""A local QuickBooks Online: an independent witness that real clients can use.

Built from what Intuit documents and what its API has been seen to answer. It shares no
code with the other parts of this project, so that a misunderstanding on one side shows up
on the other.
"""

from __future__ import annotations

__version__ = "0.1.0"
