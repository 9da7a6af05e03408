"""`quickbooks auth login`: a person connects a company.

The code goes from the redirect to the token endpoint and nowhere else: it is never shown or logged.
"""

from __future__ import annotations

import argparse
import dataclasses
import getpass
import sys
import threading
from typing import TYPE_CHECKING, Any

from quickbooks_client import signin_page
from quickbooks_client.cli.given import given
from quickbooks_client.cli.output import days_until, say, warn
from quickbooks_client.client import Client
from quickbooks_client.clock import SystemClock
from quickbooks_client.errors import ForgedRedirectError, QuickBooksError, SignInError
from quickbooks_client.oauth import OAuth
from quickbooks_client.redact import redact
from quickbooks_client.settings import AppSettings, Settings
from quickbooks_client.signin import Redirect, check_company, new_state, read_redirect
from quickbooks_client.transport import CallLimits

if TYPE_CHECKING:
    from quickbooks_client.cli.output import Commands

TIMEOUT_S = 300.0
_MAX_PASTES = 5
_NOBODY = "0"
"""Stands in for the company until the user has chosen one."""


def add(actions: Commands, common: argparse.ArgumentParser) -> None:
    """Offer `login`."""
    login = actions.add_parser(
        "login",
        help="connect a company: opens Intuit's consent page, stores the tokens",
        parents=[common],
    )
    login.add_argument(
        "--manual",
        action="store_true",
        help="paste the address that the browser ends on; for a redirect_uri on another machine",
    )
    login.add_argument("--no-browser", action="store_true", help="only print the address")
    login.add_argument(
        "--timeout",
        type=_seconds,
        default=TIMEOUT_S,
        metavar="SECONDS",
        help="how long to wait for the answer (300)",
    )
    login.set_defaults(command=_login)


def _login(options: argparse.Namespace) -> int:
    settings = given(options)
    app = AppSettings.from_mapping(settings)
    realm_id: str | None = settings.get("realm_id")
    _check_store(settings)
    state = new_state()
    address = OAuth(app, SystemClock(), CallLimits()).authorization_url(state)
    begun = _Begun(settings, realm_id, address, state, app.redirect_uri or "")
    if options.manual:
        client = begun.finish(_pasted(begun))
    else:
        client = _received(begun, options.timeout, opens=not options.no_browser)
    _report(client, is_new=realm_id is None)
    return 0


@dataclasses.dataclass(frozen=True, slots=True)
class _Begun:
    """A sign-in that waits for its redirect."""

    settings: dict[str, Any]
    """As they were given. Any: JSON."""
    realm_id: str | None
    address: str
    state: str
    redirect_uri: str

    def finish(self, redirect: Redirect) -> Client:
        """Store the token that the redirect's code is exchanged for; return the client it is of."""
        check_company(redirect, self.realm_id)
        client = Client(Settings.from_mapping({**self.settings, "realm_id": redirect.realm_id}))
        with client:
            client.authorizer.connect(lambda: client.oauth.exchange(redirect.code))
        return client


def _check_store(settings: dict[str, Any]) -> None:
    """Find out before a person is asked whether the store takes a token. Any: JSON."""
    with Client(Settings.from_mapping({"realm_id": _NOBODY, **settings})) as client:
        if client.settings.realm_id == _NOBODY:
            # Read only: a store may keep a place for whoever locks it.
            client.store.load()
            return
        with client.store.lock():
            client.store.prepare()


def _received(begun: _Begun, timeout_s: float, *, opens: bool) -> Client:
    """Finish with the redirect that a browser brings, and tell it what came of it."""
    from quickbooks_client.listener import Listener  # noqa: PLC0415 - brings an HTTP server along

    forged = "An answer that does not belong to this sign-in was refused; still waiting."
    with Listener(begun.redirect_uri, begun.state, lambda: warn(forged)) as listener:
        _invite(begun)
        say(
            f"Waiting for the answer at {begun.redirect_uri}, for {timeout_s:g} s (Ctrl-C ends it)."
        )
        if opens:
            _open_browser(begun.address)
        try:
            client = begun.finish(listener.wait(timeout_s))
        except QuickBooksError as error:
            listener.tell(signin_page.failed(redact(error.reason)))
            raise
        settings = client.settings
        company = f"company {settings.realm_id} ({settings.environment})"
        listener.tell(signin_page.connected(company))
    return client


def _invite(begun: _Begun) -> None:
    say(f"Go to this address in a browser, and choose the company:\n\n{begun.address}\n")


def _open_browser(address: str) -> None:
    import webbrowser  # noqa: PLC0415 - looks for browsers

    def opens() -> None:
        try:
            is_open = webbrowser.open(address)
        except webbrowser.Error:
            # What BROWSER names is not there.
            is_open = False
        if not is_open:
            warn("No browser could be opened here: open the address yourself.")

    # Aside, for a browser in the terminal returns only when it is left.
    threading.Thread(target=opens, daemon=True).start()


def _pasted(begun: _Begun) -> Redirect:
    """Return the redirect that a person pastes, or a program writes to standard input."""
    _invite(begun)
    say(
        f"The browser then goes to {begun.redirect_uri}; whether that page loads does not matter."
        " Copy the whole address it ends on."
    )
    for _ in range(_MAX_PASTES):
        text = _line("Paste it here (it is not shown): ")
        try:
            return read_redirect(text, begun.state, begun.redirect_uri)
        except ForgedRedirectError as error:
            warn(f"{error.reason} Copy the whole address again, of the page opened just now.")
    raise SignInError(
        "No address that answers this sign-in was pasted: run `quickbooks auth login --manual`"
        " again."
    )


def _line(prompt: str) -> str:
    """Return one line that is not blank; on a terminal it is not echoed."""
    text = ""
    while not text.strip():
        if sys.stdin.isatty():
            try:
                text = getpass.getpass(prompt)
            except EOFError:
                raise _nothing_pasted() from None
        else:
            say(prompt)
            text = sys.stdin.readline()
            if not text:
                raise _nothing_pasted()
    return text


def _nothing_pasted() -> SignInError:
    return SignInError(
        "No address was pasted, so nothing was stored: run `quickbooks auth login --manual` again."
    )


def _report(client: Client, *, is_new: bool) -> None:
    settings = client.settings
    token = client.store.load()
    say(
        f"Connected: company {settings.realm_id} ({settings.environment}). The tokens are in"
        f" {client.store.describe()}."
    )
    if token is not None and token.refresh_expires_at is not None:
        days = days_until(token.refresh_expires_at, SystemClock().now())
        say(f"The connection lasts {days} days from its last use; every run renews it.")
    if is_new:
        say(f"Now set QUICKBOOKS_REALM_ID={settings.realm_id}, in .env for example.")


def _seconds(text: str) -> float:
    """Return a number of seconds above 0."""
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= threading.TIMEOUT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds above 0")
    return seconds
