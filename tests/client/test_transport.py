"""Replies that are cut, damaged, endless or from elsewhere; connections that are none."""

from __future__ import annotations

import gzip
import ipaddress
import ssl
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from quickbooks_client import (
    Client,
    ConfigurationError,
    ConnectionLostError,
    RejectedError,
    Settings,
    UnexpectedReplyError,
)
from quickbooks_client.deadline import MAX_REPLY_BYTES
from quickbooks_client.transport import CallLimits
from tests.client.scripted import Part, Scripted, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator
    from tests.client.fakes import FakeClock

COUNT = "SELECT COUNT(*) FROM Customer"
GOOD = b'{"QueryResponse":{"totalCount":7},"time":"2026-03-04T04:00:00-08:00"}'
STORED = b'{"Customer":{"Id":"1","SyncToken":"0"},"time":"2026-03-04T04:00:00-08:00"}'
FINE = reply(GOOD)
CHUNKED = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
SILENCE_S = 0.4


def drip(content: bytes, step: int = 1, pause_s: float = 0.02) -> list[Part]:
    """Bytes that come a few at a time, each well before a silence would be too long."""
    parts: list[Part] = []
    for at in range(0, len(content), step):
        parts += [content[at : at + step], pause_s]
    return parts


@pytest.fixture
def make(connection: dict[str, Any], clock: FakeClock) -> Iterator[Callable[..., Client]]:
    """Makes a client whose API is a scripted server; its tokens are the emulator's."""
    made: list[Client] = []

    def build(server: Scripted | str, read_timeout_s: float = 5.0, **more: Any) -> Client:
        url = server if isinstance(server, str) else server.url
        client = Client(
            Settings.from_mapping({**connection, "api_url": url, **more}),
            clock,
            limits=CallLimits(connect_timeout_s=1.0, read_timeout_s=read_timeout_s),
            jitter=lambda: 0.0,
        )
        made.append(client)
        return client

    yield build
    for client in made:
        client.close()


BROKEN: dict[str, bytes | list[Part]] = {
    "nothing at all": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Ty",
    "no HTTP": b"SSH-2.0-OpenSSH_9.2\r\n",
    "less than its Content-Length": reply(GOOD[:20], length=len(GOOD)),
    "half its JSON": reply(GOOD[:-10]),
    "no body": reply(b""),
    "a chunk that is cut": CHUNKED + b"45\r\n" + GOOD[:30],
    "a last chunk that never comes": CHUNKED + b"%x\r\n" % len(GOOD) + GOOD + b"\r\n",
    "a damaged chunk": CHUNKED + b"zz\r\n" + GOOD,
    "gzip that is damaged": reply(
        gzip.compress(GOOD * 9)[:-40] + b"\xff" * 40, Content_Encoding="gzip"
    ),
    "gzip that is cut": reply(gzip.compress(GOOD * 9)[:-30], Content_Encoding="gzip"),
    "gzip that is none": reply(GOOD, Content_Encoding="gzip"),
    "bytes that are no text": reply(b'{"QueryResponse":{"x":"\xff\xfe"}}'),
    "a page of a proxy's": reply(b"<html>Sign in to the hotel</html>", Content_Type="text/html"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_reply_that_cannot_be_read_is_asked_for_again(
    make: Callable[..., Client], name: str
) -> None:
    """
    Twice broken, then whole. The connection of a broken reply is not used again.
    """
    with Scripted(BROKEN[name], BROKEN[name], FINE, hangs_up=True) as server:
        found = make(server).query(COUNT)

    assert 7 == found.total_count
    assert 3 == len(server.requests)


@pytest.mark.parametrize("name", BROKEN)
def test_a_write_whose_reply_cannot_be_read_goes_out_again_under_its_id_alone(
    make: Callable[..., Client], name: str
) -> None:
    """
    The same requestid and bytes; without one it is sent once and said to be doubtful.
    """
    with Scripted(BROKEN[name], reply(STORED), hangs_up=True) as server:
        client = make(server)
        client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

        assert 2 == len(server.requests)
        assert all(b"requestid=r-1" in one for one in server.requests)
        assert server.requests[0] == server.requests[1]

    with Scripted(BROKEN[name], hangs_up=True) as server:
        client = make(server)
        with pytest.raises(ConnectionLostError, match="look in QuickBooks") as caught:
            client.quickbooks.misc_operation("invoice/1/send", None)

        assert 1 == len(server.requests)
        assert caught.value.may_be_applied


@pytest.mark.parametrize(
    "dripping",
    [
        pytest.param(drip(FINE), id="head"),
        pytest.param([FINE[:-60], *drip(FINE[-60:])], id="body"),
        pytest.param([CHUNKED, *drip(b"0" * 200)], id="size of a chunk"),
        pytest.param(
            [reply(b"", length=9999, Content_Encoding="gzip"), *drip(gzip.compress(GOOD * 50))],
            id="gzip",
        ),
    ],
)
def test_a_reply_that_drips_does_not_hold_a_call(
    make: Callable[..., Client], dripping: list[Part]
) -> None:
    """
    Each byte comes long before a silence would be too long; the whole never ends. A call is broken
    off all the same, wherever it drips, and made again.
    """
    with Scripted(dripping, FINE) as server:
        assert 7 == make(server, read_timeout_s=SILENCE_S).query(COUNT).total_count

    assert 2 == len(server.requests)


def test_a_reply_that_comes_slowly_is_waited_for(make: Callable[..., Client]) -> None:
    """
    Longer than one silence may be, shorter than a whole reply may.
    """
    slow = [FINE[:30], 0.75 * SILENCE_S, FINE[30:60], 0.75 * SILENCE_S, FINE[60:]]
    with Scripted(slow) as server:
        assert 7 == make(server, read_timeout_s=SILENCE_S).query(COUNT).total_count

    assert 1 == len(server.requests)


def test_a_connection_that_was_slow_once_has_its_whole_time_again(
    make: Callable[..., Client],
) -> None:
    """
    Time is counted per reply, not per connection.
    """
    slow = [FINE[:30], 0.75 * SILENCE_S, FINE[30:60], 0.75 * SILENCE_S, FINE[60:]]
    with Scripted(slow, slow) as server:
        client = make(server, read_timeout_s=SILENCE_S)
        for _ in range(2):
            assert 7 == client.query(COUNT).total_count

    assert (2, 1) == (len(server.requests), server.connections)


def test_silence_ends_a_call(make: Callable[..., Client], clock: FakeClock) -> None:
    """
    Four tries, and the error says that no answer came.
    """
    with Scripted([10.0]) as server:
        client = make(server, read_timeout_s=0.1)
        with pytest.raises(ConnectionLostError, match=r"did not answer in time.*after 4 tries"):
            client.query(COUNT)

    assert [0.5, 1.0, 2.0] == [slept for slept in clock.slept if slept >= 0.5]


def test_a_reply_without_end_is_broken_off(make: Callable[..., Client]) -> None:
    """
    Beyond what any reply has, nothing is read into memory, nor asked for again.
    """
    piece = b"x" * 4_000_000
    endless = [reply(b"", length=MAX_REPLY_BYTES * 2), *[piece] * (MAX_REPLY_BYTES // 4_000_000)]
    with (
        Scripted([*endless, piece, piece]) as server,
        pytest.raises(UnexpectedReplyError, match="larger than any reply"),
    ):
        make(server).query(COUNT)

    assert 1 == len(server.requests)


def test_an_idle_connection_that_was_closed_costs_nothing(make: Callable[..., Client]) -> None:
    """
    The server hung up between two calls: the next one takes a new connection, with no retry, so
    that a write without a requestid goes through as well.
    """
    with Scripted(FINE, reply(STORED), hangs_up=True) as server:
        client = make(server)
        client.query(COUNT)
        client.quickbooks.misc_operation("invoice/1/send", None)

    assert (2, 2) == (len(server.requests), server.connections)
    assert 0 == client.meter.snapshot().retried


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(make: Callable[..., Client], status: str) -> None:
    """
    The token goes to the API's host and nowhere else.
    """
    with Scripted(FINE) as elsewhere, Scripted(reply(b"", status, Location=elsewhere.url)) as api:
        with pytest.raises(UnexpectedReplyError, match=r"points elsewhere.*api_url"):
            make(api).query(COUNT)

        assert (1, 0) == (len(api.requests), elsewhere.connections)


@pytest.mark.parametrize("status", ["201 Created", "202 Accepted", "204 No Content"])
def test_a_write_with_a_success_nobody_documents_is_doubtful(
    make: Callable[..., Client], status: str
) -> None:
    """
    There is only 200; what else says "done" is looked at, not repeated, and may be applied.
    """
    body = b"" if status.startswith("204") else STORED
    with (
        Scripted(reply(body, status)) as server,
        pytest.raises(UnexpectedReplyError, match="may have been applied"),
    ):
        make(server).create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    assert 1 == len(server.requests)


def test_a_request_that_is_too_large_is_the_records_fault(make: Callable[..., Client]) -> None:
    """
    413: the rest of a run goes on.
    """
    with (
        Scripted(reply(b"<html>", "413 Payload Too Large", Content_Type="text/html")) as server,
        pytest.raises(RejectedError, match="smaller"),
    ):
        make(server).create("Customer", {"DisplayName": "Ada"}, request_id="r-1")


def test_a_name_that_is_none_is_told(make: Callable[..., Client]) -> None:
    """
    With the settings to look at; nothing was sent, so nothing can have been applied.
    """
    client = make("http://quickbooks.invalid")

    with pytest.raises(ConnectionLostError, match=r"quickbooks\.invalid cannot be resolved") as e:
        client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    assert not e.value.may_be_applied
    assert "api_url" in str(e.value)


def test_a_server_that_is_not_there_has_applied_nothing(make: Callable[..., Client]) -> None:
    """
    No connection came about, so nothing was sent.
    """
    client = make("http://127.0.0.1:9")

    with pytest.raises(ConnectionLostError, match=r"Nothing answers at 127\.0\.0\.1:9") as caught:
        client.create("Customer", {"DisplayName": "Ada"}, request_id="r-1")

    assert not caught.value.may_be_applied


def test_a_server_that_speaks_no_tls_is_told(
    make: Callable[..., Client], emulator: Emulator
) -> None:
    """
    https on a port that speaks http.
    """
    client = make(emulator.api_url.replace("http:", "https:"))

    with pytest.raises(ConnectionLostError, match="encrypted connection"):
        client.query(COUNT)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for this machine that nobody has signed, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + signed.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    """A server's side of an encrypted connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_is_not_trusted_ends_the_call(
    make: Callable[..., Client], tls: ssl.SSLContext
) -> None:
    """
    At once and for a person to look at; nothing is sent, the token least of all.
    """
    with (
        Scripted(FINE, tls=tls) as server,
        pytest.raises(ConfigurationError, match=r"certificate .* is not trusted"),
    ):
        make(server).query(COUNT)

    assert (1, []) == (server.connections, server.requests)


def test_replies_end_behind_tls_too(
    make: Callable[..., Client], tls: ssl.SSLContext, certificate: Path
) -> None:
    """
    Where the bytes of the network are not the bytes of the reply.
    """
    with Scripted(drip(FINE), FINE, tls=tls) as server:
        client = make(server, read_timeout_s=SILENCE_S)
        client.quickbooks.session.verify = str(certificate)

        assert 7 == client.query(COUNT).total_count
        assert 2 == len(server.requests)
