"""Which carriers of messages are configured, and who delivers for them."""

from collections.abc import Mapping
from typing import Final

from flask import current_app

from citizenreport.conversations.rules import Carrier
from citizenreport.core.clock import utcnow
from citizenreport.core.outgoing import Outgoing
from citizenreport.intake.photos import MAX_PHOTO_BYTES
from citizenreport.jobs.chat_words import subject_of_answer
from citizenreport.jobs.mails import post
from citizenreport.messaging.carriers import CarrierDown, Deliverer, PictureNotThere
from citizenreport.messaging.carriers import Outgoing as Answer
from citizenreport.messaging.rules import Mail
from citizenreport.messaging.sms import Sms
from citizenreport.messaging.telegram import Telegram
from citizenreport.messaging.whatsapp import WhatsApp
from citizenreport.web.context import current_city

NEEDED: Final[Mapping[Carrier, tuple[str, ...]]] = {
    Carrier.TELEGRAM: ("TELEGRAM_TOKEN", "TELEGRAM_SECRET"),
    Carrier.WHATSAPP: (
        *("WHATSAPP_TOKEN", "WHATSAPP_APP_SECRET", "WHATSAPP_VERIFY_TOKEN"),
        "WHATSAPP_NUMBER_ID",
    ),
    Carrier.SMS: ("SMS_URL", "SMS_TOKEN", "SMS_SECRET"),
    Carrier.MAIL: ("IMAP_URL",),
}
"""What must be set for a carrier to be on."""


class Postman:
    """Answers letters by mail."""

    def deliver(self, message: Answer) -> None:
        """Send one answer. Raises MailRefused, MailUnavailable, MailNotSetUp."""
        post(
            Mail(
                to=message.to,
                subject=subject_of_answer(current_city(), message.language),
                text=f"{message.listed}\n",
                language=message.language,
                message_key=message.key,
                written_at=utcnow(),
                own_url=current_app.config["PUBLIC_URL"],
                in_reply_to=message.reply_to,
            )
        )

    def picture(self, id_: str) -> bytes:
        """Raise PictureNotThere: a letter brings its photos along."""
        raise PictureNotThere


def is_on(carrier: Carrier) -> bool:
    """Tell whether everything a carrier needs is set."""
    return all(current_app.config.get(name) for name in NEEDED[carrier])


def deliverer_of(carrier: Carrier) -> Deliverer:
    """Return who delivers for a carrier. Raises CarrierDown: it is not configured any more."""
    if not is_on(carrier):
        raise CarrierDown
    if carrier is Carrier.MAIL:
        return Postman()
    config = current_app.config
    asking = Outgoing(test_ca=config["OUTGOING_TEST_CA"], most_bytes=MAX_PHOTO_BYTES + 1)
    if carrier is Carrier.TELEGRAM:
        return Telegram(url=config["TELEGRAM_URL"], token=config["TELEGRAM_TOKEN"], asking=asking)
    if carrier is Carrier.WHATSAPP:
        return WhatsApp(
            url=config["WHATSAPP_URL"],
            token=config["WHATSAPP_TOKEN"],
            number_id=config["WHATSAPP_NUMBER_ID"],
            asking=asking,
        )
    return Sms(url=config["SMS_URL"], token=config["SMS_TOKEN"], asking=asking)
