"""What a reporter may keep of a report: its link, and the link as a picture for a camera.

The secret stands in the fragment, which no browser sends to a server. Of a confidential report
neither is offered: the phone that opens the link would keep it in its history.
Source: protection.md section 5; ISO/IEC 18004 (QR code).
"""

from typing import Final
from urllib.parse import quote

import segno
from flask import current_app
from markupsafe import Markup

from citizenreport.web.passes import Pass

QUIET_MODULES: Final = 4  # ISO/IEC 18004, 9.1: four modules of nothing around the symbol
CORRECTION: Final = "m"  # 15 %: a crease in the paper does no harm


def follow_address(own: Pass) -> str:
    """Return the address that opens a report by itself where there is JavaScript."""
    return f"{current_app.config['PUBLIC_URL']}/lacak#{own.code}.{quote(own.secret, safe='')}"


def qr_svg(text: str) -> Markup:
    """Return a QR code as SVG for a page: black on white in either theme, without inline style."""
    drawn = segno.make(text, error=CORRECTION, micro=False).svg_inline(
        omitsize=True,
        border=QUIET_MODULES,
        dark="#000",
        light="#fff",
        svgclass="qr",
        lineclass=None,
    )
    return Markup(drawn)  # noqa: S704 - numbers of a drawing, made here
