"""Talking to the provider, through the one way out. What it says is believed only when signed.

Source: OpenID Connect Core 1.0, Discovery 1.0; RFC 6749, 7636 (PKCE), 9207 (issuer in the answer).
"""

import base64
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri, prepare_token_request
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc.jwk import KeySet

from citizenreport.core.outgoing import AddressNotAllowed, Answer, NoAnswer, Outgoing
from citizenreport.identity.sso.rules import (
    AttemptGone,
    Person,
    SsoDeclined,
    SsoSettings,
    SsoUnavailable,
    Untrusted,
    person_of,
)
from citizenreport.identity.sso.tokens import (
    KeyUnknown,
    Signed,
    SignedOff,
    check_id_token,
    check_logout_token,
    key_set,
    opened,
)

WELL_KNOWN: Final = "/.well-known/openid-configuration"
KEEP: Final = timedelta(hours=1)
KEYS_AGAIN: Final = timedelta(seconds=30)
ENDPOINTS: Final = ("authorization_endpoint", "token_endpoint", "jwks_uri")
FORM: Final = "application/x-www-form-urlencoded"


class Revoked(Exception):
    """The provider takes the token no more: its person signed out, or may not any longer."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Answered:
    """Who signed in at the provider, and what to ask again with. No repr: it would reach logs."""

    person: Person
    refresh_token: str | None
    sid: str | None


class Provider:
    """The provider as discovered; what it publishes is kept for an hour."""

    def __init__(self, settings: SsoSettings, outgoing: Outgoing) -> None:
        self.settings = settings
        self._outgoing = outgoing
        self._lock = threading.Lock()
        self._facts: tuple[datetime, Mapping[str, Any]] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def check(self, *, now: datetime) -> None:
        """Ask the provider now, whatever is kept of it. Raises SsoUnavailable."""
        found = _json(self._get(self.settings.issuer.rstrip("/") + WELL_KNOWN))
        self._check_facts(found)
        key_set(_json(self._get(found["jwks_uri"])))
        with self._lock:
            self._facts = (now, found)

    def sign_in_address(
        self, *, state: str, nonce: str, verifier: str, now: datetime, anew: bool = False
    ) -> str:
        """Return where the browser goes. `anew`: its person must sign in again.

        Raises:
            SsoUnavailable: it does not answer, or not as a provider.
        """
        wanted: dict[str, Any] = {
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        classes = sorted(m[4:] for m in self.settings.factor_marks if m.startswith("acr:"))
        if classes:
            wanted["acr_values"] = " ".join(classes)
        if "offline_access" in self.settings.scopes.split():
            wanted["prompt"] = "consent"
        if anew:
            wanted |= {"prompt": "login", "max_age": "0"}
        address: str = prepare_grant_uri(
            self._discovered(now)["authorization_endpoint"],
            client_id=self.settings.client_id,
            response_type="code",
            redirect_uri=self.settings.redirect_uri,
            scope=self.settings.scopes,
            state=state,
            **wanted,
        )
        return address

    def sign_out_address(self, *, now: datetime) -> str | None:
        """Return where a browser ends its session at the provider too; no token goes along."""
        try:
            end = self._discovered(now).get("end_session_endpoint")
        except SsoUnavailable:
            return None
        if not isinstance(end, str):
            return None
        mark = "&" if "?" in end else "?"
        client, after = self.settings.client_id, self.settings.after_logout_uri
        return f"{end}{mark}client_id={quote(client)}&post_logout_redirect_uri={quote(after, '')}"

    def check_issuer(self, issuer: str | None, *, now: datetime) -> None:
        """Raise Untrusted when the answer does not come from this provider (RFC 9207)."""
        tells = self._discovered(now).get("authorization_response_iss_parameter_supported") is True
        if issuer is None and not tells:
            return
        if issuer != self.settings.issuer:
            raise Untrusted

    def redeem(self, code: str, *, verifier: str, nonce: str, now: datetime) -> Answered:
        """Return who the code stands for.

        Raises:
            AttemptGone: the code was used before, or is too old.
            SsoDeclined, Untrusted, SsoUnavailable: what it says.
        """
        body: str = prepare_token_request(
            "authorization_code",
            redirect_uri=self.settings.redirect_uri,
            code=code,
            code_verifier=verifier,
        )
        answer = self._token(body, now=now)
        if answer.get("error") == "invalid_grant":
            raise AttemptGone
        if "error" in answer:
            raise SsoDeclined
        return self._answered(answer, nonce=nonce, now=now)

    def refresh(self, token: str, *, now: datetime) -> Answered:
        """Return what the provider says of a person now.

        Raises:
            Revoked: the person is not signed in there any more.
            Untrusted, SsoUnavailable: what it says.
        """
        body: str = prepare_token_request("refresh_token", refresh_token=token)
        answer = self._token(body, now=now)
        if answer.get("error") in ("invalid_grant", "unauthorized_client", "access_denied"):
            raise Revoked
        if "error" in answer:
            raise SsoUnavailable
        return self._answered(answer, nonce=None, now=now)

    def signed_off(self, token: str, *, now: datetime) -> SignedOff:
        """Return whose sessions a logout token ends. Raises Untrusted, SsoUnavailable."""
        return check_logout_token(self._opened(token, now=now), self.settings, now=now)

    def _answered(self, answer: Mapping[str, Any], *, nonce: str | None, now: datetime) -> Answered:
        id_token, access_token = answer.get("id_token"), answer.get("access_token")
        refresh_token = answer.get("refresh_token")
        if not isinstance(id_token, str) or not isinstance(access_token, str):
            raise Untrusted
        signed = self._opened(id_token, now=now)
        check_id_token(signed, self.settings, nonce=nonce, access_token=access_token, now=now)
        claims = self._with_user_info(signed.claims, access_token, now=now)
        sid = signed.claims.get("sid")
        return Answered(
            person=person_of(claims, self.settings),
            refresh_token=refresh_token if isinstance(refresh_token, str) else None,
            sid=sid if isinstance(sid, str) else None,
        )

    def _with_user_info(
        self, claims: Mapping[str, Any], access_token: str, *, now: datetime
    ) -> Mapping[str, Any]:
        """Add what the provider tells beside the token; what was signed is not replaced.

        Raises:
            Untrusted: it speaks of somebody else there, or of another address.
        """
        address = self._discovered(now).get("userinfo_endpoint")
        if not isinstance(address, str):
            return claims
        told = _json(self._get(address, Authorization=f"Bearer {access_token}"))
        if told.get("sub") != claims.get("sub"):
            raise Untrusted
        for name in ("email", "email_verified"):
            if name in claims and name in told and claims[name] != told[name]:
                raise Untrusted
        return {**told, **claims}

    def _opened(self, token: str, *, now: datetime) -> Signed:
        try:
            return opened(token, self._published_keys(now, newer_than=KEEP))
        except KeyUnknown:
            pass
        try:
            return opened(token, self._published_keys(now, newer_than=KEYS_AGAIN))
        except KeyUnknown:
            raise Untrusted from None

    def _token(self, body: str, *, now: datetime) -> Mapping[str, Any]:
        """Ask the token endpoint; return its answer, an error among them."""
        facts = self._discovered(now)
        headers = {"Content-Type": FORM, "Accept": "application/json"}
        methods = facts.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        user, secret = (quote(text, "") for text in self._credentials())
        if "client_secret_basic" in methods:
            pair = base64.b64encode(f"{user}:{secret}".encode()).decode()
            headers["Authorization"] = f"Basic {pair}"
        else:
            body += f"&client_id={user}&client_secret={secret}"
        try:
            answer = self._outgoing.post(
                facts["token_endpoint"], body=body.encode(), headers=headers
            )
        except (NoAnswer, AddressNotAllowed):
            raise SsoUnavailable from None
        told = _json(answer, also=(400, 401))
        if answer.status != 200 and not isinstance(told.get("error"), str):
            raise SsoUnavailable
        return told

    def _credentials(self) -> tuple[str, str]:
        return self.settings.client_id, self.settings.client_secret

    def _discovered(self, now: datetime) -> Mapping[str, Any]:
        with self._lock:
            if self._facts is None or now - self._facts[0] > KEEP:
                found = _json(self._get(self.settings.issuer.rstrip("/") + WELL_KNOWN))
                self._check_facts(found)
                self._facts = (now, found)
            return self._facts[1]

    def _check_facts(self, found: Mapping[str, Any]) -> None:
        """Raise SsoUnavailable for what is no description of this provider."""
        addresses = [found.get(name) for name in ENDPOINTS]
        addresses += [found[n] for n in ("userinfo_endpoint", "end_session_endpoint") if n in found]
        are_safe = all(isinstance(a, str) and a.startswith("https://") for a in addresses)
        if found.get("issuer") != self.settings.issuer or not are_safe:
            raise SsoUnavailable

    def _published_keys(self, now: datetime, *, newer_than: timedelta) -> KeySet:
        address = self._discovered(now)["jwks_uri"]
        with self._lock:
            if self._keys is None or now - self._keys[0] > newer_than:
                self._keys = (now, key_set(_json(self._get(address))))
            return self._keys[1]

    def _get(self, address: str, **headers: str) -> Answer:
        try:
            return self._outgoing.get(address, headers={"Accept": "application/json", **headers})
        except (NoAnswer, AddressNotAllowed):
            raise SsoUnavailable from None


def _json(answer: Answer, *, also: tuple[int, ...] = ()) -> Mapping[str, Any]:
    """Return an answer's object. Raises SsoUnavailable."""
    if answer.status != 200 and answer.status not in also:
        raise SsoUnavailable
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise SsoUnavailable from None
    if not isinstance(told, dict):
        raise SsoUnavailable
    return told
