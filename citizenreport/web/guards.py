"""Who may open a route. Every route is public by name or names a permission; a test walks them all."""

from collections.abc import Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from citizenreport.core.errors import NotAllowed
from citizenreport.core.text import _n
from citizenreport.identity.rules import Permission
from citizenreport.web.sessions import signed_in

GUARD: Final = "__citizenreport_guard__"
PUBLIC: Final = "public"

P = ParamSpec("P")
V = TypeVar("V", bound=Callable[..., object])


class LoginNeeded(NotAllowed):
    code = "login-needed"
    title = _n("Anda belum masuk, atau sesi Anda sudah berakhir.")


def public(view: V) -> V:
    """Mark a view that anyone may open."""
    setattr(view, GUARD, PUBLIC)
    return view


def requires(
    *permissions: Permission,
) -> Callable[[Callable[P, ResponseReturnValue]], Callable[P, ResponseReturnValue]]:
    """Let only staff with one of these permissions in; ask for a login first, refuse the others.

    Which ticket a person may see is another question: `readable_tickets(actor)` answers it.
    """

    def guard(
        view: Callable[P, ResponseReturnValue],
    ) -> Callable[P, ResponseReturnValue]:
        @wraps(view)
        def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
            actor = signed_in()
            if actor is None:
                return _ask_for_login()
            if not any(actor.may(permission) for permission in permissions):
                raise NotAllowed()
            return view(*args, **kwargs)

        setattr(guarded, GUARD, permissions)
        return guarded

    return guard


def guard_of(view: Callable[..., object]) -> object:
    """Return what guards a view: PUBLIC, its permissions, or None for a view nobody thought about."""
    return getattr(view, GUARD, None) or None


def _ask_for_login() -> ResponseReturnValue:
    """Send a reader to the login and back; a sender gets a page that keeps what was typed."""
    if request.method in ("GET", "HEAD"):
        here = request.full_path.rstrip("?")
        return redirect(url_for("login.ask", next=here), 303)
    raise LoginNeeded()
