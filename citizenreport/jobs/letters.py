"""Mails that are reports: fetched every minute, answered in one transaction, then deleted.

Killed between the commit and the deletion, the mail is known again and only deleted. What machines
wrote is deleted unread; what cannot be read, or was marked as spam, is set aside in the mailbox.
"""

from dataclasses import dataclass
from typing import Final

from flask import current_app

from citizenreport.conversations import service, texts
from citizenreport.conversations.models import ChatMessage
from citizenreport.conversations.rules import PHOTOS_MAX, Carrier
from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.intake.photos import PhotoRefused, prepare_photo
from citizenreport.intake.rules import PreparedPhoto
from citizenreport.jobs.chat_carriers import is_on
from citizenreport.jobs.chats import Heard, answer_in_place
from citizenreport.messaging.carriers import Incoming
from citizenreport.messaging.inbox import Inbox, MailboxDown, open_inbox, place_of
from citizenreport.messaging.letters import Letter, LetterUnreadable, read_letter
from citizenreport.web.context import current_keys

LETTERS_PER_RUN: Final = 50
UNREADABLE: Final = "letter-unreadable"
SPAM: Final = "letter-spam"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Photos:
    """The photos of a letter that can be used, and why another cannot."""

    ready: tuple[PreparedPhoto, ...]
    fault: str


def fetch_letters() -> None:
    """Take in the mails that wait; nothing while no mailbox is configured."""
    if not is_on(Carrier.MAIL):
        return
    config = current_app.config
    try:
        with open_inbox(place_of(config["IMAP_URL"]), ca=config["IMAP_CA_FILE"]) as inbox:
            for uid in inbox.waiting(most=LETTERS_PER_RUN):
                _take(inbox, uid)
    except MailboxDown as down:
        _note(down.code)
        raise


def _take(inbox: Inbox, uid: str) -> None:
    """Take in one mail, and delete it once that is committed."""
    try:
        letter = read_letter(inbox.raw(uid), own=current_app.config["MAIL_FROM"])
    except LetterUnreadable:
        inbox.set_aside(uid)
        _note(UNREADABLE)
        return
    if letter.is_spam:
        inbox.set_aside(uid)
        _note(SPAM)
        return
    if not letter.is_automatic:
        _answer(letter)
    inbox.delete(uid)


def _answer(letter: Letter) -> None:
    photos = _photos(letter)
    incoming = Incoming(
        message_id=letter.message_id,
        sender=letter.sender,
        text=letter.text,
        is_unknown=letter.has_other_files,
    )
    content = incoming.content() | {"reply_to": letter.reply_to}
    keys, now = current_keys(), utcnow()
    with transaction() as session:
        hmac = service.sender_hmac(keys, Carrier.MAIL, letter.sender)
        service.lock_sender(session, hmac)
        id_ = service.take_in(
            session,
            keys,
            Carrier.MAIL,
            message_id=letter.message_id,
            sender=letter.sender,
            content={},
            now=now,
        )
        row = session.get(ChatMessage, id_) if id_ is not None else None
        if row is None:
            return
        heard = Heard(
            message_id=row.id,
            carrier=Carrier.MAIL,
            hmac=hmac,
            content=content,
            photos=photos.ready,
            fault=photos.fault,
        )
        answer_in_place(session, row, heard, now=now)


def _photos(letter: Letter) -> Photos:
    ready: list[PreparedPhoto] = []
    fault = ""
    for picture in letter.pictures[:PHOTOS_MAX]:
        try:
            ready.append(prepare_photo(picture))
        except PhotoRefused as refused:
            fault = refused.title
    if len(letter.pictures) > PHOTOS_MAX:
        fault = texts.PHOTOS_FIRST
    return Photos(ready=tuple(ready), fault=fault)


def _note(fault: str) -> None:
    with transaction() as session:
        service.failed(session, Carrier.MAIL, fault, now=utcnow())
