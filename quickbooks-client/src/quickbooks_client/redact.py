"""What may be shown: text without tokens, keys and authorisation headers.

Nothing of ours puts a secret into a message; this is the second line, for text that others wrote:
Intuit's details (a 401 quotes the token it refused), errors of libraries, addresses.
"""

from __future__ import annotations

import re

HIDDEN = "[hidden]"
MAX_TEXT = 600

_PATTERNS = (
    # Authorization headers, wherever they were quoted.
    re.compile(r"\b(?P<keep>(?:Bearer|Basic)\s+)[A-Za-z0-9+/=._~-]{6,}", re.IGNORECASE),
    # Fields of token requests and replies, form or JSON.
    re.compile(
        r"(?P<keep>\b(?:access_token|refresh_token|id_token|client_secret|authorization|token)"
        r"\b[\"']?\s*[=:]\s*[\"']?)(?!\s)[A-Za-z0-9+/._~%-]{8,}",
        re.IGNORECASE,
    ),
    re.compile(r"(?P<keep>[?&]code=)[^&\s]+", re.IGNORECASE),
    # "Token expired: AB01…", and tokens standing alone: old, new and encrypted forms.
    re.compile(r"(?P<keep>\btoken[^:\n]{0,40}:\s*)[A-Za-z0-9+/._~-]{8,}", re.IGNORECASE),
    re.compile(r"(?P<keep>)\bAB[01][A-Za-z0-9_-]{16,}"),
    re.compile(r"(?P<keep>)\bRT1-[A-Za-z0-9_-]{8,}"),
    re.compile(r"(?P<keep>)\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}"),
    # The password of an address.
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)", re.IGNORECASE),
)


def redact(text: str, *secrets: str | None) -> str:
    """Return `text` without anything that looks like a secret, and without `secrets`.

    One line, at most `MAX_TEXT` characters: what is left is meant to be read in a log.
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: f"{found['keep']}{HIDDEN}", text)
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"
