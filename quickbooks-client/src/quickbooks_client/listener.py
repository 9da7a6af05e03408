"""Receives one sign-in's redirect on this machine's own address, for as long as it is waited for.

One answer is taken, the first that belongs to the sign-in; it waits for its page until there is
something to say. Everything else is answered at once and changes nothing: other paths, other
methods (some programs look at an address with HEAD before a person sees it), other hosts, forged
redirects, and repetitions. Nothing of a request is logged.
"""

from __future__ import annotations

import errno
import os
import queue
import socket
import threading
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Self

from typing_extensions import override

from quickbooks_client import signin_page
from quickbooks_client.errors import ConfigurationError, ForgedRedirectError, SignInError
from quickbooks_client.signin import place_of, read_redirect

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from quickbooks_client.signin import Redirect
    from quickbooks_client.signin_page import Page

_IDLE_S = 15.0
"""Browsers open connections ahead and say nothing on them."""
_POLL_S = 0.05
_SENT_S = 5.0
"""How long the end waits for a browser to take its page."""


class Listener:
    """The end of one sign-in's redirect. Listens from `with` on."""

    def __init__(
        self, redirect_uri: str, state: str, on_forged: Callable[[], object] = lambda: None
    ) -> None:
        """Take what the sign-in named; nothing is opened.

        Args:
            redirect_uri: Where redirects go.
            state: What they must bring.
            on_forged: Called once, when the first is refused.

        Raises:
            ConfigurationError: Redirects to this address do not come to this machine.
        """
        self._place = place_of(redirect_uri)
        self._redirect_uri = redirect_uri
        self._state = state
        self._on_forged = on_forged
        self._lock = threading.Lock()
        self._has_forged = False
        self._is_answered = False
        self._answers: queue.SimpleQueue[Redirect | SignInError] = queue.SimpleQueue()
        self._page = signin_page.UNFINISHED
        self._told = threading.Event()
        self._sent = threading.Event()
        self._open = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as opened:
            servers = []
            for address in self._place.addresses:
                server = self._bound(address)
                if server is not None:
                    servers.append(opened.enter_context(server))
                    thread = threading.Thread(
                        target=server.serve_forever, args=(_POLL_S,), daemon=True
                    )
                    thread.start()
                    opened.callback(thread.join)
                    opened.callback(server.shutdown)
            if not servers:
                raise self._unavailable("this machine has no such address")
            self._open = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.tell(signin_page.UNFINISHED)
        self._open.close()

    def wait(self, timeout_s: float) -> Redirect:
        """Return the redirect that answers the sign-in.

        Raises:
            SignInError: It says no, or none came in time.
        """
        try:
            answer = self._answers.get(timeout=timeout_s)
        except queue.Empty:
            raise SignInError(
                f"No answer of the consent page came within {timeout_s:g} s: run `quickbooks auth"
                " login` again, with --timeout SECONDS for more time, or with --manual when the"
                " browser is on another machine."
            ) from None
        if isinstance(answer, SignInError):
            raise answer
        return answer

    def tell(self, page: Page) -> None:
        """Show the waiting browser what came of it; the first page counts."""
        with self._lock:
            if self._told.is_set():
                return
            self._page = page
            self._told.set()
            is_waited_for = self._is_answered
        if is_waited_for:
            self._sent.wait(_SENT_S)

    def page_for(self, host: str, target: str, *, is_looked_at: bool) -> Page:
        """Return the answer to a request; the one that answers the sign-in waits for its page.

        Args:
            host: The `Host` header.
            target: Path and query.
            is_looked_at: The method was HEAD, which takes no answer.
        """
        path, _, query = target.partition("?")
        if path != self._place.path or host.lower() not in self._place.names or is_looked_at:
            return signin_page.ELSEWHERE
        answer: Redirect | SignInError
        try:
            answer = read_redirect(f"{self._redirect_uri}?{query}", self._state, self._redirect_uri)
        except ForgedRedirectError:
            self._refuse()
            return signin_page.FORGED
        except SignInError as error:
            answer = error
        with self._lock:
            if self._is_answered or self._told.is_set():
                return signin_page.REPEATED
            self._is_answered = True
        self._answers.put(answer)
        self._told.wait()
        return self._page

    def sent(self, page: Page) -> None:
        """Take note that a browser has its page."""
        if page is self._page:
            self._sent.set()

    def _refuse(self) -> None:
        with self._lock:
            is_first, self._has_forged = not self._has_forged, True
        if is_first:
            self._on_forged()

    def _bound(self, address: str) -> _Server | None:
        """Return a server at the address; None where the machine has no such address."""
        try:
            return _Server(address, self._place.port, self)
        except OSError as error:
            if error.errno in {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT}:
                return None
            is_used = error.errno == errno.EADDRINUSE
            reason = "another program uses it" if is_used else str(error.strerror)
            raise self._unavailable(reason) from None

    def _unavailable(self, reason: str) -> ConfigurationError:
        return ConfigurationError(
            f"Port {self._place.port} of setting redirect_uri cannot be listened on ({reason}):"
            " end the program that uses it, register another redirect_uri with the app, or run"
            " `quickbooks auth login --manual`."
        )


class _Server(ThreadingHTTPServer):
    # A thread for each connection, or one that a browser opened ahead would block the answer.
    daemon_threads = True
    # On Windows the option would let two programs share the port.
    allow_reuse_address = os.name != "nt"

    def __init__(self, address: str, port: int, listener: Listener) -> None:
        self.address_family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = listener
        super().__init__((address, port), _Handler)

    @override
    def server_bind(self) -> None:
        if self.address_family == socket.AF_INET6:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        # Not HTTPServer's, which looks up the machine's name.
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    @override
    def handle_error(self, request: Any, client_address: Any) -> None:
        # Any: as in socketserver. A browser that hung up is nobody's concern here.
        return


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = _IDLE_S
    server_version = "quickbooks"
    sys_version = ""

    def do_GET(self) -> None:
        """Answer; the page of a redirect waits until there is one."""
        self._answer(is_looked_at=False)

    def do_HEAD(self) -> None:
        """Answer without taking anything."""
        self._answer(is_looked_at=True)

    @override
    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        # http.server's own page quotes the request.
        self._send(signin_page.ELSEWHERE._replace(status=int(code)), has_body=True)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        # Any: as in http.server. A request's line holds code and state.
        return

    def _answer(self, *, is_looked_at: bool) -> None:
        page = self.server.listener.page_for(
            self.headers.get("Host", ""), self.path, is_looked_at=is_looked_at
        )
        self._send(page, has_body=not is_looked_at)
        self.server.listener.sent(page)

    def _send(self, page: Page, *, has_body: bool) -> None:
        body = page.html()
        self.send_response(page.status)
        for name, value in signin_page.HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if has_body:
            self.wfile.write(body)
