"""The sign-ins that wait for their redirect, each by its state."""

from __future__ import annotations

import secrets
import threading
from collections import deque

from quickbooks_client.errors import ConfigurationError, ForgedRedirectError, SignInError
from quickbooks_client.signin import Redirect, read_redirect

STATES_KEPT = 100
"""Sign-ins that may wait at a time; the oldest is forgotten first."""


class WaitingSignIns:
    """What a redirect is held against. Threads may share it."""

    def __init__(self, redirect_uri: str) -> None:
        """Nothing waits yet for redirects to `redirect_uri`."""
        self._redirect_uri = redirect_uri
        self._lock = threading.Lock()
        self._states: deque[str] = deque(maxlen=STATES_KEPT)

    def add(self, state: str) -> None:
        """Wait for the redirect that brings `state`."""
        with self._lock:
            self._states.append(state)

    def redirect(self, answer: str, realm_id: str | None, state: str | None) -> Redirect:
        """Return what came back: `answer` is a redirect's whole address, or its code alone.

        Raises:
            ForgedRedirectError: It has a state, and no sign-in waits for that.
            SignInError: The user or Intuit said no, or there is no code.
            ConfigurationError: A code alone, and nothing says which company it is for.
        """
        answer = answer.strip()
        if "?" in answer:
            return self._read(answer)
        if not answer:
            raise SignInError("The code is empty: hand over the `code` of the redirect.")
        if not realm_id:
            raise ConfigurationError(
                "Nothing says which company the code is for: hand over the redirect's realmId as"
                " realm_id, or the redirect's whole address; nothing was exchanged."
            )
        if state is not None:
            self._use(state)
        return Redirect(answer, realm_id)

    def _read(self, url: str) -> Redirect:
        forged = ForgedRedirectError(
            "No sign-in waits here: lead the user to a new get_authorization_url()."
        )
        with self._lock:
            for state in tuple(self._states):
                try:
                    redirect = read_redirect(url, state, self._redirect_uri)
                except ForgedRedirectError as error:
                    forged = error
                except SignInError:
                    self._states.remove(state)
                    raise
                else:
                    # Comes the same again, it answers nothing any more.
                    self._states.remove(state)
                    return redirect
        raise forged

    def _use(self, state: str) -> None:
        with self._lock:
            given = state.encode(errors="replace")
            known = [one for one in self._states if secrets.compare_digest(one.encode(), given)]
            for one in known:
                self._states.remove(one)
        if not known:
            raise ForgedRedirectError(
                "The redirect's state belongs to no sign-in that waits here, or was used already:"
                " nothing was exchanged."
            )
