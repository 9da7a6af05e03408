"""The page that a browser shows when the sign-in is over.

It holds nothing of the redirect, loads nothing, and takes the code out of the address bar.
"""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from typing import NamedTuple

_STYLE = """
:root { color-scheme: light dark; --page: #f4f5f7; --card: #fff; --text: #1c2430; --soft: #5b6675;
  --line: #dfe3e8; --yes: #15803d; --no: #b42318; --wait: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --page: #12161c; --card: #1b2129; --text: #e7ebf0;
  --soft: #a3adba; --line: #303844; --yes: #4ade80; --no: #f97066; --wait: #fbbf24; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem;
  background: var(--page); color: var(--text);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; }
main { width: 100%; max-width: 30rem; padding: 2rem 1.9rem; background: var(--card);
  border: 1px solid var(--line); border-top: 4px solid var(--tone); border-radius: 12px; }
main.yes { --tone: var(--yes); } main.no { --tone: var(--no); } main.wait { --tone: var(--wait); }
.mark { width: 2.75rem; height: 2.75rem; margin-bottom: 1rem; color: var(--tone); display: block; }
h1 { font-size: 1.4rem; line-height: 1.25; margin: 0 0 .6rem; }
code { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: .93em; }
p { margin: 0 0 .7rem; overflow-wrap: anywhere; } p:last-child { margin: 0; color: var(--soft); }
"""
_SCRIPT = "history.replaceState(null, '', location.pathname)"
_MARKS = {
    "yes": '<circle cx="12" cy="12" r="10"/><path d="m7.5 12.4 3 3 6-6.4"/>',
    "no": '<circle cx="12" cy="12" r="10"/><path d="m8.5 8.5 7 7m0-7-7 7"/>',
    "wait": '<circle cx="12" cy="12" r="10"/><path d="M12 7v6m0 3.5v.1"/>',
}


class Page(NamedTuple):
    """One page: its status, and its words as plain text."""

    status: int
    title: str
    text: str
    advice: str
    tone: str = "no"
    """`yes`, `no`, or `wait` when the sign-in goes on elsewhere."""

    def html(self) -> bytes:
        """Return the page as it is sent."""
        mark = (
            '<svg class="mark" viewBox="0 0 24 24" fill="none" stroke="currentColor"'
            f' stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"'
            f' aria-hidden="true">{_MARKS[self.tone]}</svg>'
        )
        return (
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
            f"<title>{escape(self.title)}</title>\n<style>{_STYLE}</style>\n"
            f"<script>{_SCRIPT}</script>\n</head>\n<body>\n"
            f'<main class="{self.tone}" role="status">\n{mark}\n<h1>{escape(self.title)}</h1>\n'
            f"<p>{_marked(self.text)}</p>\n<p>{_marked(self.advice)}</p>\n</main>\n</body>\n</html>\n"
        ).encode()


def _marked(text: str) -> str:
    """Return plain text as HTML; what stands between backticks is a command."""
    return re.sub(r"`([^`]*)`", r"<code>\1</code>", escape(text))


HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
        " style-src 'sha256-{}'; script-src 'sha256-{}'"
    ).format(
        *(
            base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
            for text in (_STYLE, _SCRIPT)
        )
    ),
}

FORGED = Page(
    400,
    "This is not the sign-in that waits",
    "The address does not belong to the sign-in that was begun in the terminal, so it was refused."
    " Nothing was connected.",
    "The sign-in goes on: use the address that the terminal shows.",
    "wait",
)
REPEATED = Page(
    409,
    "This sign-in has been answered already",
    "Each answer of the consent page counts once.",
    "Look into the terminal to see what came of it.",
    "wait",
)
UNFINISHED = Page(
    500,
    "The sign-in was broken off",
    "The command that waited for this answer has ended.",
    "Look into the terminal to see why.",
)
ELSEWHERE = Page(
    404,
    "Nothing is here",
    "This address takes the answer of one sign-in to QuickBooks, and nothing else.",
    "Use the address that the terminal shows.",
    "wait",
)


def connected(company: str) -> Page:
    """Return the page of a sign-in whose token is stored."""
    return Page(
        200,
        "QuickBooks is connected",
        f"The connection to {company} is stored.",
        "You can close this page and go back to the terminal.",
        "yes",
    )


def failed(reason: str) -> Page:
    """Return the page of a sign-in that came to nothing."""
    return Page(200, "QuickBooks is not connected", reason, "Go back to the terminal to try again.")
