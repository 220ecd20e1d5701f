"""Reading what somebody gives to be reached at. Pure."""

import re
from typing import Final

from citizenreport.core.errors import InvalidInput
from citizenreport.core.text import _n
from citizenreport.messaging.rules import normal_address

PHONE: Final = re.compile(r"\+?[0-9]{8,15}")


class ContactUnclear(InvalidInput):
    code = "contact-unclear"
    title = _n("Itu bukan nomor HP atau alamat surel.")


def read_contact(text: str) -> str:
    """Return a telephone number or a mail address in one spelling.

    Raises:
        ContactUnclear, EmailInvalid: it is neither.
    """
    given = text.strip()
    if "@" in given:
        return normal_address(given)
    number = re.sub(r"[\s.()-]", "", given)
    if not (number.isascii() and PHONE.fullmatch(number)):
        raise ContactUnclear
    return number
