"""OAuth 2.0 and OpenID Connect as Intuit speaks them: apps, consents, tokens, identity."""

from quickbooks_emulator.oauth.apps import CLIENT_ID, CLIENT_SECRET, REDIRECT_URI, App
from quickbooks_emulator.oauth.authority import REALM_ID, REFRESH_TOKEN, Authority
from quickbooks_emulator.oauth.errors import OAuthError
from quickbooks_emulator.oauth.grants import Grant
from quickbooks_emulator.oauth.identity import USER_ID

__all__ = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "REALM_ID",
    "REDIRECT_URI",
    "REFRESH_TOKEN",
    "USER_ID",
    "App",
    "Authority",
    "Grant",
    "OAuthError",
]
