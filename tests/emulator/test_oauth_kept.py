"""Apps, companies, codes and keys outlive the process. Nothing of Intuit's: the file is ours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import jwt
import requests

from quickbooks_emulator.testing import Emulator
from tests.emulator.test_oauth_consent import (
    company_name,
    consented,
    control,
    exchange,
    refresh,
)
from tests.emulator.test_serving import served

if TYPE_CHECKING:
    from pathlib import Path

REALM = "4620816365012345670"
REDIRECT = "https://app.example/callback"


def test_a_second_app_and_company_outlive_a_kill(tmp_path: Path) -> None:
    """
    A code asked for before kill -9 is exchanged after it; the company's own objects, its name, the
    other consent and the key that signed its id_token are there.
    """
    data = ("--data", str(tmp_path / "emulator.db"), "--seed", "empty")
    app = ("second", "s")
    wanted = {"client_id": app[0], "client_secret": app[1], "redirect_uris": [REDIRECT]}
    asked = {
        "client_id": app[0],
        "redirect_uri": REDIRECT,
        "scope": "openid com.intuit.quickbooks.accounting",
    }
    with served(*data) as (process, url):
        emulator = Emulator.attach(url)
        emulator.switch(reconnect="adds", code_life_s=3600)
        control(emulator, "apps", wanted)
        facts = control(
            emulator, "companies", {"realm_id": REALM, "name": "Second", "seed": "demo"}
        )
        pair = exchange(
            emulator, consented(emulator, REALM, **asked), app=app, redirect_uri=REDIRECT
        ).json()
        code = consented(emulator, REALM, **asked)
        before = control(emulator, "companies")
        control(emulator, "apps", {"client_id": "third"})
        emulator.close()
        process.kill()
        process.wait(timeout=20)

    with served(*data) as (_, url):
        emulator = Emulator.attach(url)

        assert before == control(emulator, "companies")
        assert "third" in {kept["client_id"] for kept in control(emulator, "apps")}
        reply = company_name(emulator, pair["access_token"], REALM)
        assert "Second" == reply.json()["CompanyInfo"]["CompanyName"]
        assert facts["facts"]
        assert 200 == refresh(emulator, pair["refresh_token"], app).status_code
        later = exchange(emulator, code, app=app, redirect_uri=REDIRECT)
        assert 200 == later.status_code
        keys = requests.get(f"{url}/op/v1/jwks").json()["keys"]
        assert [key["kid"] for key in keys] == [
            jwt.get_unverified_header(text["id_token"])["kid"] for text in (pair,)
        ]
        emulator.close()
