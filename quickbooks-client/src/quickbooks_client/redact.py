"""What may be shown: text without tokens, keys and authorisation headers.

Nothing of ours puts a secret into a message; this is the second line, for text that others wrote:
Intuit's details (a 401 quotes the token it refused), errors of libraries, addresses. Two things are
hidden: what looks like a secret, and what is one: `know` is told every secret this process holds.
"""

from __future__ import annotations

import base64
import json
import re
from urllib.parse import quote, quote_plus

from quickbooks_client.locks import ForkSafeLock

HIDDEN = "[hidden]"
MAX_TEXT = 600
_MIN_KNOWN = 16
"""Shorter ones are nobody's tokens or keys, and may be words."""
_MAX_KNOWN = 1024
_known: dict[str, None] = {}
"""Every form of every known secret, oldest first."""
_lock = ForkSafeLock()

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
    re.compile(r"(?P<keep>\btoken(?!_store)[^:\n]{0,40}:\s*)[A-Za-z0-9+/._~-]{8,}", re.IGNORECASE),
    re.compile(r"(?P<keep>)\bAB[01][A-Za-z0-9_-]{16,}"),
    re.compile(r"(?P<keep>)\bRT1-[A-Za-z0-9_-]{8,}"),
    re.compile(r"(?P<keep>)\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}"),
    # The password of an address.
    re.compile(r"(?P<keep>\b[a-z][a-z0-9+.-]*://[^\s:/@]*:)[^\s@/]+(?=@)", re.IGNORECASE),
)


def know(*secrets: str | None) -> None:
    """Have `secrets` hidden from now on, also where they stand encoded."""
    forms = {
        form: None
        for secret in secrets
        if secret and len(secret) >= _MIN_KNOWN
        for form in _forms(secret)
    }
    with _lock.own():
        for form in forms:
            _known.pop(form, None)
        _known.update(forms)
        while len(_known) > _MAX_KNOWN:
            del _known[next(iter(_known))]


def hide(text: str) -> str:
    """Return `text` without any known secret, otherwise as it is."""
    with _lock.own():
        forms = sorted(_known, key=len, reverse=True)
    for form in forms:
        if form in text:
            text = text.replace(form, HIDDEN)
    return text


def redact(text: str, *secrets: str | None) -> str:
    """Return `text` without anything that looks like a secret or is known as one.

    One line, at most `MAX_TEXT` characters: what is left is meant to be read in a log.

    Args:
        text: What others wrote.
        secrets: What else must not be in it, however short.
    """
    for secret in secrets:
        if secret:
            text = text.replace(secret, HIDDEN)
    text = hide(text)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: f"{found['keep']}{HIDDEN}", text)
    text = " ".join(text.split())
    return text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…"


def _forms(secret: str) -> set[str]:
    """Return the ways a secret is written in headers, forms, addresses and JSON."""
    encoded = secret.encode()
    quoted = {quote(secret, safe=""), quote_plus(secret), quote(secret)}
    return {
        secret,
        *quoted,
        *(re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), one) for one in quoted),
        json.dumps(secret)[1:-1],
        base64.b64encode(encoded).decode().rstrip("="),
        base64.urlsafe_b64encode(encoded).decode().rstrip("="),
    }
