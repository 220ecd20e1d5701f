"""Whom a provider speaks of, and what the service makes of it. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from citizenreport.core.errors import (
    CitizenReportError,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unavailable,
)
from citizenreport.core.text import _n
from citizenreport.identity.rules import Grant, Role

ATTEMPT_LIVES: Final = timedelta(minutes=10)
GRACE: Final = timedelta(minutes=30)
"""How long a session goes on while its provider does not answer."""
UNCHECKED_LIVES: Final = timedelta(hours=1)
"""How long a session lasts whose provider gave nothing to ask again with."""
NAME_CHARS: Final = 120
MAIL_CHARS: Final = 254
SUBJECT_CHARS: Final = 255
MOST_GROUPS: Final = 500


class SsoUnavailable(Unavailable):
    code = "sso-unavailable"
    title = _n("Layanan akun kantor tidak menjawab. Coba lagi beberapa menit lagi.")


class SsoOff(NotFound):
    code = "sso-off"
    title = _n("Masuk dengan akun kantor tidak dipakai di layanan ini.")


class AttemptGone(InvalidInput):
    code = "sso-attempt-gone"
    title = _n("Percobaan masuk ini sudah dipakai atau kedaluwarsa. Silakan mulai lagi.")


class SsoDeclined(NotAllowed):
    code = "sso-declined"
    title = _n("Layanan akun kantor menolak atau membatalkan percobaan masuk ini.")


class Untrusted(NotAllowed):
    code = "sso-untrusted"
    title = _n("Jawaban layanan akun kantor tidak dapat dipercaya, jadi Anda belum masuk.")


class MailNotVerified(NotAllowed):
    code = "sso-mail-not-verified"
    title = _n(
        "Layanan akun kantor tidak menjamin alamat surel Anda. Minta pengelolanya memastikan"
        " alamat itu, lalu coba lagi."
    )


class MailOfAnother(NotAllowed):
    code = "sso-mail-of-another"
    title = _n(
        "Layanan akun kantor menyebut alamat surel milik orang lain. Anda belum masuk;"
        " beri tahu pengelolanya."
    )


class NotKnown(NotAllowed):
    code = "sso-not-known"
    title = _n("Akun kantor ini belum terhubung dengan akun petugas. Hubungi admin layanan.")


class NoRole(NotAllowed):
    code = "sso-no-role"
    title = _n(
        "Akun kantor Anda tidak mempunyai tugas di layanan ini. Hubungi admin instansi Anda."
    )


class AccountClosed(NotAllowed):
    code = "sso-account-closed"
    title = _n("Akun petugas Anda sudah ditutup. Hubungi admin layanan.")


REFUSALS: Final[Mapping[str, type[CitizenReportError]]] = {
    kind.code: kind
    for kind in (
        SsoUnavailable,
        AttemptGone,
        SsoDeclined,
        Untrusted,
        MailNotVerified,
        MailOfAnother,
        NotKnown,
        NoRole,
        AccountClosed,
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class SsoSettings:
    """How the provider is reached and what its word counts for.

    `factor_marks`: values of `amr` or `acr` (written `amr:otp`) that count as the second factor.
    """

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    redirect_uri: str
    after_logout_uri: str
    roles: Mapping[str, tuple[Grant, ...]]
    mail_domains: frozenset[str]
    name: str = ""
    scopes: str = "openid profile email"
    groups_claim: str = "groups"
    factor_marks: frozenset[str] = frozenset()
    recheck: timedelta = timedelta(minutes=5)
    may_join: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What the provider says of somebody. `is_mail_verified`: in so many words, `true`."""

    issuer: str
    subject: str
    name: str
    username: str
    mail: str
    is_mail_verified: bool
    groups: frozenset[str]
    marks: frozenset[str]
    signed_in_at: int | None = None  # seconds since 1970

    def has_second_factor(self, settings: SsoSettings) -> bool:
        """Tell whether the provider asked for a second factor that counts here."""
        return not self.marks.isdisjoint(settings.factor_marks)


def person_of(claims: Mapping[str, Any], settings: SsoSettings) -> Person:
    """Return the person of checked claims. Raises Untrusted: something has a form it cannot have."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_CHARS:
        raise Untrusted
    mail = _text(claims, "email").strip().lower()
    signed_in_at = claims.get("auth_time")
    return Person(
        issuer=settings.issuer,
        subject=subject,
        name=" ".join(_text(claims, "name").split())[:NAME_CHARS],
        username=_text(claims, "preferred_username").strip().lower(),
        mail=mail if _is_mail(mail) else "",
        is_mail_verified=claims.get("email_verified") is True,
        groups=frozenset(_texts(claims, settings.groups_claim)),
        marks=frozenset(
            [f"amr:{value}" for value in _texts(claims, "amr")]
            + [f"acr:{value}" for value in _texts(claims, "acr")]
        ),
        signed_in_at=int(signed_in_at) if isinstance(signed_in_at, int | float) else None,
    )


def roles_of(person: Person, settings: SsoSettings) -> list[Grant]:
    """Return the roles that a person's groups give, each once, in the order of the file."""
    given = [
        grant
        for group, grants in settings.roles.items()
        if group in person.groups
        for grant in grants
    ]
    return list(dict.fromkeys(given))


def with_what_stays(given: Collection[Grant], held: Collection[Grant]) -> list[Grant]:
    """Return the roles of somebody whose groups give these and who held those.

    No group makes anybody a handler of confidential reports, and none takes it away but by taking
    away the agency: that role is the operator's to give. Source: protection.md, section 1.
    """
    agencies = {grant.agency_code for grant in given}
    kept = [
        grant
        for grant in held
        if grant.role is Role.CONFIDENTIAL_HANDLER and grant.agency_code in agencies
    ]
    return list(dict.fromkeys([*given, *kept]))


def check_mail(person: Person, settings: SsoSettings) -> None:
    """Raise MailNotVerified unless the provider vouches for an address of the city's own."""
    domain = person.mail.rpartition("@")[2]
    if not person.mail or not person.is_mail_verified or domain not in settings.mail_domains:
        raise MailNotVerified


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name, "")
    return value if isinstance(value, str) and value.isprintable() else ""


def _texts(claims: Mapping[str, Any], name: str) -> list[str]:
    """Return a claim's words: one text, or a list of them. Raises Untrusted for anything else."""
    value = claims.get(name)
    if value is None:
        return []
    words = [value] if isinstance(value, str) else value
    if not isinstance(words, list) or len(words) > MOST_GROUPS:
        raise Untrusted
    if not all(isinstance(word, str) for word in words):
        raise Untrusted
    return words


def _is_mail(text: str) -> bool:
    local, at, domain = text.rpartition("@")
    return bool(local and at and domain) and len(text) <= MAIL_CHARS and " " not in text
