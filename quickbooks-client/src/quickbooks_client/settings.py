"""The connection's settings: one list, from which tap, target and command line make theirs."""

from __future__ import annotations

import dataclasses
import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Literal, Self
from urllib.parse import urlsplit

from quickbooks_client.errors import ConfigurationError
from quickbooks_client.redact import know
from quickbooks_client.shield import shielded

if TYPE_CHECKING:
    from collections.abc import Mapping

EMULATOR_URL = "http://127.0.0.1:8321"

API_URLS = {
    "emulator": EMULATOR_URL,
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
    "production": "https://quickbooks.api.intuit.com",
}
"""Source: Intuit, "Create basic requests to the Accounting API"."""

DISCOVERY_URLS = {
    "emulator": f"{EMULATOR_URL}/.well-known/openid_configuration",
    "sandbox": "https://developer.api.intuit.com/.well-known/openid_sandbox_configuration",
    "production": "https://developer.api.intuit.com/.well-known/openid_configuration",
}
"""Source: Intuit, "OpenID Connect", discovery document."""

PREFIX = "QUICKBOOKS_"
"""Of environment variables."""

DEFAULT_TOKEN_STORE = ".quickbooks/tokens.json"  # noqa: S105 - a path
"""Under the project: the folder of `meltano.yml`, else the working directory."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclasses.dataclass(frozen=True, slots=True)
class Setting:
    """One connection setting, as a person reads about it."""

    name: str
    type: Literal["string", "integer", "number"]
    description: str
    default: str | int | float | None = None
    secret: bool = False
    choices: tuple[str, ...] = ()
    required: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "environment",
        "string",
        "Which QuickBooks to talk to: the local emulator, Intuit's sandbox or production.",
        default="sandbox",
        choices=("emulator", "sandbox", "production"),
    ),
    Setting("api_url", "string", "Overrides the host of the Accounting API."),
    Setting("discovery_url", "string", "Overrides the address of the OAuth discovery document."),
    Setting("client_id", "string", "Client id of the Intuit app.", required=True),
    Setting(
        "client_secret", "string", "Client secret of the Intuit app.", secret=True, required=True
    ),
    Setting(
        "redirect_uri",
        "string",
        "Redirect URI registered with the Intuit app; needed to connect a company.",
    ),
    Setting("realm_id", "string", "The company's id, digits only.", required=True),
    Setting(
        "token_store",
        "string",
        "Where tokens are kept: a path, a file: URL or postgresql://… (may hold a password).",
        default=DEFAULT_TOKEN_STORE,
        secret=True,
    ),
    Setting(
        "refresh_token",
        "string",
        "First refresh token, used only while the token store has none that works.",
        secret=True,
    ),
    Setting(
        "requests_per_minute",
        "integer",
        "Calls a minute, for all processes on the machine that talk to the company.",
        default=500,
    ),
    Setting("requests_per_second", "integer", "Calls a second, likewise.", default=10),
    Setting("max_concurrent_requests", "integer", "Calls at a time, likewise.", default=10),
    Setting(
        "budget_share",
        "number",
        "This machine's share of those three and of monthly_read_budget, above 0 up to 1, when"
        " several machines sync.",
        default=1.0,
    ),
    Setting(
        "monthly_read_budget",
        "integer",
        "Metered calls a calendar month (UTC), over all companies, before reads stop; none by"
        " default.",
    ),
)
_BY_NAME = {setting.name: setting for setting in SETTINGS}


@dataclasses.dataclass(frozen=True, slots=True)
class AppSettings:
    """The checked settings of the Intuit app: all that is needed to connect a first company."""

    client_id: str
    client_secret: str = dataclasses.field(repr=False)
    _: dataclasses.KW_ONLY
    environment: str = "sandbox"
    discovery_url: str = DISCOVERY_URLS["sandbox"]
    redirect_uri: str | None = None

    def __post_init__(self) -> None:
        know(
            self.client_secret,
            # As it stands in the header of a token request.
            f"{self.client_id}:{self.client_secret}",
            getattr(self, "refresh_token", None),
        )

    @classmethod
    @shielded
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return settings made from `mapping`; keys that are not ours are left alone.

        Values come from JSON, YAML or the environment, so numbers may be text and "" means unset.
        Any: each setting's own type, or text.
        Every setting that is given is checked, also those that this class does not hold.

        Raises:
            ConfigurationError: Names the setting and what to do; never shows a secret.
        """
        given = _checked(mapping)
        own = {field.name for field in dataclasses.fields(cls)}
        missing = [one.name for one in SETTINGS if one.required and one.name in own - given.keys()]
        if missing:
            raise ConfigurationError(_missing(missing))
        return cls(**{name: value for name, value in given.items() if name in own})

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> Self:
        """Return settings made from variables such as QUICKBOOKS_CLIENT_ID; others are left alone.

        Pass `os.environ`. Nothing else is looked at, neither a `.env` file nor the folder.

        Raises:
            ConfigurationError: As `from_mapping`.
        """
        return cls.from_mapping(
            {setting.name: environ.get(f"{PREFIX}{setting.name.upper()}") for setting in SETTINGS}
        )


@dataclasses.dataclass(frozen=True, slots=True)
class Settings(AppSettings):
    """Checked settings of one company's connection. Making them opens and touches nothing."""

    realm_id: str
    _: dataclasses.KW_ONLY
    api_url: str = API_URLS["sandbox"]
    token_store: str = dataclasses.field(default=DEFAULT_TOKEN_STORE, repr=False)
    refresh_token: str | None = dataclasses.field(default=None, repr=False)
    requests_per_minute: int = 500
    requests_per_second: int = 10
    max_concurrent_requests: int = 10
    budget_share: float = 1.0
    monthly_read_budget: int | None = None

    @property
    def own_read_budget(self) -> int | None:
        """This machine's share of `monthly_read_budget`, so that all of them keep to the whole."""
        budget = self.monthly_read_budget
        return None if budget is None else int(budget * self.budget_share)


def _checked(mapping: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings that are given, converted, and those that follow. Any: of each type."""
    given = {
        setting.name: _convert(setting, mapping[setting.name])
        for setting in SETTINGS
        if not _is_unset(mapping.get(setting.name))
    }
    environment = given.setdefault("environment", "sandbox")
    given.setdefault("api_url", API_URLS[environment])
    given.setdefault("discovery_url", DISCOVERY_URLS[environment])
    given["api_url"] = given["api_url"].rstrip("/")
    for name in ("api_url", "discovery_url"):
        _check_url(name, given[name], is_emulator=environment == "emulator")
    if "redirect_uri" in given:
        _check_redirect(given["redirect_uri"])
    if not re.fullmatch(r"[0-9]{1,20}", given.get("realm_id", "0")):
        raise ConfigurationError(
            "Setting realm_id must be the company's id, digits only: QuickBooks shows it"
            " under Account and settings, Billing."
        )
    if not 0 < given.get("budget_share", 1.0) <= 1:
        raise ConfigurationError("Setting budget_share must be above 0 and at most 1.")
    return given


def _is_unset(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _convert(setting: Setting, value: object) -> Any:
    """Return `value` in the setting's type. Any: the type is known to the setting alone."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        raise _wrong(setting, value, f"must be {_kind(setting)}")
    text = str(value).strip()
    if setting.type == "string":
        if setting.choices and text not in setting.choices:
            raise _wrong(setting, value, f"must be one of {', '.join(setting.choices)}")
        if any(not character.isprintable() for character in text):
            raise ConfigurationError(
                f"Setting {setting.name} holds a line break or control character: set it again"
                " without."
            )
        return text
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise _wrong(setting, value, f"must be {_kind(setting)}") from None
    if not number.is_finite() or number <= 0:
        raise _wrong(setting, value, "must be above 0")
    if setting.type == "number":
        return float(number)
    if number != number.to_integral_value():
        raise _wrong(setting, value, "must be a whole number")
    return int(number)


def _kind(setting: Setting) -> str:
    return {"string": "text", "integer": "a whole number", "number": "a number"}[setting.type]


def _wrong(setting: Setting, value: object, rule: str) -> ConfigurationError:
    shown = "" if setting.secret else f", not {str(value)[:60]!r}"
    return ConfigurationError(f"Setting {setting.name} {rule}{shown}.")


def _missing(names: list[str]) -> str:
    listed = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    variables = ", ".join(f"{PREFIX}{name.upper()}" for name in names)
    return (
        f"Setting{'s' if len(names) > 1 else ''} {listed} {'are' if len(names) > 1 else 'is'}"
        f" missing: set {variables} in the environment or .env, or the same names in the plugin's"
        " configuration."
        + (" `quickbooks auth login` tells a company's realm_id." if "realm_id" in names else "")
    )


def _check_url(name: str, url: str, *, is_emulator: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ConfigurationError(f"Setting {name} must be an http or https address.")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(
            f"Setting {name} must be a plain address without user, query or fragment."
        )
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not is_emulator:
        # Tokens would cross the network in the clear.
        raise ConfigurationError(
            f"Setting {name} must use https unless it points to this machine (127.0.0.1)."
        )


def _check_redirect(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_usable = False
    if not is_usable:
        raise ConfigurationError(
            "Setting redirect_uri must be the http or https address registered with the app."
        )
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ConfigurationError(
            "Setting redirect_uri must be a plain address without user, query or fragment, as"
            " Intuit registers no other."
        )


def setting(name: str) -> Setting:
    """Return the setting called `name`."""
    return _BY_NAME[name]
