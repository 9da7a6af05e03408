"""`QuickBooksIntegration` as a program meets it: sign-in, tokens, settings."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from typing_extensions import override

from quickbooks_client import (
    AuthenticationError,
    ConfigurationError,
    QuickBooksIntegration,
    WrongCompanyError,
)
from quickbooks_client.errors import ConsentRefusedError, ForgedRedirectError, SignInError
from tests.client.fakes import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

    from quickbooks_emulator.testing import Emulator

REALM = "9341452718281828459"
OTHER = "4620816365055555555"

Make = Callable[..., QuickBooksIntegration]


@pytest.fixture
def make(make_integration: Make) -> Make:
    """Make the object as a program does, with a token store of the test's own."""
    return make_integration


def consent(url: str, decision: str = "connect", realm_id: str = REALM) -> str:
    """What a user does on the consent page; returns the address Intuit leads to."""
    page, _, query = url.partition("?")
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    answer = requests.post(
        page,
        data={**asked, "decision": decision, "realm_id": realm_id},
        allow_redirects=False,
        timeout=10,
    )
    return answer.headers["Location"]


def part(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]


def stored(tmp_path: Path) -> dict[str, Any]:
    tokens: dict[str, Any] = json.loads((tmp_path / "store" / "tokens.json").read_text())["tokens"]
    return tokens


# -- sign-in


def test_a_code_becomes_tokens_that_are_stored(
    emulator: Emulator, make: Make, tmp_path: Path
) -> None:
    """
    The address leads to the consent page; code, company and state come back and are exchanged; the
    tokens are stored when they are returned, and a new object finds company and tokens by itself.
    """
    emulator.create("Customer", {"DisplayName": "Ada"})

    async def sign_in() -> dict[str, str]:
        async with make() as quickbooks:
            back = consent(quickbooks.get_authorization_url())
            return await quickbooks.exchange_code(
                part(back, "code"), part(back, "realmId"), part(back, "state")
            )

    async def later() -> list[dict[str, Any]]:
        async with make() as quickbooks:
            found = await quickbooks.get_invoices(datetime(2026, 1, 1, tzinfo=UTC))
            assert REALM == quickbooks.realm_id
            return found

    tokens = asyncio.run(sign_in())
    kept = stored(tmp_path)[f"emulator/{REALM}"]

    assert {"access_token", "refresh_token", "realm_id"} == set(tokens)
    assert (kept["access_token"], kept["refresh_token"], REALM) == (
        tokens["access_token"],
        tokens["refresh_token"],
        tokens["realm_id"],
    )
    assert [] == asyncio.run(later())


def test_the_redirects_whole_address_says_all(make: Make) -> None:
    """
    A program may hand over the address it was called with. A second time it answers nothing.
    """

    async def sign_in() -> str:
        async with make() as quickbooks:
            back = consent(quickbooks.get_authorization_url())
            tokens = await quickbooks.exchange_code(back)
            with pytest.raises(ForgedRedirectError):
                await quickbooks.exchange_code(back)
            return tokens["realm_id"]

    assert REALM == asyncio.run(sign_in())


def test_a_code_alone_is_for_the_company_that_is_set(make: Make) -> None:
    """
    `exchange_code(auth_code)` needs no more where the company is known.
    """

    async def sign_in() -> dict[str, str]:
        async with make(realm_id=REALM) as quickbooks:
            back = consent(quickbooks.get_authorization_url())
            return await quickbooks.exchange_code(part(back, "code"))

    assert REALM == asyncio.run(sign_in())["realm_id"]


@pytest.mark.parametrize("whole", [True, False], ids=["address", "state"])
def test_a_forged_redirect_costs_no_code(
    emulator: Emulator, make: Make, tmp_path: Path, *, whole: bool
) -> None:
    """
    A redirect with another's state, or with one used before, is refused: nothing is exchanged, and
    the sign-in that waits still works.
    """

    async def sign_in() -> None:
        async with make() as quickbooks:
            back = consent(quickbooks.get_authorization_url())
            code = part(back, "code")
            forged = back.replace(part(back, "state"), "guessed")
            emulator.clear_calls()
            answer = (forged,) if whole else (code, REALM, "guessed")
            with pytest.raises(ForgedRedirectError):
                await quickbooks.exchange_code(*answer)
            assert [] == emulator.calls(operation="token")
            await quickbooks.exchange_code(code, REALM, part(back, "state"))
            with pytest.raises(ForgedRedirectError):
                await quickbooks.exchange_code("another", REALM, part(back, "state"))

    asyncio.run(sign_in())

    assert [f"emulator/{REALM}"] == list(stored(tmp_path))


def test_a_code_whose_company_nobody_names_is_kept(emulator: Emulator, make: Make) -> None:
    """
    A code works once: without a company it is not spent, and can be handed over again with one.
    """

    async def sign_in() -> dict[str, str]:
        async with make() as quickbooks:
            code = part(consent(quickbooks.get_authorization_url()), "code")
            emulator.clear_calls()
            with pytest.raises(ConfigurationError, match="realmId"):
                await quickbooks.exchange_code(code)
            with pytest.raises(SignInError, match="empty"):
                await quickbooks.exchange_code("  ", REALM)
            assert [] == emulator.calls(operation="token")
            return await quickbooks.exchange_code(code, REALM)

    assert REALM == asyncio.run(sign_in())["realm_id"]


def test_a_user_who_says_no(make: Make, tmp_path: Path) -> None:
    """
    Nothing is stored, and the words say what happened.
    """

    async def sign_in() -> None:
        async with make() as quickbooks:
            back = consent(quickbooks.get_authorization_url(), decision="refuse")
            await quickbooks.exchange_code(back)

    with pytest.raises(ConsentRefusedError, match="said no"):
        asyncio.run(sign_in())
    assert not (tmp_path / "store" / "tokens.json").exists()


def test_an_object_stands_for_one_company(emulator: Emulator, make: Make, tmp_path: Path) -> None:
    """
    A redirect of another company is refused before its code is spent.
    """
    emulator.add_company(OTHER)

    async def sign_in() -> None:
        async with make(realm_id=REALM) as quickbooks:
            back = consent(quickbooks.get_authorization_url(), realm_id=OTHER)
            emulator.clear_calls()
            with pytest.raises(WrongCompanyError, match=OTHER):
                await quickbooks.exchange_code(back)
            with pytest.raises(WrongCompanyError, match=REALM):
                await quickbooks.exchange_code("code", OTHER)
            assert [] == emulator.calls(operation="token")

    asyncio.run(sign_in())

    assert not (tmp_path / "store" / "tokens.json").exists()


class Meanwhile(FakeClock):
    """A clock that begins something else when a call waits, and gives it time to get through."""

    def __init__(self, act: Callable[[], object]) -> None:
        super().__init__()
        self._act = act
        self.other: threading.Thread | None = None

    @override
    def sleep(self, seconds: float) -> None:
        super().sleep(seconds)
        if self.other is None:
            self.other = threading.Thread(target=self._act)
            self.other.start()
            self.other.join(0.3)


def test_a_sign_in_decides_which_company_it_is(emulator: Emulator, make: Make) -> None:
    """
    A call that comes while the code is exchanged finds a stored company, and takes the new one.
    """
    emulator.add_company(OTHER)

    async def sign_in(quickbooks: QuickBooksIntegration, realm_id: str) -> dict[str, str]:
        back = consent(quickbooks.get_authorization_url(), realm_id=realm_id)
        return await quickbooks.exchange_code(back)

    async def earlier() -> None:
        async with make() as quickbooks:
            await sign_in(quickbooks, REALM)

    refreshed: list[dict[str, str]] = []

    async def use() -> None:
        refreshed.append(await quickbooks.refresh_tokens())

    asyncio.run(earlier())
    clock = Meanwhile(lambda: asyncio.run(use()))
    quickbooks = make(clock)
    does = {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}, "body": "json"}
    emulator.fail(path="tokens/bearer", times=1, do=does)

    tokens = asyncio.run(sign_in(quickbooks, OTHER))

    assert clock.other is not None
    clock.other.join()
    asyncio.run(quickbooks.aclose())
    assert (OTHER, OTHER) == (tokens["realm_id"], quickbooks.realm_id)
    assert [OTHER] == [one["realm_id"] for one in refreshed]


def test_a_sign_in_that_fails_decides_nothing(make: Make) -> None:
    """
    The object stands for no company as before, and the next sign-in may be of any.
    """

    async def sign_in() -> None:
        async with make() as quickbooks:
            with pytest.raises(SignInError):
                await quickbooks.exchange_code("no-code", OTHER)
            assert quickbooks.realm_id is None
            await quickbooks.exchange_code(consent(quickbooks.get_authorization_url()))
            assert REALM == quickbooks.realm_id

    asyncio.run(sign_in())


def test_a_first_use_without_a_sign_in_says_so(make: Make) -> None:
    """
    One sentence with what to do; where two companies are connected, it says which there are.
    """

    async def use() -> None:
        async with make() as quickbooks:
            with pytest.raises(AuthenticationError, match="get_authorization_url"):
                await quickbooks.sync_inventory([{"sku": "PUMP", "quantity": 1}])
            with pytest.raises(AuthenticationError, match="get_authorization_url"):
                await quickbooks.get_invoices(datetime(2026, 1, 1, tzinfo=UTC))
            with pytest.raises(AuthenticationError, match="get_authorization_url"):
                await quickbooks.refresh_tokens()

    asyncio.run(use())


def test_of_several_companies_none_is_guessed(emulator: Emulator, make: Make) -> None:
    """
    Two companies have signed in: an object that is told of none says which there are.
    """
    emulator.add_company(OTHER)

    async def use() -> None:
        for realm_id in (REALM, OTHER):
            async with make() as quickbooks:
                back = consent(quickbooks.get_authorization_url(), realm_id=realm_id)
                await quickbooks.exchange_code(back)
        async with make() as quickbooks:
            await quickbooks.get_invoices(datetime(2026, 1, 1, tzinfo=UTC))

    with pytest.raises(ConfigurationError, match=f"{OTHER}, {REALM}"):
        asyncio.run(use())


def test_tokens_are_refreshed_on_request_and_by_themselves(
    emulator: Emulator, make: Make, tmp_path: Path
) -> None:
    """
    `refresh_tokens` returns what is stored; tokens that end are renewed by the call that meets it.
    """
    emulator.switch(rotate_always=True)

    async def use() -> tuple[dict[str, str], dict[str, str]]:
        async with make(realm_id=REALM) as quickbooks:
            first = await quickbooks.refresh_tokens()
            second = await quickbooks.refresh_tokens()
            assert second["refresh_token"] == stored(tmp_path)[f"emulator/{REALM}"]["refresh_token"]
            emulator.expire_tokens()
            await quickbooks.get_invoices(datetime(2026, 1, 1, tzinfo=UTC))
            return first, second

    first, second = asyncio.run(use())

    assert first["refresh_token"] != second["refresh_token"]
    assert second["refresh_token"] != stored(tmp_path)[f"emulator/{REALM}"]["refresh_token"]


def test_a_wrong_setting_is_said_at_once(make: Make) -> None:
    """
    Before anything is opened, with the setting's name and without the secret.
    """
    with pytest.raises(ConfigurationError, match="environment"):
        QuickBooksIntegration("id", "a-secret", "http://localhost:8765/callback", "prod")
    with pytest.raises(ConfigurationError, match="redirect_uri"):
        QuickBooksIntegration("id", "a-secret", "", "sandbox")
    with pytest.raises(ConfigurationError, match="realm_id"):
        make(realm_id="Acme")
    with pytest.raises(ConfigurationError, match="time_zone"):
        make(time_zone="Mars/Olympus")
    with pytest.raises(ConfigurationError, match="max_lines_per_adjustment"):
        make(max_lines_per_adjustment=0)
    assert "a-secret" not in repr(QuickBooksIntegration("id", "a-secret", "http://localhost/"))


def test_its_address_is_what_a_browser_needs(make: Make) -> None:
    """
    The scope of the books, the app, the redirect; a state of its own each time.
    """
    quickbooks = make()

    urls = [quickbooks.get_authorization_url() for _ in range(2)]

    asked = parse_qs(urlsplit(urls[0]).query)
    assert ["com.intuit.quickbooks.accounting"] == asked["scope"]
    assert ["http://localhost:8765/callback"] == asked["redirect_uri"]
    assert ["code"] == asked["response_type"]
    assert part(urls[0], "state") != part(urls[1], "state")
    assert len(part(urls[0], "state")) >= 40
    assert "secret" not in urlencode(asked)
