"""The host that passkeys belong to. A browser takes names only, no addresses of numbers."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from flask import current_app, request

from citizenreport.core.errors import Conflict
from citizenreport.core.text import _n
from citizenreport.identity.passkeys import Site


class NoPasskeysHere(Conflict):
    code = "no-passkeys-here"
    title = _n("Kunci sandi hanya dapat dipakai di alamat layanan yang bernama.")


def passkey_site() -> Site | None:
    """Return as whom passkeys are asked for; None where they cannot work.

    The public address. A private service is also reached as localhost, which counts as secure.
    """
    public = urlsplit(str(current_app.config["PUBLIC_URL"]))
    here = urlsplit(request.host_url)
    if current_app.config.get("IS_PRIVATE") and here.hostname == "localhost":
        return Site(host="localhost", origin=f"{here.scheme}://{here.netloc}")
    host = public.hostname or ""
    if public.scheme != "https" or _is_number(host):
        return None
    return Site(host=host, origin=f"{public.scheme}://{public.netloc}")


def needed_site() -> Site:
    """Return as whom passkeys are asked for. Raises NoPasskeysHere."""
    site = passkey_site()
    if site is None:
        raise NoPasskeysHere
    return site


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
