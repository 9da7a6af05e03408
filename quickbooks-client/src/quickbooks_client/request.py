"""One call to the Accounting API: what it is, costs and may be told again."""

from __future__ import annotations

import dataclasses
import functools
import re
from typing import TYPE_CHECKING

from quickbooks_client.answer import Wanted
from quickbooks_client.calls import Call, describe
from quickbooks_client.retry import Terms

if TYPE_CHECKING:
    from collections.abc import Mapping

_FROM = re.compile(rb"\bfrom\s+(\w+)", re.IGNORECASE)


@dataclasses.dataclass(frozen=True)
class Request:
    """One call to the Accounting API, before its token."""

    method: str
    path: str
    """What follows the company's id: `query`, `invoice/12`."""
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes | None = None
    is_id_known: bool = True
    """Whether the caller knows the requestid it has."""

    def counted_as(self, *, is_repeat: bool) -> Call:
        """Return what is counted for sending it."""
        return describe(self.method, self.path, self.body, is_repeat=is_repeat)

    @property
    def is_write(self) -> bool:
        """Whether it may change something in QuickBooks."""
        return self.method != "GET" and self.path != "query"

    @property
    def wanted(self) -> Wanted:
        """What its reply is to be."""
        accepted = self.headers.get("Accept", "")
        if "application/pdf" in accepted:
            return Wanted.PDF
        return Wanted.JSON if "application/json" in accepted else Wanted.ANYTHING

    @functools.cached_property
    def attempted(self) -> str:
        """What it does, in words, without anything from the record."""
        name, _, rest = self.path.partition("?")[0].partition("/")
        if name == "query":
            found = _FROM.search(self.body or b"")
            return f"query {found[1].decode()}" if found else "query"
        if name == "cdc":
            return f"read changes of {self.params.get('entities', '')[:200]}"
        if self.method == "GET":
            return f"read {name} {rest}".rstrip()
        if rest.endswith("/send"):
            return f"send {name}"
        operation = self.params.get("operation")
        return f"{operation or 'write'} {name}"

    def terms(self, total_s: float) -> Terms:
        """Return what it is as far as it matters for sending it again."""
        return Terms(
            self.attempted,
            is_write=self.is_write,
            has_request_id=bool(self.params.get("requestid")),
            is_id_known=self.is_id_known,
            wanted=self.wanted,
            total_s=total_s,
        )
