"""The handle for tests: several companies, other apps, a consent without a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from quickbooks_emulator.testing import Emulator, EmulatorError
from tests.emulator.conftest import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator

APP = {
    "client_id": "another-app",
    "client_secret": "its-secret",
    "redirect_uris": ["https://app.example/callback"],
    "name": "Another app",
}


@pytest.fixture
def alone() -> Iterator[Emulator]:
    with Emulator() as emulator:
        yield emulator


def test_each_company_has_books_of_its_own(alone: Emulator) -> None:
    """
    Ids are unique within a company alone. Source: Intuit, "Basics of the Accounting API".
    """
    realm_id = alone.add_company(name="Second shop")
    first_id = alone.create("Customer", {"DisplayName": "Ada"})["Id"]
    with alone.company(realm_id) as second:
        second_id = second.create("Customer", {"DisplayName": "Bob"})["Id"]
        pot = second.item("POT", 3)["Id"]
        caller = Caller(second)
        names = [[row["DisplayName"] for row in x.entities("Customer")] for x in (alone, second)]
        rows = caller.rows("Customer")
        quantity = second.quantity(pot)
        refused = caller.send("GET", "companyinfo/1", realm_id=alone.realm_id)
        caller.session.close()

    assert first_id == second_id
    assert [["Ada"], ["Bob"]] == names
    assert ["Bob"] == [row["DisplayName"] for row in rows]
    assert (3, 403) == (quantity, refused.status_code)
    with alone.company("7") as nobody, pytest.raises(EmulatorError, match="No company 7"):
        nobody.counts()


def test_a_merge_is_of_the_handles_company(alone: Emulator) -> None:
    """
    The company that a handle stands for, not the first. Source: Intuit, "Webhooks" (Merge).
    """
    with alone.company(alone.add_company(name="Second shop")) as second:
        ids = [second.create("Customer", {"DisplayName": name})["Id"] for name in ("Ada", "Bob")]

        merged = second.merge("Customer", ids[0], ids[1])

        assert ("Bob", ids[1]) == (merged["DisplayName"], merged["Id"])


def test_a_code_comes_without_a_browser(alone: Emulator) -> None:
    """
    It is exchanged for tokens as one from the consent page. Source: Intuit, "OAuth 2.0".
    """
    alone.add_app(**APP)
    redirect_uri = str(APP["redirect_uris"][0])

    code = alone.consent_code(client_id="another-app", redirect_uri=redirect_uri)
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
    url, secret = f"{alone.url}/oauth2/v1/tokens/bearer", ("another-app", "its-secret")
    reply = requests.post(url, auth=secret, data=form)

    assert 200 == reply.status_code, reply.text
    token = reply.json()["access_token"]
    address = f"{alone.url}/v3/company/{alone.realm_id}/companyinfo/1"
    assert 200 == requests.get(address, headers={"Authorization": f"Bearer {token}"}).status_code
    with pytest.raises(EmulatorError, match="consent was refused"):
        alone.consent_code(client_id="nobody")


def test_a_bad_setting_is_refused_by_its_name(alone: Emulator) -> None:
    """
    Switches, clock and seeds. Source: the README, "Control plane".
    """
    for words, change in (
        ("No switch hurry", lambda: alone.switch(hurry=True)),
        ("unknown_verb: one of 500, 405", lambda: alone.switch(unknown_verb=404)),
        ("latency_ms: a number from 0", lambda: alone.switch(latency_ms=-1)),
        ("stock_moves_touch_item: true or false", lambda: alone.switch(stock_moves_touch_item=1)),
        ("1970 to 2199", lambda: alone.advance(9e9)),
        ("set: a date", lambda: alone.set_clock("tomorrow")),
        ("seed", lambda: alone.reset("everything")),
    ):
        with pytest.raises(EmulatorError, match=words):
            change()
