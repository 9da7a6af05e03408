"""Pages for people: templates in which everything that was stored or sent is escaped."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from quickbooks_emulator.messages import Reply

if TYPE_CHECKING:
    from quickbooks_emulator.json_text import Json

HTML_TYPE = "text/html;charset=UTF-8"
GUARDS = {
    "Cache-Control": "no-store",
    # Styles stand in the page; nothing else is loaded or run, and no other page may frame it.
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # A form's own origin is to be seen here, and nothing elsewhere.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("quickbooks_emulator.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def page(status: int, template: str, **values: Json) -> Reply:
    """The reply that shows a template filled with these values."""
    text = _templates().get_template(template).render(values)
    return Reply(status, text.encode(errors="replace"), HTML_TYPE, dict(GUARDS))
