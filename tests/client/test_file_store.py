"""Tokens in a file: whole, durable, its owner's alone, and not lost when the disk is in the way."""

from __future__ import annotations

import json
import logging
import os
import pwd
import resource
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from typing_extensions import override

from quickbooks_client import AuthenticationError, Client, ConfigurationError, Settings
from quickbooks_client.auth import Authorizer
from quickbooks_client.file_store import FileTokenStore
from quickbooks_client.oauth import OAuth
from quickbooks_client.stores import open_store
from quickbooks_client.token_store import Token
from quickbooks_client.transport import CallLimits
from tests.client.fakes import START, FakeClock
from tests.client.token_parts import (
    COUNT,
    authorizer,
    process,
    refreshes,
    run_together,
    works,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from quickbooks_emulator.testing import Emulator

A_TOKEN = Token("access", "refresh", START)


@pytest.fixture
def path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The token file, in a folder that is not there yet; a home of the test's own."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
    return tmp_path / "store" / "tokens.json"


@pytest.fixture
def connection(emulator: Emulator, path: Path) -> dict[str, Any]:
    """Settings for the emulator with that file; every refresh rotates."""
    emulator.switch(rotate_always=True)
    return {**emulator.settings(), "token_store": str(path)}


def save(path: Path, token: Token = A_TOKEN) -> None:
    store = FileTokenStore(path, "sandbox", "1")
    with store.lock():
        store.save(token)


def load(path: Path) -> Token | None:
    return FileTokenStore(path, "sandbox", "1").load()


def load_of(path: Path, settings: Settings) -> Token | None:
    """What the file itself holds."""
    return FileTokenStore(path, settings.environment, settings.realm_id).load()


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


# -- whose it is


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_its_owner_alone_can_read_it_whatever_the_umask(path: Path, umask: int) -> None:
    """
    The file, its lock, and the folders that were made for it.
    """
    before = os.umask(umask)
    try:
        save(path.parent / "deep" / path.name)
    finally:
        os.umask(before)

    made = [path.parent, path.parent / "deep", *(path.parent / "deep").iterdir()]
    assert {
        "store": 0o700,
        "deep": 0o700,
        "tokens.json": 0o600,
        "tokens.json.lock": 0o600,
    } == {one.name: mode(one) for one in made}


def test_a_folder_that_was_there_keeps_its_mode(path: Path) -> None:
    """
    It may be the project's.
    """
    path.parent.mkdir(mode=0o755)

    save(path)

    assert 0o755 == mode(path.parent)


def test_a_file_that_others_may_read_is_shut_and_told_about(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """
    As after a copy by hand: what to do when somebody has read it is said once.
    """
    save(path)
    path.chmod(0o644)

    assert A_TOKEN == load(path)
    assert A_TOKEN == load(path)

    assert 0o600 == mode(path)
    assert 1 == caplog.text.count("Other users could read the token store")
    assert "quickbooks auth revoke" in caplog.text


def _read_as_somebody(path: Path, uid: int) -> None:
    os.setuid(uid)
    try:
        load(path)
    except ConfigurationError as error:
        raise SystemExit(0 if "other users may read" in str(error) else str(error)) from None
    raise SystemExit("It was read")


def test_a_file_of_another_user_that_everybody_may_read_is_refused() -> None:
    """
    Only its owner can shut it. (Without root no file can be made another's: its owner reads it.)
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tokens.json"
        save(path)
        Path(folder).chmod(0o755)
        path.chmod(0o644)
        if os.geteuid() != 0:
            assert A_TOKEN == load(path)
            return

        with process(_read_as_somebody, path, 65534) as child:
            child.join(60)

    assert 0 == child.exitcode


def test_root_leaves_the_file_to_its_owner(path: Path) -> None:
    """
    One sudo must not lock out who runs this every day.
    """
    save(path)
    owner = (65534, 65534) if os.geteuid() == 0 else (os.geteuid(), os.getegid())
    os.chown(path, *owner)

    save(path)

    assert owner == (path.stat().st_uid, path.stat().st_gid)


# -- what it is


def test_a_symbolic_link_stays_one(path: Path, tmp_path: Path) -> None:
    """
    The file it points to is replaced; both names share one lock.
    """
    real = tmp_path / "elsewhere" / "real.json"
    real.parent.mkdir()
    path.parent.mkdir()
    path.symlink_to(real)

    save(path)

    assert path.is_symlink()
    assert A_TOKEN == load(real) == load(path)
    assert ["real.json", "real.json.lock"] == sorted(one.name for one in real.parent.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"\x00\xff",
        b'{"version": 1}',
        b'{"version": "1", "tokens": {}}',
        b'{"version": 1, "tokens": []}',
        b"[" * 100_000,
        b'{"client_id": "a person\'s other file"}',
    ],
)
def test_what_is_no_token_store_is_not_overwritten(
    emulator: Emulator, connection: dict[str, Any], path: Path, content: bytes
) -> None:
    """
    One sentence names the setting and what to run; nothing is asked of QuickBooks.
    """
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(ConfigurationError, match=r"token_store: .* is damaged.*auth login`\.$"):
        authorizer(connection, FakeClock()).access_token()

    assert content == path.read_bytes()
    assert [] == refreshes(emulator)


def test_a_store_of_a_newer_version_is_left_alone(path: Path) -> None:
    """
    The words are others than for a damaged one: here nobody needs to sign in.
    """
    content = b'{"version": 2, "tokens": {}, "more": 1}'
    path.parent.mkdir()
    path.write_bytes(content)

    with pytest.raises(ConfigurationError, match=r"newer version .* update this installation"):
        load(path)
    with pytest.raises(ConfigurationError, match="newer version"):
        save(path)
    assert content == path.read_bytes()


@pytest.mark.parametrize(
    "wrong",
    [
        {"access_token": None},
        {"refresh_token": ""},
        {"refresh_token": 7},
        {"expires_at": "yesterday"},
        {"expires_at": "2026-03-04T12:00:00"},
        {"refresh_expires_at": 12},
    ],
)
def test_a_damaged_entry_asks_for_a_sign_in_which_replaces_it(
    path: Path, wrong: dict[str, Any]
) -> None:
    """
    The other companies' entries stay.
    """
    save(path)
    content = json.loads(path.read_text())
    content["tokens"]["production/2"] = content["tokens"]["sandbox/1"] | {"of": "a newer version"}
    content["tokens"]["sandbox/1"] |= wrong
    path.write_text(json.dumps(content))

    with pytest.raises(ConfigurationError, match="damaged: run `quickbooks auth login`"):
        load(path)
    save(path)

    assert A_TOKEN == load(path)
    assert "a newer version" == json.loads(path.read_text())["tokens"]["production/2"]["of"]


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop"])
def test_what_is_no_file_is_named(path: Path, kind: str) -> None:
    """
    And not waited for.
    """
    path.parent.mkdir()
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to(path)

    with pytest.raises(ConfigurationError, match=r"token_store: .*tokens\.json"):
        load(path)


def test_a_file_where_the_folder_should_be_names_the_setting(
    connection: dict[str, Any], tmp_path: Path
) -> None:
    """
    A folder that cannot be made.
    """
    (tmp_path / "blocked").write_text("")
    blocked = {**connection, "token_store": str(tmp_path / "blocked" / "tokens.json")}

    with pytest.raises(ConfigurationError, match="Setting token_store: "):
        authorizer(blocked, FakeClock()).access_token()


# -- what a kill leaves


@pytest.mark.parametrize(("left", "is_whole"), [("whole", True), ("{half", False), ("", False)])
def test_what_a_killed_save_left_is_put_in_place_if_it_is_whole(
    path: Path, left: str, *, is_whole: bool
) -> None:
    """
    Killed between writing the new file and putting it in place: it holds the only live token.
    """
    younger = Token("access-2", "refresh-2", START)
    save(path, younger)
    whole = path.read_bytes()
    save(path)
    left_over = path.with_name("tokens.json.0123abcd.new")
    left_over.write_bytes(whole if left == "whole" else left.encode())
    store = FileTokenStore(path, "sandbox", "1")

    assert A_TOKEN == store.load()
    with store.lock():
        assert (younger if is_whole else A_TOKEN) == store.load()

    assert not left_over.exists()


def test_files_of_others_beside_it_are_left_alone(path: Path) -> None:
    """
    Names that only look alike.
    """
    path.parent.mkdir()
    others = [path.with_name(name) for name in ("tokens.json.new", "tokens.json.backup.new", "a")]
    for other in others:
        other.write_text("")

    save(path)

    assert all(other.exists() for other in others)


# -- disks that fail


def _refresh_on_a_full_disk(connection: dict[str, Any], size: int) -> None:
    tokens = authorizer(connection, FakeClock())
    # Files may not grow beyond this: what a write meets on a full disk, but for the number.
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    try:
        tokens.refresh()
    except ConfigurationError as error:
        raise SystemExit(0 if "cannot be written" in str(error) else str(error)) from None
    raise SystemExit("It was written")


def test_a_full_disk_is_found_before_quickbooks_is_asked(
    emulator: Emulator, connection: dict[str, Any], path: Path
) -> None:
    """
    There is room for the store as it is, and none for another token: nothing is rotated.
    """
    authorizer(connection, FakeClock()).access_token()
    emulator.clear_calls()
    with process(_refresh_on_a_full_disk, connection, path.stat().st_size + 100) as child:
        child.join(60)

    assert 0 == child.exitcode
    assert [] == refreshes(emulator)
    works(connection)


def test_a_folder_that_takes_no_files_is_found_before_quickbooks_is_asked(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    As a read-only one; this is the kernel's own.
    """
    nowhere = {**connection, "token_store": "/sys/quickbooks/tokens.json"}

    with pytest.raises(ConfigurationError, match="Setting token_store: "):
        authorizer(nowhere, FakeClock()).access_token()

    assert [] == refreshes(emulator)


def broken(path: Path) -> Callable[[], None]:
    """The disk goes away: where the folder was there is a file."""

    def breaks() -> None:
        path.parent.rename(path.parent.with_name("away"))
        path.parent.write_text("")

    return breaks


def mended(path: Path) -> None:
    path.parent.unlink()
    path.parent.with_name("away").rename(path.parent)


def test_a_disk_that_breaks_after_the_rotation_costs_nothing(
    connection: dict[str, Any], path: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """
    The token is kept in the user's own folder, loudly, and put into the store when that is back.
    """
    authorizer(connection, FakeClock()).access_token()
    tokens = authorizer(connection, FakeClock(), then=broken(path))

    token = tokens.refresh()

    (copy,) = (tmp_path / "home").rglob("rescued-token-*.json")
    assert token.access_token == tokens.access_token()
    assert 0o600 == mode(copy)
    assert str(copy) in caplog.text
    assert [logging.ERROR] == [one.levelno for one in caplog.records if str(copy) in one.message]
    mended(path)
    works(connection)
    assert not copy.exists()


def test_a_disk_that_stays_broken_is_lived_with(
    connection: dict[str, Any], path: Path, tmp_path: Path
) -> None:
    """
    A second token that cannot be stored replaces the first one's copy.
    """
    authorizer(connection, FakeClock()).access_token()
    # The store can be read and prepared, but not replaced.
    then = path.parent / "then"

    def breaks() -> None:
        path.rename(then)
        path.mkdir()
        (path / "in the way").write_text("")

    def mends() -> None:
        shutil.rmtree(path)
        then.rename(path)

    for _ in range(2):
        authorizer(connection, FakeClock(), then=breaks).refresh()
        mends()

    assert [] == list((tmp_path / "home").rglob("*.json"))
    assert 1 == len(list(path.parent.glob("rescued-token-*.json")))
    works(connection)
    assert [] == list(path.parent.glob("rescued-token-*.json"))


def test_a_copy_that_the_store_has_outlived_is_not_believed(
    emulator: Emulator, connection: dict[str, Any], path: Path, tmp_path: Path
) -> None:
    """
    Somebody has signed in since: the store's token is younger.
    """
    authorizer(connection, FakeClock()).access_token()
    authorizer(connection, FakeClock(), then=broken(path)).refresh()
    (copy,) = (tmp_path / "home").rglob("rescued-token-*.json")
    kept = copy.read_bytes()
    mended(path)
    copy.unlink()
    path.unlink()
    again = {**connection, "refresh_token": emulator.consent()}
    authorizer(again, FakeClock()).access_token()
    copy.write_bytes(kept)
    settings = Settings.from_mapping(connection)

    assert load_of(path, settings) == open_store(settings).load()
    works(connection)

    assert not copy.exists()


@pytest.mark.parametrize("newer", ["here", "home"])
def test_of_two_copies_the_newer_one_counts(
    connection: dict[str, Any], path: Path, tmp_path: Path, newer: str
) -> None:
    """
    The older one lies on a disk that nothing can be written to, or taken from, any more.
    """
    authorizer(connection, FakeClock()).access_token()
    settings = Settings.from_mapping(connection)
    authorizer(connection, FakeClock(), then=broken(path)).refresh()
    (copy,) = (tmp_path / "home").rglob("rescued-token-*.json")
    mended(path)
    other = path.parent / copy.name
    kept = json.loads(copy.read_bytes())
    kept["token"] |= {"refresh_token": "older", "obtained_at": "2020-01-01T00:00:00+00:00"}
    shutil.copy(copy, other)
    (copy if newer == "here" else other).write_text(json.dumps(kept))

    found = open_store(settings).load()

    assert found is not None
    assert "older" != found.refresh_token
    works(connection)


def test_where_there_is_no_home_tokens_are_kept_beside_the_store(
    connection: dict[str, Any], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    As in a container whose user stands in no list of users: nothing but the spare place is missing.
    """

    def nobody(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", nobody)
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME")

    authorizer(connection, FakeClock()).access_token()

    assert path.exists()
    for place in ("~/tokens.json", "~no-such-user/tokens.json", "file:~/tokens.json"):
        with pytest.raises(ConfigurationError, match="Setting token_store"):
            open_store(Settings.from_mapping({**connection, "token_store": place}))


def test_a_token_that_can_be_kept_nowhere_is_not_used_and_not_dropped(
    connection: dict[str, Any], path: Path, tmp_path: Path
) -> None:
    """
    Loud at once; the process goes on trying, and has it stored at the first chance.
    """
    authorizer(connection, FakeClock()).access_token()
    (tmp_path / "home").write_text("")
    clock = FakeClock()
    tokens = authorizer(connection, clock, then=broken(path))

    for _ in range(2):
        with pytest.raises(ConfigurationError, match="token_store") as caught:
            tokens.refresh()
        assert "token" in str(caught.value)
    mended(path)

    assert tokens.access_token()
    works(connection)


def test_a_token_that_can_be_kept_nowhere_says_what_follows(
    connection: dict[str, Any], path: Path, tmp_path: Path
) -> None:
    """
    In one sentence for each thing to know.
    """
    authorizer(connection, FakeClock()).access_token()
    (tmp_path / "home").write_text("")

    with pytest.raises(ConfigurationError, match=r"kept nowhere: .* run `quickbooks auth login`"):
        authorizer(connection, FakeClock(), then=broken(path)).refresh()


def test_an_unchanged_refresh_token_that_cannot_be_saved_does_not_stop_the_run(
    emulator: Emulator, connection: dict[str, Any], path: Path, tmp_path: Path
) -> None:
    """
    Nothing but an access token is lost with this process.
    """
    emulator.switch(rotate_always=False)
    authorizer(connection, FakeClock()).access_token()
    (tmp_path / "home").write_text("")

    assert authorizer(connection, FakeClock(), then=broken(path)).refresh()

    mended(path)
    works(connection)


def test_a_store_that_fails_while_the_token_lives_does_not_stop_the_run(
    connection: dict[str, Any], path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """
    Five minutes ahead there is time: the token there is serves, and is renewed when that works.
    """
    clock = FakeClock()
    with Client(Settings.from_mapping(connection), clock) as client:
        client.query(COUNT)
        clock.advance(3600 - 200)
        broken(path)()
        authorized = client.authorizer.access_token()
        again = client.authorizer.access_token()
        mended(path)
        clock.advance(60)
        renewed = client.authorizer.access_token()

    assert authorized == again != renewed
    assert 1 == caplog.text.count("could not be renewed yet")


# -- somebody who knows no lock


class _Rewritten(OAuth):
    """The endpoint; before it is asked first, somebody without a lock writes the store."""

    writes: Callable[[], None]

    @override
    def refresh(self, refresh_token: str) -> Token:
        self.writes()
        self.writes = lambda: None
        return super().refresh(refresh_token)


def test_invalid_grant_is_believed_only_after_another_look(
    emulator: Emulator, connection: dict[str, Any], path: Path
) -> None:
    """
    A program without our lock has rotated the token meanwhile, and stored it.
    """
    emulator.switch(refresh_token_reuse="refused")
    tokens = authorizer(connection, FakeClock())
    tokens.access_token()
    stale = path.read_bytes()
    tokens.refresh()
    younger = path.read_bytes()
    path.write_bytes(stale)
    settings = Settings.from_mapping({**connection, "refresh_token": ""})
    oauth = _Rewritten(settings, FakeClock(), CallLimits())
    oauth.writes = lambda: path.write_bytes(younger) and None
    emulator.clear_calls()

    Authorizer(
        settings,
        open_store(settings),
        oauth,
        FakeClock(),
        total_s=600,
        jitter=lambda: 0.0,
        on_refresh=lambda: None,
    ).refresh()

    assert [400, 200] == refreshes(emulator)
    works(connection)


def test_processes_on_a_dead_token_all_say_what_to_run(
    emulator: Emulator, connection: dict[str, Any]
) -> None:
    """
    Nobody hangs and nobody asks more than once for each token there is.
    """
    authorizer(connection, FakeClock()).access_token()
    emulator.expire_tokens(access=True, refresh=True)
    emulator.clear_calls()

    assert [3] * 3 == run_together(3, _refused, connection)
    assert [400] * 6 == refreshes(emulator)


def _refused(connection: dict[str, Any]) -> None:
    try:
        authorizer(connection, FakeClock()).refresh()
    except AuthenticationError as error:
        raise SystemExit(3 if "quickbooks auth login" in str(error) else 1) from None
