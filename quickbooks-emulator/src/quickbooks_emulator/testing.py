"""The emulator as a handle for tests: a server in a thread, or one that already runs.

`with Emulator() as emulator: emulator.create("Customer", {"DisplayName": "Ada"})`
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from quickbooks_emulator import oauth
from quickbooks_emulator.hosting import EmulatorError, ServerThread
from quickbooks_emulator.json_text import dumps, loads
from quickbooks_emulator.persistence import File
from quickbooks_emulator.service import Service
from quickbooks_emulator.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from quickbooks_emulator.json_text import Json, JsonObject

__all__ = ["Emulator", "EmulatorError"]

OK = 200


class Emulator:
    """A running emulator and its control plane.

    Limits are off unless `limits` is true; `data` keeps everything in that file. Used as a
    context manager it starts a server of its own; `attach` takes one that runs elsewhere.
    """

    def __init__(
        self, *, seed: str = "empty", limits: bool = False, data: Path | None = None
    ) -> None:
        self._seed = seed
        self._data = data
        self._file: File | None = None
        self._has_limits = limits
        self._url = ""
        self._realm_id = ""
        self._thread: ServerThread | None = None
        self._wire = Wire("")

    @classmethod
    def attach(cls, url: str, realm_id: str = "") -> Emulator:
        """The handle of an emulator that runs at `url`, for its first company or another."""
        handle = cls()
        handle._url = url.rstrip("/")
        handle._realm_id = realm_id
        handle._wire = Wire(handle._url)
        return handle

    def __enter__(self) -> Self:
        if not self._url:
            self._file = File(self._data) if self._data else None
            try:
                service = Service.open(self._file, self._seed, has_limits=self._has_limits)
                self._thread = ServerThread(service)
            except BaseException:
                self.close()
                raise
            if self._file is not None:
                self._file.on_failure(self._thread.fail)
            self._url = f"http://127.0.0.1:{self._thread.port}"
            self._wire = Wire(self._url)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the server, if it is ours, and hang up. Raises EmulatorError when it had failed."""
        self._wire.close()
        thread, self._thread = self._thread, None
        try:
            if thread is not None:
                self._url = ""
                thread.stop()
        finally:
            if self._file is not None:
                self._file.close()
                self._file = None

    # -- where it is

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`."""
        return self._url

    @property
    def api_url(self) -> str:
        """The Accounting API's base."""
        return self._url

    @property
    def discovery_url(self) -> str:
        """The discovery document."""
        return f"{self._url}/.well-known/openid_configuration"

    @property
    def realm_id(self) -> str:
        """The company."""
        return self._realm_id or oauth.REALM_ID

    def settings(self, **more: Json) -> JsonObject:
        """Connection settings with a consent of their own (a fresh refresh token)."""
        return {
            "environment": "emulator",
            "api_url": self.api_url,
            "discovery_url": self.discovery_url,
            "client_id": oauth.CLIENT_ID,
            "client_secret": oauth.CLIENT_SECRET,
            "redirect_uri": oauth.REDIRECT_URI,
            "realm_id": self.realm_id,
            "refresh_token": self.consent(),
            **more,
        }

    # -- the company

    def reset(self, seed: str = "empty") -> None:
        """Start over with a seed; limits are as the server was started."""
        self._ask("POST", "reset", {"seed": seed})

    def seed(self) -> JsonObject:
        """The ids that the seed's users need to know."""
        return _object(self._ask("GET", "seed"))

    def create(self, entity: str, body: Mapping[str, Json], *, shift_s: int = 0) -> JsonObject:
        """Create one object as a person in QuickBooks would; returns it as stored.

        Here and below `shift_s` is added to the times of all that is written: below nought it
        comes to light behind a reader's bookmark, above it is dated in the future.
        """
        return self.create_all(entity, [body], shift_s=shift_s)[0]

    def create_all(
        self, entity: str, bodies: Iterable[Mapping[str, Json]], *, shift_s: int = 0
    ) -> list[JsonObject]:
        """Create many objects, or on a refusal none."""
        return self._write("create", entity, bodies, shift_s)

    def update(self, entity: str, body: Mapping[str, Json], *, shift_s: int = 0) -> JsonObject:
        """Change an object; without SyncToken the current one, and only what is given."""
        return self._write("update", entity, [body], shift_s)[0]

    def delete(self, entity: str, object_id: str, *, shift_s: int = 0) -> JsonObject:
        """Delete a document."""
        return self._write("delete", entity, [{"Id": object_id}], shift_s)[0]

    def void(self, entity: str, object_id: str) -> JsonObject:
        """Void a document."""
        return self._write("void", entity, [{"Id": object_id}])[0]

    def item(self, sku: str, quantity: Decimal | int | str = 0, **fields: Json) -> JsonObject:
        """Create a tracked item with its opening quantity."""
        body = {
            "Name": fields.pop("Name", sku),
            "Sku": sku,
            "Type": "Inventory",
            "TrackQtyOnHand": True,
            "QtyOnHand": Decimal(quantity),
            "InvStartDate": "2020-01-01",
            "UnitPrice": 10,
            "PurchaseCost": 5,
            "IncomeAccountRef": {"value": "79"},
            "ExpenseAccountRef": {"value": "80"},
            "AssetAccountRef": {"value": "81"},
            **fields,
        }
        return self.create("Item", body)

    def entities(self, entity: str) -> list[JsonObject]:
        """All stored objects of an entity."""
        found = self._ask("GET", f"entities/{entity}")
        return list(found)

    def counts(self) -> dict[str, int]:
        """How many objects of each entity are stored."""
        return dict(self._ask("GET", "entities"))

    def numbers(self, entity: str) -> list[str]:
        """The DocNumbers of an entity's documents."""
        return [str(body.get("DocNumber", "")) for body in self.entities(entity)]

    def quantity(self, item_id: str) -> Decimal:
        """The quantity on hand of an item."""
        return Decimal(_object(self._ask("GET", f"stock/{item_id}"))["quantity"])

    def movements(self, item_id: str) -> JsonObject:
        """Opening quantity, movements and quantity of an item."""
        return _object(self._ask("GET", f"stock/{item_id}"))

    # -- several companies and apps

    def add_company(self, realm_id: str = "", *, seed: str = "empty", name: str = "") -> str:
        """Open another company; returns its realm id. `consent(realm_id)` connects to it."""
        wanted = {"realm_id": realm_id, "seed": seed, "name": name}
        return str(_object(self._ask("POST", "companies", wanted))["realm_id"])

    def add_app(self, **app: Json) -> JsonObject:
        """Register an app: `client_id`, `client_secret`, `redirect_uris`, `name`."""
        return _object(self._ask("POST", "apps", app))

    def company(self, realm_id: str) -> Emulator:
        """A handle of the same emulator that speaks of another of its companies."""
        return Emulator.attach(self._url, realm_id)

    def consent_code(self, *, client_id: str = oauth.CLIENT_ID, **asked: str) -> str:
        """A code to exchange for tokens, as if a person had pressed Connect on the consent page.

        `asked` may hold `redirect_uri`, `scope` and `state`.
        """
        wanted = {
            "client_id": client_id,
            "redirect_uri": oauth.REDIRECT_URI,
            "response_type": "code",
            "scope": "com.intuit.quickbooks.accounting",
            "state": "state",
            **asked,
            "decision": "connect",
            "realm_id": self.realm_id,
        }
        *_, location = self._wire.send(
            "POST",
            "/connect/oauth2",
            urlencode(wanted).encode(),
            "application/x-www-form-urlencoded",
        )
        code = parse_qs(urlsplit(location).query).get("code")
        if not code:
            raise EmulatorError(f"The consent was refused: {location or 'see the consent page'}")
        return code[0]

    # -- what goes wrong

    def fail(self, **rule: Json) -> JsonObject:
        """Arm a fault: see the emulator's README for rules (`class_` for `class`)."""
        named = {name.rstrip("_"): value for name, value in rule.items()}
        return _object(self._ask("POST", "faults", named))

    def lose_reply(self, method: str = "POST", entity: str = "", times: int = 1) -> JsonObject:
        """Carry the next matching call out and lose its reply."""
        return self.fail(method=method, path=entity, times=times, do={"kind": "lose_reply"})

    def throttle(
        self, times: int = 1, *, retry_after_s: int | None = None, body: str = "xml", **rule: Json
    ) -> JsonObject:
        """Answer the next matching calls with 429."""
        headers = {} if retry_after_s is None else {"Retry-After": str(retry_after_s)}
        does = {"kind": "status", "status": 429, "headers": headers, "body": body}
        return self.fail(times=times, path=rule.pop("path", "/v3/company"), do=does, **rule)

    def faults(self) -> list[JsonObject]:
        """The armed faults, with how many calls each has seen and struck."""
        return list(self._ask("GET", "faults"))

    def clear_faults(self, number: int | None = None) -> None:
        """Disarm all faults, or the one of that number."""
        self._ask("DELETE", "faults" if number is None else f"faults/{number}")

    def expire_tokens(self, *, access: bool = True, refresh: bool = False) -> None:
        """End the tokens of every consent."""
        self._ask("POST", "tokens/expire", {"access": access, "refresh": refresh})

    def consent(self, realm_id: str = "", *, client_id: str = oauth.CLIENT_ID) -> str:
        """A new refresh token, as if a user had connected the app."""
        wanted = {"realm_id": realm_id or self.realm_id, "client_id": client_id}
        return str(_object(self._ask("POST", "tokens/issue", wanted))["refresh_token"])

    # -- clock, switches, limits, calls

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self._ask("POST", "clock", {"advance_s": seconds})

    def set_clock(self, moment: str, *, freeze: bool = False) -> None:
        """Set the clock, and stop it on request."""
        self._ask("POST", "clock", {"set": moment, "freeze": freeze})

    def now(self) -> str:
        """The clock's moment in UTC, ISO 8601."""
        return str(_object(self._ask("GET", "clock"))["time"])

    def switch(self, **switches: Json) -> JsonObject:
        """Set switches; returns all of them."""
        return _object(self._ask("POST", "switches", switches))

    def limits(self, **limits: Json) -> JsonObject:
        """Set limits (and turn them on); returns them."""
        return _object(self._ask("POST", "limits", {"enabled": True, **limits}))

    def calls(self, **wanted: Json) -> list[JsonObject]:
        """The calls so far whose fields equal what is wanted (`class_` for `class`)."""
        named = {name.rstrip("_"): value for name, value in wanted.items()}
        return [
            call
            for call in self._ask("GET", "calls")
            if all(call.get(name) == value for name, value in named.items())
        ]

    def clear_calls(self) -> None:
        """Forget the calls so far."""
        self._ask("DELETE", "calls")

    def usage(self) -> JsonObject:
        """What Intuit would have counted."""
        return _object(self._ask("GET", "usage"))

    def usage_by(self, *names: str) -> list[JsonObject]:
        """Calls and units per `month`, `realm_id`, `app`, `class`, `entity`, as named."""
        return list(self._ask("GET", f"usage?by={','.join(names)}"))

    # -- webhooks and what else a person does

    def merge(self, entity: str, object_id: str, into: str) -> JsonObject:
        """Merge an object into another of its list, as a person would; returns the latter."""
        wanted = {"entity": entity, "id": object_id, "into": into}
        return _object(self._ask("POST", "merge", wanted))

    def webhook(self, url: str, **wanted: Json) -> JsonObject:
        """Have `url` told of changes; `verifier_token`, `format`, `entities` and `app` on wish."""
        return _object(self._ask("POST", "webhooks", {"url": url, **wanted}))

    def webhooks(self) -> JsonObject:
        """Subscriptions, how many events wait, and the latest deliveries."""
        return _object(self._ask("GET", "webhooks"))

    def deliver_webhooks(self) -> JsonObject:
        """Attempt what is due by the clock now; returns what `webhooks` does."""
        return _object(self._ask("POST", "webhooks/deliver"))

    # -- the wire

    def _write(
        self, operation: str, entity: str, bodies: Iterable[Mapping[str, Json]], shift_s: int = 0
    ) -> list[JsonObject]:
        path = f"entities?operation={quote(operation)}&shift_s={shift_s}"
        done = self._ask("POST", path, {entity: [dict(b) for b in bodies]})
        return list(done.get(entity, []))

    def _ask(self, method: str, path: str, body: Json = None) -> Any:
        """The JSON of a control's answer, whatever it is."""
        if not self._url:
            raise EmulatorError("The emulator is not running: use it as a context manager")
        if self._realm_id and path.startswith(("entities", "stock", "merge")):
            path += f"{'&' if '?' in path else '?'}realm_id={quote(self._realm_id)}"
        text = None if body is None else dumps(body)
        status, answer, _ = self._wire.send(method, f"/_emulator/{path}", text)
        value = loads(answer)
        if status != OK:
            raise EmulatorError(f"{method} {path}: {status} {answer.decode()[:600]}")
        return value


def _object(value: Any) -> JsonObject:
    """The value, which is an object by contract."""
    result: JsonObject = value
    return result
