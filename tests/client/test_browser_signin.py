"""
A person signs in with a real browser: the command, the consent page, and the page at the end.

Collected only where Chromium and its driver are there; the summary of the run says when they are
not.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from selenium.webdriver import Chrome, ChromeOptions, ChromeService
from selenium.webdriver.common.by import By
from selenium.webdriver.support.expected_conditions import presence_of_element_located
from selenium.webdriver.support.wait import WebDriverWait

from tests.client.signing_in import ENDS_WITHIN_S, SignIn, exchanges, free_port, register

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quickbooks_emulator.testing import Emulator


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """A Chromium without a window, a profile of its own, and no talk with anybody else."""
    options = ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    profile = tmp_path_factory.mktemp("chromium")
    for flag in (
        "--headless=new",
        "--no-sandbox",  # it refuses to run as root with one
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--no-proxy-server",
        "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # Named, so that nothing is looked for and nothing downloaded.
    service = ChromeService(shutil.which("chromedriver"))
    driver = Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def app(emulator: Emulator, tmp_path: Path) -> dict[str, Any]:
    """Settings as they are before a first sign-in."""
    emulator.reset(seed="demo")
    known = emulator.settings()
    redirect_uri = f"http://localhost:{free_port()}/callback"
    register(emulator, redirect_uri)
    emulator.clear_calls()
    return {
        **{name: known[name] for name in known if name not in {"realm_id", "refresh_token"}},
        "redirect_uri": redirect_uri,
        "token_store": str(tmp_path / "store" / "tokens.json"),
    }


def press(browser: Chrome, words: str) -> None:
    """Press the button that says so."""
    browser.find_element(By.XPATH, f"//button[normalize-space()='{words}']").click()


def last_page(browser: Chrome, redirect_uri: str) -> str:
    """The text of the command's page, once it is there."""
    WebDriverWait(browser, ENDS_WITHIN_S).until(
        lambda one: one.current_url.startswith(redirect_uri)
    )
    page = WebDriverWait(browser, ENDS_WITHIN_S).until(
        presence_of_element_located((By.TAG_NAME, "main"))
    )
    return str(page.text)


def test_a_person_presses_connect(
    emulator: Emulator, app: dict[str, Any], browser: Chrome, tmp_path: Path
) -> None:
    """
    The page at the end says what happened, at any width; the code is out of the address bar, and
    no error is in the browser's own log.
    """
    with SignIn(tmp_path, app, "--no-browser") as login:
        browser.get(login.address)
        assert "Emulator app" in browser.page_source
        press(browser, "Connect")
        text = last_page(browser, app["redirect_uri"])
        status, output, errors = login.end()

    assert (0, "") == (status, errors)
    assert f"Connected: company {emulator.realm_id}" in output
    assert "QuickBooks is connected" in text
    assert f"company {emulator.realm_id} (emulator)" in text
    assert app["redirect_uri"] == browser.current_url
    assert "QuickBooks is connected" == browser.title
    assert [200] == exchanges(emulator)
    assert Path(app["token_store"]).exists()
    for width in (1280, 390, 320):
        browser.set_window_size(width, 800)
        page = browser.find_element(By.TAG_NAME, "main")
        inner = browser.execute_script("return document.documentElement.clientWidth")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= inner
        assert page.rect["x"] >= 0
        assert page.rect["x"] + page.rect["width"] <= inner
        assert page.value_of_css_property("border-top-width") == "4px", "the style was refused"
    assert not [
        entry
        for entry in browser.get_log("browser")  # type: ignore[no-untyped-call] # selenium's
        if "favicon" not in str(entry["message"])
    ]


def test_a_person_says_no(
    emulator: Emulator, app: dict[str, Any], browser: Chrome, tmp_path: Path
) -> None:
    """
    The terminal and the page say so; nothing is stored.
    """
    with SignIn(tmp_path, app, "--no-browser") as login:
        browser.get(login.address)
        press(browser, "No thanks")
        text = last_page(browser, app["redirect_uri"])
        status, _, errors = login.end()

    assert 1 == status
    assert "The user said no" in errors
    assert "QuickBooks is not connected" in text
    assert "said no" in text
    assert [] == exchanges(emulator)
    assert not Path(app["token_store"]).exists()


def test_the_command_opens_the_browser_itself(
    emulator: Emulator, app: dict[str, Any], browser: Chrome, tmp_path: Path
) -> None:
    """
    The address it opens is the one it prints; a forged redirect meanwhile changes nothing.
    """
    opened = tmp_path / "opened"
    program = tmp_path / "browser"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nopen({str(opened)!r}, 'w').write(sys.argv[1])\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)

    with SignIn(tmp_path, app, BROWSER=f"{program} %s", PATH=os.environ["PATH"]) as login:
        WebDriverWait(browser, ENDS_WITHIN_S).until(
            lambda _: opened.exists() and opened.read_text()
        )
        browser.get(f"{app['redirect_uri']}?code=stranger&state=guess&realmId=1")
        forged = last_page(browser, app["redirect_uri"])
        browser.get(opened.read_text())
        press(browser, "Connect")
        text = last_page(browser, app["redirect_uri"])
        status, _, _ = login.end()

    assert login.address == opened.read_text()
    assert "This is not the sign-in that waits" in forged
    assert "QuickBooks is connected" in text
    assert 0 == status
