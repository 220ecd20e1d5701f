"""Whether a token is what it says. Source: OpenID Connect Core 3.1.3.7; Back-Channel Logout 2.6."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError, MissingKeyError
from joserfc.jwk import KeySet

from citizenreport.identity.sso.rules import SsoSettings, Untrusted

ALGORITHMS: Final = (
    *("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    *("ES256", "ES384", "ES512", "EdDSA", "Ed25519"),
)
"""Signatures with a public key only: no `none`, and no HMAC that the client's secret would open."""
KEY_TYPES: Final = frozenset({"RSA", "EC", "OKP"})
LEEWAY_S: Final = 60
OLDEST: Final = timedelta(minutes=10)
TOKEN_CHARS: Final = 20_000
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


class KeyUnknown(Exception):
    """Signed with a key that is not among those we know: they may have changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOff:
    """Whose sessions ended at the provider: of a person, or one of theirs."""

    subject: str | None
    sid: str | None
    id: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Signed:
    """A token whose signature fits."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]


def key_set(document: Mapping[str, Any]) -> KeySet:
    """Return the provider's keys, those for public-key signatures only. Raises Untrusted."""
    keys = [key for key in document.get("keys", []) if isinstance(key, dict)]
    usable = [k for k in keys if k.get("kty") in KEY_TYPES and k.get("use", "sig") == "sig"]
    try:
        return KeySet.import_key_set({"keys": usable})
    except (JoseError, ValueError, TypeError, KeyError):
        raise Untrusted from None


def opened(token: str, keys: KeySet) -> Signed:
    """Return what a token says once its signature fits.

    Raises:
        KeyUnknown: fetch the keys anew, once.
        Untrusted: anything else.
    """
    if len(token) > TOKEN_CHARS:
        raise Untrusted
    fault: type[Exception] = Untrusted
    try:
        read = jwt.decode(token, keys, algorithms=list(ALGORITHMS))
        return Signed(header=dict(read.header), claims=dict(read.claims))
    except (InvalidKeyIdError, MissingKeyError):
        fault = KeyUnknown
    except (JoseError, ValueError, TypeError, KeyError):
        fault = Untrusted
    # Raised outside: what went wrong may quote the token, and would follow as context.
    raise fault


def check_id_token(
    signed: Signed, settings: SsoSettings, *, nonce: str | None, access_token: str, now: datetime
) -> None:
    """Raise Untrusted unless an ID token is for us, of now, and of this very attempt."""
    options = {
        "iss": {"essential": True, "value": settings.issuer},
        "aud": {"essential": True, "value": settings.client_id},
    }
    params = {"client_id": settings.client_id, "access_token": access_token}
    if nonce is not None:
        params["nonce"] = nonce
    token = CodeIDToken(dict(signed.claims), dict(signed.header), options, params)
    is_good = False
    try:
        token.validate(now=int(now.timestamp()), leeway=LEEWAY_S)
        is_good = _is_fresh(signed.claims, now=now)
    except (JoseError, ValueError, TypeError, KeyError):
        is_good = False
    if not is_good:
        raise Untrusted


def check_logout_token(signed: Signed, settings: SsoSettings, *, now: datetime) -> SignedOff:
    """Return whose sessions ended. Raises Untrusted."""
    claims = signed.claims
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    events = claims.get("events")
    ends = _number(claims, "exp") if "exp" in claims else float("inf")
    is_ours = claims.get("iss") == settings.issuer and settings.client_id in audiences
    is_logout = isinstance(events, dict) and isinstance(events.get(LOGOUT_EVENT), dict)
    is_now = _is_fresh(claims, now=now) and now.timestamp() - LEEWAY_S < ends
    subject, sid, id_ = (claims.get(name) for name in ("sub", "sid", "jti"))
    says_who = all(isinstance(word, str | None) for word in (subject, sid)) and (subject or sid)
    if not (is_ours and is_logout and is_now and says_who) or "nonce" in claims:
        raise Untrusted
    if not isinstance(id_, str):
        raise Untrusted
    return SignedOff(subject=subject, sid=sid, id=id_, until=now + 2 * OLDEST)


def _is_fresh(claims: Mapping[str, Any], *, now: datetime) -> bool:
    age = now.timestamp() - _number(claims, "iat")
    return -LEEWAY_S <= age <= OLDEST.total_seconds()


def _number(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Untrusted
    return float(value)
