"""The JSON envelope of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quickbooks_emulator.clock import envelope_text
from quickbooks_emulator.messages import Reply

if TYPE_CHECKING:
    from quickbooks_emulator.service import Service

OK = 200


def enveloped(service: Service, name: str, text: bytes) -> Reply:
    """The JSON text of one object or answer, in its envelope with the time."""
    time = envelope_text(service.clock.now()).encode()
    return Reply(OK, b'{"%s":%s,"time":"%s"}' % (name.encode(), text, time))
