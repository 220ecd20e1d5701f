"""`/kanal/telegram`, `/kanal/whatsapp`, `/kanal/sms`: one route for each carrier."""

from hmac import compare_digest
from typing import Final

from flask import Blueprint, Response, abort, request

from citizenreport.channels.arrivals import body_of, keep, read_json, refuse, setting
from citizenreport.conversations.rules import Carrier
from citizenreport.jobs.chat_carriers import is_on
from citizenreport.messaging import sms, telegram, whatsapp
from citizenreport.web.guards import public
from citizenreport.web.headers import keep_out_of_caches
from citizenreport.web.limits import limited

bp = Blueprint("channels", __name__, url_prefix="/kanal")

CHALLENGE_MAX_CHARS: Final = 200


@bp.post("/telegram")
@limited(None)
@public
def take_telegram() -> Response:
    """Take one update of the bot."""
    body = body_of(Carrier.TELEGRAM)
    shown = request.headers.get(telegram.SHOWN_HEADER, "")
    if not compare_digest(shown.encode(), setting("TELEGRAM_SECRET").encode()):
        refuse()
    message = telegram.read_update(read_json(body))
    return keep(Carrier.TELEGRAM, [message] if message else [])


@bp.get("/whatsapp")
@public
def confirm_whatsapp() -> Response:
    """Answer the challenge by which Meta makes sure that this address is ours."""
    keep_out_of_caches()
    if not is_on(Carrier.WHATSAPP):
        abort(404)
    given = request.args.get("hub.verify_token", "").encode()
    is_ours = compare_digest(given, setting("WHATSAPP_VERIFY_TOKEN").encode())
    if request.args.get("hub.mode", "") != "subscribe" or not is_ours:
        refuse()
    challenge = request.args.get("hub.challenge", "")
    if not challenge.isalnum() or len(challenge) > CHALLENGE_MAX_CHARS:
        refuse()
    return Response(challenge, mimetype="text/plain")


@bp.post("/whatsapp")
@limited(None)
@public
def take_whatsapp() -> Response:
    """Take one notification: some messages, or statuses, which are passed over."""
    body = body_of(Carrier.WHATSAPP)
    signature = request.headers.get(whatsapp.SIGNATURE_HEADER, "")
    if not whatsapp.is_signed(body, signature, secret=setting("WHATSAPP_APP_SECRET")):
        refuse()
    number_id = setting("WHATSAPP_NUMBER_ID")
    return keep(Carrier.WHATSAPP, whatsapp.read_notification(read_json(body), number_id=number_id))


@bp.post("/sms")
@limited(None)
@public
def take_sms() -> Response:
    """Take one SMS from the gateway."""
    body = body_of(Carrier.SMS)
    signature = request.headers.get(sms.SIGNATURE_HEADER, "")
    shown = request.headers.get(sms.SHOWN_HEADER, "")
    secret = setting("SMS_SECRET")
    if not sms.is_allowed(body, signature=signature, shown=shown, secret=secret):
        refuse()
    message = sms.read_message(read_json(body))
    return keep(Carrier.SMS, [message] if message else [])
