"""Which redirect belongs to a sign-in, and where it can be received."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quickbooks_client import (
    ConfigurationError,
    ConsentRefusedError,
    ForgedRedirectError,
    SignInError,
)
from quickbooks_client.signin import (
    Redirect,
    check_company,
    new_state,
    place_of,
    read_redirect,
)

TO = "http://localhost:8765/callback"
STATE = "the-state-of-this-sign-in"
GOOD = f"{TO}?code=AB11code&state={STATE}&realmId=9341452718281828459"


def read(url: str, redirect_uri: str = TO) -> Redirect:
    return read_redirect(url, STATE, redirect_uri)


@pytest.mark.parametrize(
    "url",
    [
        GOOD,
        f"  {GOOD}\n",
        f'"{GOOD}"',
        f"<{GOOD}>",
        GOOD.removeprefix("http://"),
        f"{GOOD}#_=_",
        GOOD.replace("localhost", "LOCALHOST"),
        f"{GOOD}&extra=1",
    ],
)
def test_a_redirect_is_read_as_people_paste_it(url: str) -> None:
    """
    With blanks, quotes, a fragment, or without its scheme.
    """
    assert Redirect("AB11code", "9341452718281828459") == read(url)


def test_what_is_shown_of_a_redirect_is_not_its_code() -> None:
    """
    Not in a log either.
    """
    assert "AB11code" not in repr(read(GOOD))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "AB11code",
        f"{TO}?code=AB11code&realmId=1",
        f"{TO}?code=AB11code&realmId=1&state=",
        f"{TO}?code=AB11code&realmId=1&state={STATE}x",
        f"{TO}?code=AB11code&realmId=1&state={STATE[:-1]}",
        f"{TO}?code=AB11code&realmId=1&state={STATE.upper()}",
        f"{TO}?code=AB11code&realmId=1&state=%00",
        f"{GOOD}&state={STATE}",
        f"{GOOD}&state=other",
        f"{GOOD}&code=other",
        f"{GOOD}&realmId=1",
        f"{TO}?error=access_denied",
        f"{TO}?error=access_denied&state=other",
        f"{TO}#code=AB11code&realmId=1&state={STATE}",
        GOOD.replace("http:", "https:"),
        GOOD.replace("8765", "8766"),
        GOOD.replace("8765", "99999"),
        GOOD.replace(":8765", ""),
        GOOD.replace("localhost", "localhost.example.com"),
        GOOD.replace("localhost", "localhost@example.com"),
        GOOD.replace("/callback", "/callback/x"),
        GOOD.replace("/callback", "/"),
        f"http://[::1?{GOOD}",
        f"https://appcenter.intuit.com/connect/oauth2?state={STATE}&code=x&realmId=1",
        f"{TO}?state=\udce4\ud800",
        f"{TO}?{'&'.join(f'a{number}=1' for number in range(40))}&state={STATE}",
    ],
)
def test_what_belongs_to_no_sign_in_of_ours_is_forged(url: str) -> None:
    """
    Another state, none, two; another address; two codes. The code is not in the words.
    """
    with pytest.raises(ForgedRedirectError) as caught:
        read(url)

    assert "AB11code" not in str(caught.value)
    assert STATE not in str(caught.value)


@given(state=st.text().filter(lambda text: text != STATE))
def test_no_other_state_will_do(state: str) -> None:
    """
    Whatever it is.
    """
    query = urlencode({"code": "c", "realmId": "1", "state": state}, errors="surrogatepass")

    with pytest.raises(ForgedRedirectError):
        read(f"{TO}?{query}")


@given(text=st.text())
def test_whatever_is_pasted_is_refused_in_a_sentence(text: str) -> None:
    """
    And nothing else happens.
    """
    with pytest.raises(SignInError):
        read(text)


def test_the_user_said_no() -> None:
    """
    An error of its own, which says that nothing was stored.
    """
    with pytest.raises(ConsentRefusedError, match=r"said no.*nothing was stored"):
        read(f"{TO}?error=access_denied&state={STATE}")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("error=invalid_scope", "invalid_scope: the app is not registered for accounting"),
        ("error=server_error", "Intuit failed"),
        ("error=%3Cscript%3Ealert(1)%3C/script%3E", "an unknown error"),
        ("error=access_denied%20", "an unknown error"),
        ("realmId=1", "no code"),
        ("code=&realmId=1", "no code"),
        ("code=a%20b&realmId=1", "no code"),
        ("code=c", "names no company"),
        ("code=c&realmId=", "names no company"),
        ("code=c&realmId=../../1", "names no company"),
    ],
)
def test_what_intuit_refuses_or_forgets_ends_the_sign_in(query: str, words: str) -> None:
    """
    With the right state it is Intuit that speaks; what it says is shown if it is a word.
    """
    with pytest.raises(SignInError, match=words.replace("(", r"\(")) as caught:
        read(f"{TO}?{query}&state={STATE}")

    assert not isinstance(caught.value, (ForgedRedirectError, ConsentRefusedError))
    assert "<script>" not in str(caught.value)


def test_an_address_without_a_path_ends_in_a_slash() -> None:
    """
    Browsers add it.
    """
    assert read(f"https://app.example/?code=c&state={STATE}&realmId=1", "https://app.example")


def test_states_are_long_and_never_the_same() -> None:
    """
    256 bits of the system's own randomness.
    """
    states = {new_state() for _ in range(1000)}

    assert 1000 == len(states)
    assert {43} == {len(state) for state in states}


def test_another_company_than_the_one_that_is_set_is_refused() -> None:
    """
    It names both, and both ways out.
    """
    redirect = Redirect("code", "42")

    check_company(redirect, None)
    check_company(redirect, "42")
    with pytest.raises(SignInError, match=r"company 42.*realm_id is 43.*QUICKBOOKS_REALM_ID=42"):
        check_company(redirect, "43")


@pytest.mark.parametrize(
    ("redirect_uri", "addresses", "port", "path"),
    [
        ("http://localhost:8765/callback", ("127.0.0.1", "::1"), 8765, "/callback"),
        ("http://127.0.0.1:8765", ("127.0.0.1",), 8765, "/"),
        ("http://[::1]:8765/a/b", ("::1",), 8765, "/a/b"),
        ("http://LOCALHOST/callback", ("127.0.0.1", "::1"), 80, "/callback"),
    ],
)
def test_redirects_are_received_at_the_address_that_is_registered(
    redirect_uri: str, addresses: tuple[str, ...], port: int, path: str
) -> None:
    """
    On this machine alone; under localhost on both its addresses.
    """
    place = place_of(redirect_uri)

    assert (addresses, port, path) == (place.addresses, place.port, place.path)


def test_only_the_name_that_is_registered_is_listened_to() -> None:
    """
    A name that was made to lead here is not it.
    """
    assert {"localhost:8765"} == place_of(TO).names
    assert {"localhost:80", "localhost"} == place_of("http://localhost/x").names
    assert {"[::1]:8765"} == place_of("http://[::1]:8765/").names


@pytest.mark.parametrize(
    "redirect_uri",
    [
        "https://localhost:8765/callback",
        "https://app.example.com/callback",
        "http://app.example.com/callback",
        "http://localhost.example.com/callback",
        "http://0.0.0.0:8765/callback",
    ],
)
def test_redirects_to_elsewhere_are_pasted(redirect_uri: str) -> None:
    """
    The sentence names setting and option.
    """
    with pytest.raises(ConfigurationError, match=r"redirect_uri.*--manual"):
        place_of(redirect_uri)
