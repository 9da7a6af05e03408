"""Who else speaks to the address that waits for a redirect, and what it comes to."""

from __future__ import annotations

import http.client
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from quickbooks_client import ConfigurationError, ConsentRefusedError, SignInError
from quickbooks_client.listener import Listener
from quickbooks_client.signin import Redirect
from quickbooks_client.signin_page import connected, failed
from tests.client.signing_in import free_port, get

if TYPE_CHECKING:
    from collections.abc import Iterator

STATE = "the-state-of-this-sign-in"
REALM = "9341452718281828459"


def has_ipv6() -> bool:
    """Whether this machine calls itself ::1 as well."""
    try:
        with socket.socket(socket.AF_INET6) as one:
            one.bind(("::1", 0))
    except OSError:
        return False
    return True


ADDRESSES = ["127.0.0.1", *(["::1"] if has_ipv6() else [])]


class Waiting:
    """A listener on a free port, and how often it spoke of forgery."""

    def __init__(self) -> None:
        self.port = free_port()
        self.redirect_uri = f"http://localhost:{self.port}/callback"
        self.forged = 0
        self.listener = Listener(self.redirect_uri, STATE, self._count)
        self.good = f"{self.redirect_uri}?code=AB11code&state={STATE}&realmId={REALM}"

    def _count(self) -> None:
        self.forged += 1

    def ask(
        self, method: str, target: str, headers: dict[str, str] | None = None
    ) -> tuple[int, str]:
        """Status and text of a request that no browser makes by itself."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        host = {"Host": f"localhost:{self.port}"}
        connection.request(method, target, headers=host | (headers or {}))
        reply = connection.getresponse()
        text = reply.read().decode()
        connection.close()
        return reply.status, text

    @property
    def is_waiting(self) -> bool:
        """Whether it would still wait."""
        try:
            self.listener.wait(0.001)
        except SignInError as error:
            return "No answer" in str(error)
        return False


@pytest.fixture
def waiting() -> Iterator[Waiting]:
    one = Waiting()
    with one.listener:
        yield one


@contextmanager
def answered(url: str) -> Iterator[list[tuple[int, str]]]:
    """A browser that is sent to `url` and waits for its page, which is there at the end."""
    pages: list[tuple[int, str]] = []

    def browser() -> None:
        reply = get(url)
        pages.append((reply.status_code, reply.text))

    thread = threading.Thread(target=browser)
    thread.start()
    yield pages
    thread.join(10)


def test_the_page_comes_after_the_deed(waiting: Waiting) -> None:
    """
    The browser that brought the answer is told only when there is something to tell.
    """
    with answered(waiting.good) as pages:
        redirect = waiting.listener.wait(10)
        before = list(pages)
        waiting.listener.tell(connected("company <b>1</b>"))

    assert Redirect("AB11code", REALM) == redirect
    assert [] == before
    [(status, text)] = pages
    assert 200 == status
    assert "QuickBooks is connected" in text
    assert "company &lt;b&gt;1&lt;/b&gt;" in text


def test_the_page_holds_nothing_of_the_redirect_and_loads_nothing(waiting: Waiting) -> None:
    """
    It is not kept, not framed, sends no referrer, and runs nothing but what takes the code out of
    the address bar.
    """
    with ThreadPoolExecutor() as pool:
        got = pool.submit(get, waiting.good)
        waiting.listener.wait(10)
        waiting.listener.tell(failed('<script>alert("x")</script>'))
        reply = got.result(10)

    assert "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;" in reply.text
    assert 1 == reply.text.count("<script>")
    for secret in ("AB11code", STATE):
        assert secret not in reply.text + str(reply.headers)
    assert "no-store" == reply.headers["Cache-Control"]
    assert "no-referrer" == reply.headers["Referrer-Policy"]
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not {"http://", "https://", "src=", "href="} & set(reply.text.split('"'))
    assert "Location" not in reply.headers


@pytest.mark.parametrize(
    "query",
    [
        "",
        f"code=other&realmId={REALM}",
        f"code=other&realmId={REALM}&state=",
        f"code=other&realmId={REALM}&state=guess",
        f"code=other&realmId={REALM}&state={STATE}&state={STATE}",
        f"code=other&code=AB11code&realmId={REALM}&state={STATE}",
        f"code=AB11code&realmId={REALM}&realmId=1&state={STATE}",
        "error=access_denied",
        "error=access_denied&state=guess",
        "state=%ff%fe&code=other",
    ],
)
def test_a_forged_redirect_neither_ends_nor_answers_the_sign_in(
    waiting: Waiting, query: str
) -> None:
    """
    Ten strangers are refused; it is said once; then the right answer is taken.
    """
    for _ in range(10):
        reply = get(f"{waiting.redirect_uri}?{query}")
        assert 400 == reply.status_code
        assert "refused" in reply.text
        assert "other" not in reply.text.replace("another", "")

    assert waiting.is_waiting
    assert 1 == waiting.forged
    with answered(waiting.good):
        assert "AB11code" == waiting.listener.wait(10).code
        waiting.listener.tell(connected("it"))


def test_other_requests_change_nothing(waiting: Waiting) -> None:
    """
    Icons, other paths and methods, a look at the address with HEAD, other hosts, a proxy's way of
    naming the address, and what is no HTTP.
    """
    target = waiting.good.removeprefix(f"http://localhost:{waiting.port}")
    evil = {"Host": f"evil.example:{waiting.port}"}

    assert 404 == waiting.ask("GET", "/favicon.ico")[0]
    assert 404 == waiting.ask("GET", "/")[0]
    assert 404 == waiting.ask("GET", target.replace("/callback", "/callback/"))[0]
    assert 404 == waiting.ask("GET", target.replace("/callback", "/CALLBACK"))[0]
    assert (404, "") == waiting.ask("HEAD", target)
    assert 501 == waiting.ask("POST", target)[0]
    assert 501 == waiting.ask("OPTIONS", target)[0]
    assert 404 == waiting.ask("GET", target, evil)[0]
    assert 404 == waiting.ask("GET", target, {"Host": f"127.0.0.1:{waiting.port}"})[0]
    assert 404 == waiting.ask("GET", f"http://evil.example{target}")[0]
    with socket.create_connection(("127.0.0.1", waiting.port), 10) as line:
        line.sendall(b"GET /callback?code=AB11code <script> HTTP/1.1\r\n\r\n")
        said = line.makefile("rb").read()

    assert b" 400 " in said
    assert b"AB11code" not in said
    assert waiting.is_waiting
    assert 0 == waiting.forged


def test_a_browser_that_says_nothing_blocks_nobody(waiting: Waiting) -> None:
    """
    Browsers open connections ahead.
    """
    ahead = [socket.create_connection(("127.0.0.1", waiting.port), 10) for _ in range(8)]

    with answered(waiting.good) as pages:
        waiting.listener.wait(10)
        waiting.listener.tell(connected("it"))

    assert [200] == [status for status, _ in pages]
    for line in ahead:
        line.close()


def test_of_many_answers_at_once_one_is_taken(waiting: Waiting) -> None:
    """
    The same redirect from sixteen tabs: one gets the page, the others are refused.
    """
    with ThreadPoolExecutor(16) as pool:
        got = as_completed([pool.submit(get, waiting.good) for _ in range(16)], timeout=10)
        redirect = waiting.listener.wait(10)
        refused = [next(got).result() for _ in range(15)]
        waiting.listener.tell(connected("it"))
        [taken] = [one.result() for one in got]

    assert "AB11code" == redirect.code
    assert {409} == {reply.status_code for reply in refused}
    assert "counts once" in refused[0].text
    assert 200 == taken.status_code


def test_after_a_no_a_yes_is_too_late(waiting: Waiting) -> None:
    """
    And the other way round: the first answer is the answer.
    """
    with answered(f"{waiting.redirect_uri}?error=access_denied&state={STATE}") as pages:
        with pytest.raises(ConsentRefusedError):
            waiting.listener.wait(10)
        late = get(waiting.good)
        waiting.listener.tell(failed("The user said no."))

    assert 409 == late.status_code
    assert "The user said no." in pages[0][1]


def test_who_waits_too_long_is_told(waiting: Waiting) -> None:
    """
    In a sentence that names the ways out; an answer that comes later is not taken.
    """
    with pytest.raises(SignInError, match=r"within 0.01 s.*--timeout.*--manual"):
        waiting.listener.wait(0.01)

    waiting.listener.tell(failed("Too late."))
    assert 409 == get(waiting.good).status_code


def test_a_command_that_breaks_off_leaves_no_browser_waiting() -> None:
    """
    Its page says where to look; the port is free again.
    """
    waiting = Waiting()
    with ThreadPoolExecutor() as pool:
        with waiting.listener:
            got = pool.submit(get, waiting.good)
            waiting.listener.wait(10)
        reply = got.result(10)

    assert "broken off" in reply.text
    with (
        Listener(waiting.redirect_uri, STATE) as again,
        pytest.raises(SignInError, match="No answer"),
    ):
        again.wait(0.01)


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_port_in_use_is_named(address: str) -> None:
    """
    On either of the addresses a browser may take for localhost: whoever sits there would get the
    code.
    """
    waiting = Waiting()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as other:
        other.bind((address, waiting.port))
        other.listen()

        with pytest.raises(
            ConfigurationError, match=rf"Port {waiting.port} of setting redirect_uri.*--manual"
        ):
            waiting.listener.__enter__()

    with waiting.listener:
        assert waiting.is_waiting


def test_nothing_of_a_redirect_is_logged(
    waiting: Waiting, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """
    At debug level, whatever is asked for.
    """
    caplog.set_level(logging.DEBUG, logger="quickbooks_client")
    with answered(waiting.good):
        waiting.listener.wait(10)
        waiting.ask("POST", "/callback?code=AB11code")
        waiting.listener.tell(connected("it"))

    said = "".join(capfd.readouterr())
    for secret in ("AB11code", STATE):
        assert secret not in said
        assert secret not in "".join(
            one.getMessage() for one in caplog.records if one.name.startswith("quickbooks_client")
        )
