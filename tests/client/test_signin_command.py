"""`quickbooks auth login` as a process, against the emulator's consent page."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYetError
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg2
import pytest

from quickbooks_client import Client, Settings
from tests.client.commands import COMMAND, environment, run
from tests.client.signing_in import (
    ENDS_WITHIN_S,
    TOKEN,
    SignIn,
    code_of,
    exchanges,
    free_port,
    get,
    register,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator

HTTPS = "https://app.example.com/quickbooks/callback"


@pytest.fixture
def app(emulator: Emulator, tmp_path: Path) -> dict[str, Any]:
    """Settings as they are before a first sign-in: no company, no token; a port of our own."""
    known = emulator.settings()
    redirect_uri = f"http://localhost:{free_port()}/callback"
    register(emulator, redirect_uri)
    emulator.clear_calls()
    return {
        **{name: known[name] for name in known if name not in {"realm_id", "refresh_token"}},
        "redirect_uri": redirect_uri,
        "token_store": str(tmp_path / "store" / "tokens.json"),
    }


def stored(app: dict[str, Any]) -> dict[str, Any]:
    """The stored tokens by company."""
    path = Path(app["token_store"])
    tokens: dict[str, Any] = json.loads(path.read_text())["tokens"] if path.exists() else {}
    return tokens


def test_a_person_connects_a_first_company(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path
) -> None:
    """
    Without realm_id: the tokens are stored under the company that was chosen before the page says
    so, and the command names the setting that is left. From then on everything works.
    """
    with SignIn(tmp_path, app, "--no-browser") as login:
        page = get(login.answer(emulator.realm_id))
        at_once = stored(app)
        status, output, errors = login.end()

    assert (0, "") == (status, errors)
    assert "QuickBooks is connected" in page.text
    assert f"company {emulator.realm_id} (emulator)" in page.text
    assert [f"emulator/{emulator.realm_id}"] == list(at_once)
    assert f"Connected: company {emulator.realm_id}" in output
    assert f"QUICKBOOKS_REALM_ID={emulator.realm_id}" in output
    assert [200] == exchanges(emulator)
    assert 0o600 == Path(app["token_store"]).stat().st_mode & 0o777
    known = {**app, "realm_id": emulator.realm_id}
    usage = run("usage", "--json", folder=tmp_path, variables=known)
    assert 1 == json.loads(usage.stdout)["refreshed"]
    assert 0 == run("auth", "status", folder=tmp_path, variables=known).returncode
    with Client(Settings.from_mapping(known)) as client:
        assert 0 == client.query("SELECT COUNT(*) FROM Item").total_count
    assert 0 == run("auth", "refresh", folder=tmp_path, variables=known).returncode
    assert 0 == run("auth", "revoke", folder=tmp_path, variables=known).returncode
    assert {} == stored(app)


def test_tokens_go_to_postgresql(
    emulator: Emulator, app: dict[str, Any], database_url: str, tmp_path: Path
) -> None:
    """
    In the company's row, and no row is made for anybody else.
    """
    known = {**app, "token_store": database_url}
    with SignIn(tmp_path, known, "--no-browser") as login:
        get(login.answer(emulator.realm_id))
        status, output, errors = login.end()
    known["realm_id"] = emulator.realm_id

    assert (0, "") == (status, errors)
    assert "The tokens are in PostgreSQL" in output
    assert 0 == run("auth", "refresh", folder=tmp_path, variables=known).returncode
    with contextlib.closing(psycopg2.connect(database_url)) as database:
        cursor = database.cursor()
        cursor.execute("select connection from quickbooks_tokens")
        assert [(f"emulator/{emulator.realm_id}",)] == cursor.fetchall()


def test_the_user_says_no(emulator: Emulator, app: dict[str, Any], tmp_path: Path) -> None:
    """
    One sentence in the terminal and on the page; nothing is stored and nothing was exchanged.
    """
    with SignIn(tmp_path, app, "--no-browser") as login:
        page = get(login.answer(decision="refuse"))
        status, _, errors = login.end()

    assert 1 == status
    assert errors.startswith("quickbooks: The user said no on the consent page")
    assert 1 == len(errors.splitlines())
    assert "QuickBooks is not connected" in page.text
    assert "said no" in page.text
    assert {} == stored(app)
    assert [] == exchanges(emulator)


def test_another_company_than_the_one_that_is_set(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path
) -> None:
    """
    Nothing is stored, and its code is not exchanged; both ways out are named.
    """
    other = emulator.add_company()
    known = {**app, "realm_id": emulator.realm_id}

    with SignIn(tmp_path, known, "--no-browser") as login:
        page = get(login.answer(other))
        status, _, errors = login.end()

    assert 1 == status
    assert f"You chose company {other}, but setting realm_id is {emulator.realm_id}" in errors
    assert f"You chose company {other}" in page.text
    assert {} == stored(app)
    assert [] == exchanges(emulator)


def test_signing_in_again_replaces_the_tokens(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path
) -> None:
    """
    Also when the stored ones are dead; those of other companies stay.
    """
    other = emulator.add_company()
    tokens = []
    for realm_id in (emulator.realm_id, other, emulator.realm_id):
        with SignIn(tmp_path, app, "--no-browser") as login:
            get(login.answer(realm_id))
            assert 0 == login.end()[0]
        tokens.append(stored(app)[f"emulator/{realm_id}"]["refresh_token"])
        emulator.expire_tokens(refresh=True)

    now = stored(app)
    assert 3 == len(set(tokens))
    assert tokens[2] == now[f"emulator/{emulator.realm_id}"]["refresh_token"]
    assert tokens[1] == now[f"emulator/{other}"]["refresh_token"]


def test_forgeries_do_not_disturb_a_sign_in(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path
) -> None:
    """
    A stranger's code, a stranger's no, and a real code of a stranger's own consent are refused;
    the person's answer still connects their company.
    """
    other = emulator.add_company()
    with emulator.company(other) as elsewhere:
        strange = elsewhere.consent_code(redirect_uri=app["redirect_uri"])

    with SignIn(tmp_path, app, "--no-browser") as login:
        refused = [
            get(f"{app['redirect_uri']}?{query}").status_code
            for query in (
                f"code={strange}&realmId={other}",
                f"code={strange}&realmId={other}&state=state",
                "error=access_denied&state=state",
                "error=access_denied",
            )
        ]
        get(login.answer(emulator.realm_id))
        status, _, errors = login.end()

    assert [400, 400, 400, 400] == refused
    assert 0 == status
    assert [f"emulator/{emulator.realm_id}"] == list(stored(app))
    assert 1 == errors.count("does not belong to this sign-in")
    assert [200] == exchanges(emulator)


def test_the_same_answer_twice_at_once_is_exchanged_once(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path
) -> None:
    """
    A code that is sent twice would end its own tokens.
    """
    with SignIn(tmp_path, app, "--no-browser") as login, ThreadPoolExecutor(8) as pool:
        redirect = login.answer(emulator.realm_id)
        got = [pool.submit(get, redirect) for _ in range(8)]
        status, _, _ = login.end()
        pages = [one.result() for one in got if one.exception() is None]

    assert 0 == status
    assert 1 == sum(page.status_code == 200 for page in pages)
    assert {200, 409} >= {page.status_code for page in pages}
    assert [200] == exchanges(emulator)


def test_a_lost_reply_ends_in_what_to_do(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path
) -> None:
    """
    The code may be used up, so it is not sent again; the old token stays where it was.
    """
    emulator.fail(path=TOKEN, times=1, do={"kind": "lose_reply"})

    with SignIn(tmp_path, app, "--no-browser") as login:
        page = get(login.answer(emulator.realm_id))
        status, _, errors = login.end()

    assert 1 == status
    assert "may be used up: sign in again" in errors
    assert "may be used up: sign in again" in page.text
    assert 1 == len(exchanges(emulator))
    assert {} == stored(app)


def test_a_code_that_came_too_late(emulator: Emulator, app: dict[str, Any], tmp_path: Path) -> None:
    """
    The page says that nothing is connected, and why.
    """
    with SignIn(tmp_path, app, "--no-browser") as login:
        redirect = login.answer(emulator.realm_id)
        emulator.advance(3600)
        page = get(redirect)
        status, _, errors = login.end()

    assert 1 == status
    assert "not accepted" in errors
    assert "QuickBooks is not connected" in page.text
    assert {} == stored(app)


def test_neither_code_nor_tokens_are_shown_or_kept(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path
) -> None:
    """
    Not in the output, not in a file beside the store; the state only in the address to open.
    """
    with SignIn(tmp_path, app, "--no-browser") as login:
        redirect = login.answer(emulator.realm_id)
        get(redirect.replace("state=", "state=x"))
        get(redirect)
        _, output, errors = login.end()

    token = stored(app)[f"emulator/{emulator.realm_id}"]
    secrets = [code_of(redirect), token["access_token"], token["refresh_token"]]
    secrets.append(app["client_secret"])
    assert [] == [one for one in secrets if one in output + errors]
    assert 1 == (output + errors).count(login.asked["state"])
    store = Path(app["token_store"])
    held = [path for path in tmp_path.rglob("*") if path.is_file() and path != store]
    for secret in (code_of(redirect), login.asked["state"], *secrets):
        assert [] == [path for path in held if secret.encode() in path.read_bytes()]
    assert code_of(redirect) not in store.read_text()


def test_the_browser_is_opened(emulator: Emulator, app: dict[str, Any], tmp_path: Path) -> None:
    """
    The one that BROWSER names; here it is a person who presses Connect at once.
    """
    program = tmp_path / "browser.py"
    program.write_text(
        "import sys, requests\n"
        "from urllib.parse import parse_qsl, urlsplit\n"
        "page = urlsplit(sys.argv[1])\n"
        f"form = dict(parse_qsl(page.query), decision='connect', realm_id='{emulator.realm_id}')\n"
        "requests.post(page._replace(query='').geturl(), data=form)\n"
    )

    with SignIn(tmp_path, app, BROWSER=f"{sys.executable} {program} %s") as login:
        status, _, errors = login.end()

    assert (0, "") == (status, errors)
    assert [f"emulator/{emulator.realm_id}"] == list(stored(app))


@pytest.mark.parametrize("browser", ["false %s", "no-such-browser"])
def test_without_a_browser_the_address_is_there_to_copy(
    emulator: Emulator, app: dict[str, Any], tmp_path: Path, browser: str
) -> None:
    """
    The command says that none could be opened, and waits all the same.
    """
    with SignIn(tmp_path, app, BROWSER=browser, PATH="/nowhere") as login:
        assert login.process.stderr is not None
        said = login.process.stderr.readline()
        get(login.answer(emulator.realm_id))
        status, _, errors = login.end()

    assert "open the address yourself" in said
    assert (0, "") == (status, errors)


def test_nobody_answers(app: dict[str, Any], tmp_path: Path) -> None:
    """
    After the time that was given; the sentence names the ways out.
    """
    with SignIn(tmp_path, app, "--no-browser", "--timeout", "0.2") as login:
        status, _, errors = login.end()

    assert 1 == status
    assert "within 0.2 s" in errors
    assert "--manual" in errors
    assert 1 == len(errors.splitlines())


@pytest.mark.parametrize("seconds", ["0", "-1", "soon", "nan", "inf"])
def test_a_timeout_that_is_none_is_refused(
    app: dict[str, Any], tmp_path: Path, seconds: str
) -> None:
    """
    As every wrong argument: usage, and exit status 2.
    """
    done = run("auth", "login", f"--timeout={seconds}", folder=tmp_path, variables=app)

    assert 2 == done.returncode
    assert "no number of seconds" in done.stderr


def test_a_person_breaks_off(app: dict[str, Any], tmp_path: Path) -> None:
    """
    Ctrl-C ends it at once, without a traceback, and lets go of the port.
    """
    with SignIn(tmp_path, app, "--no-browser") as login:
        login.process.send_signal(signal.SIGINT)
        status, _, errors = login.end()

    assert (130, "") == (status, errors)
    with SignIn(tmp_path, app, "--no-browser") as again:
        assert again.address


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"redirect_uri": ""}, "redirect_uri is missing"),
        ({"redirect_uri": "https://app.example.com/callback"}, "--manual"),
        ({"redirect_uri": "https://localhost:8765/callback"}, "--manual"),
        ({"redirect_uri": "http://192.0.2.1/callback"}, "--manual"),
        ({"client_id": "", "client_secret": ""}, "client_id and client_secret are missing"),
        ({"token_store": "s3://bucket"}, "no kind of store"),
        ({"token_store": "/proc/store/tokens.json", "realm_id": "1"}, "token_store"),
        ({"realm_id": "mine"}, "Setting realm_id"),
    ],
)
def test_what_cannot_work_is_said_before_a_person_is_asked(
    app: dict[str, Any], tmp_path: Path, changed: dict[str, str], words: str
) -> None:
    """
    One sentence that names the setting, and no address to open.
    """
    done = run("auth", "login", "--no-browser", folder=tmp_path, variables={**app, **changed})

    assert 1 == done.returncode
    assert words in done.stderr
    assert 1 == len(done.stderr.splitlines())
    assert "" == done.stdout


def test_a_port_that_is_taken(app: dict[str, Any], tmp_path: Path) -> None:
    """
    The sentence names it, the setting, and --manual.
    """
    port = int(app["redirect_uri"].rpartition(":")[2].partition("/")[0])
    with socket.create_server(("127.0.0.1", port)):
        done = run("auth", "login", "--no-browser", folder=tmp_path, variables=app)

    assert 1 == done.returncode
    assert f"Port {port} of setting redirect_uri" in done.stderr
    assert "--manual" in done.stderr
    assert "" == done.stdout


def test_a_sign_in_waits_for_a_refresh(
    emulator: Emulator,
    app: dict[str, Any],
    connection: dict[str, Any],
    make_client: Callable[..., Client],
    tmp_path: Path,
) -> None:
    """
    The code is exchanged under the store's lock: the exchange ends the pair that somebody else may
    be refreshing.
    """
    client = make_client()
    known = {**app, "realm_id": emulator.realm_id}
    with SignIn(tmp_path, known, "--no-browser") as login, ThreadPoolExecutor() as pool:
        with client.store.lock():
            page = pool.submit(get, login.answer(emulator.realm_id))
            with pytest.raises(NotYetError):
                page.result(0.7)
            during = exchanges(emulator)
        status, _, _ = login.end()

    assert [] == during
    assert 0 == status
    assert [200] == exchanges(emulator)


# -- pasting


@pytest.fixture
def far(emulator: Emulator, app: dict[str, Any]) -> dict[str, Any]:
    """Settings of an app whose redirects go to another machine, as in production."""
    register(emulator, HTTPS)
    return {**app, "redirect_uri": HTTPS}


def test_a_person_pastes_the_address(
    emulator: Emulator, far: dict[str, Any], tmp_path: Path
) -> None:
    """
    What is wrong is named and asked for again, without a word of what was pasted.
    """
    with SignIn(tmp_path, far, "--manual") as login:
        redirect = login.answer(emulator.realm_id)
        wrong = [
            code_of(redirect),
            redirect.replace("state=", "state=x"),
            login.address,
            redirect.replace(HTTPS, "https://app.example.com/other"),
        ]
        status, output, errors = login.end("\n".join([*wrong, "", redirect]) + "\n")

    assert 0 == status, errors
    assert 4 == errors.count("Copy the whole address again")
    assert (
        2 == errors.count(f"does not begin with {HTTPS}") + errors.count("its state is not") - 1 - 1
    )
    assert code_of(redirect) not in output + errors
    assert [f"emulator/{emulator.realm_id}"] == list(stored(far))
    assert [200] == exchanges(emulator)


def test_a_person_pastes_nothing_that_fits(far: dict[str, Any], tmp_path: Path) -> None:
    """
    Five times, or not at all.
    """
    with SignIn(tmp_path, far, "--manual") as login:
        status, _, errors = login.end("no\n" * 9)
    with SignIn(tmp_path, far, "--manual") as silent:
        silent_status, _, silent_errors = silent.end("")

    assert (1, 1) == (status, silent_status)
    assert 5 == errors.count("Copy the whole address again")
    assert "No address that answers this sign-in was pasted" in errors
    assert "No address was pasted, so nothing was stored" in silent_errors
    assert {} == stored(far)


def test_a_pasted_no_ends_it(far: dict[str, Any], tmp_path: Path) -> None:
    """
    As on this machine.
    """
    with SignIn(tmp_path, far, "--manual") as login:
        status, _, errors = login.end(login.answer(decision="refuse") + "\n")

    assert 1 == status
    assert "The user said no" in errors


def test_on_a_terminal_what_is_pasted_is_not_echoed(
    emulator: Emulator, far: dict[str, Any], tmp_path: Path
) -> None:
    """
    The code stays out of what a terminal keeps.
    """
    terminal, end = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, "auth", "login", "--manual"],
        cwd=tmp_path, env=environment(far), stdin=end, stdout=end, stderr=end,
        start_new_session=True,
    )  # fmt: skip
    os.close(end)
    shown = read_until(terminal, "Paste it here (it is not shown): ")
    login = SignIn(tmp_path, far)
    login.shown = shown.replace("\r", "")
    redirect = login.answer(emulator.realm_id)

    os.write(terminal, f"{redirect}\n".encode())
    shown += read_until(terminal, "\x00")
    status = process.wait(ENDS_WITHIN_S)
    os.close(terminal)

    assert 0 == status
    assert "Connected: company" in shown
    assert code_of(redirect) not in shown


def read_until(terminal: int, words: str) -> str:
    """What a terminal shows, up to `words` or the end."""
    shown = b""
    while words.encode() not in shown and select.select([terminal], [], [], ENDS_WITHIN_S)[0]:
        try:
            more = os.read(terminal, 4096)
        except OSError:
            break  # how Linux says that nobody is at the other end
        shown += more
        if not more:
            break
    return shown.decode()
