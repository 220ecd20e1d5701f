"""Put the application together. The only module that knows every door and every table."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask

import citizenreport.cities.edit_models
import citizenreport.cities.models
import citizenreport.conversations.models
import citizenreport.duty.models
import citizenreport.identity.api_keys
import citizenreport.identity.factor_models
import citizenreport.identity.models
import citizenreport.identity.sso.models
import citizenreport.indicators.models
import citizenreport.intake.models
import citizenreport.jobs.models
import citizenreport.ledger.models
import citizenreport.messaging.models
import citizenreport.messaging.staff_models
import citizenreport.partners.webhooks.models
import citizenreport.pipeline.demo.models
import citizenreport.pipeline.importing.models
import citizenreport.programme.models
import citizenreport.publication.models
import citizenreport.publication.release_models
import citizenreport.publication.snapshots.models
import citizenreport.routing.draft_models
import citizenreport.routing.models
import citizenreport.suggestions.models
import citizenreport.surveys.models
import citizenreport.triage.models
import citizenreport.triage.outside_request_models
import citizenreport.triage.part_models
import citizenreport.triage.queue_models
import citizenreport.web.models  # noqa: F401
from citizenreport import open311
from citizenreport.api.v1 import challenge, features, indicators, key, published_reports, reports
from citizenreport.api.v1 import rankings as ranking_files
from citizenreport.api.v1 import tickets as staff_tickets
from citizenreport.api.v1.document import make_api
from citizenreport.channels import hooks
from citizenreport.cities.queries import current_pack
from citizenreport.cities.rules import City
from citizenreport.cities.service import city_in_force
from citizenreport.console import (
    account,
    acts,
    api_keys,
    board,
    body_questions,
    bulk,
    calls,
    carriers,
    columns,
    control_room,
    counter,
    counter_similar,
    delegation,
    export,
    factors,
    field,
    held_answers,
    home,
    import_mapping,
    imported_indicators,
    imports,
    innovation_effect,
    innovation_form,
    innovation_index,
    innovations,
    interrupted,
    joint,
    leave,
    live,
    login,
    mediation,
    movement,
    notice_choice,
    outside,
    pack_changes,
    pack_edits,
    passkey_account,
    passkey_login,
    proof,
    questions,
    queue,
    reach,
    recaps,
    referrals,
    releases,
    replies,
    reveal,
    roster,
    roster_trail,
    rule_drafts,
    rule_replays,
    searches,
    second_step,
    sso,
    sso_state,
    staff,
    suggestion_card,
    tickets,
    trail,
    views,
    webhooks,
    withholding,
    work,
    work_order,
)
from citizenreport.core.db import db
from citizenreport.core.engines import engine_settings
from citizenreport.core.keys import BrokenKeys, KeyRing, read_key_files
from citizenreport.open311 import discovery as georeport_discovery
from citizenreport.open311 import document as georeport_document
from citizenreport.open311 import requests as georeport_requests
from citizenreport.open311 import sending as georeport_sending
from citizenreport.open311 import services as georeport_services
from citizenreport.open311 import updates as georeport_updates
from citizenreport.pages import (
    about,
    city_map,
    composites,
    feeds,
    finding,
    follow,
    follow_acts,
    front,
    joins,
    mail_address,
    nearby,
    own_photos,
    phone,
    published,
    published_map,
    pulse,
    push,
    rankings,
    report,
    rights,
    share,
    similar,
    staff_address,
    stop,
    subscriptions,
    survey,
)
from citizenreport.pages import indicators as indicator_pages
from citizenreport.pages import innovations as innovation_pages
from citizenreport.pages import releases as release_pages
from citizenreport.storage.files import FileStorage
from citizenreport.web import edition, limits, open_reads, restored, setup, suggester
from citizenreport.web import sso as web_sso
from citizenreport.web.context import CityHolder, CityMissing, Services

# Each door adds its blueprint; each room with tables adds `import citizenreport.<room>.models` above.
DOORS: tuple[Blueprint, ...] = (
    login.bp,
    home.bp,
    interrupted.bp,
    account.bp,
    second_step.bp,
    sso.bp,
    sso_state.bp,
    staff.bp,
    factors.bp,
    proof.bp,
    delegation.bp,
    api_keys.bp,
    webhooks.bp,
    leave.bp,
    passkey_login.bp,
    passkey_account.bp,
    queue.bp,
    searches.bp,
    tickets.bp,
    acts.bp,
    withholding.bp,
    reveal.bp,
    held_answers.bp,
    imported_indicators.bp,
    innovation_form.bp,
    innovation_index.bp,
    innovation_effect.bp,
    movement.bp,
    innovations.bp,
    imports.bp,
    import_mapping.bp,
    trail.bp,
    export.bp,
    bulk.bp,
    views.bp,
    work.bp,
    replies.bp,
    joint.bp,
    live.bp,
    columns.bp,
    board.bp,
    counter.bp,
    counter_similar.bp,
    field.bp,
    work_order.bp,
    roster.bp,
    roster_trail.bp,
    control_room.bp,
    carriers.bp,
    pack_changes.bp,
    pack_edits.bp,
    rule_replays.bp,
    rule_drafts.bp,
    referrals.bp,
    releases.bp,
    calls.bp,
    reach.bp,
    recaps.bp,
    suggestion_card.bp,
    notice_choice.bp,
    questions.bp,
    body_questions.bp,
    outside.bp,
    mediation.bp,
    front.bp,
    report.bp,
    similar.bp,
    joins.bp,
    follow.bp,
    follow_acts.bp,
    survey.bp,
    pulse.bp,
    rights.bp,
    own_photos.bp,
    published.bp,
    published_map.bp,
    city_map.bp,
    about.bp,
    phone.bp,
    composites.bp,
    rankings.bp,
    indicator_pages.bp,
    innovation_pages.bp,
    release_pages.bp,
    finding.bp,
    nearby.bp,
    feeds.bp,
    share.bp,
    mail_address.bp,
    staff_address.bp,
    subscriptions.bp,
    stop.bp,
    push.bp,
    hooks.bp,
)
GEOREPORT = (
    georeport_discovery.bp,
    georeport_document.bp,
    georeport_services.bp,
    georeport_requests.bp,
    georeport_sending.bp,
    georeport_updates.bp,
)
API = (
    reports.bp,
    published_reports.bp,
    features.bp,
    indicators.bp,
    ranking_files.bp,
    challenge.bp,
    key.bp,
    staff_tickets.bp,
)

SAFE_DEFAULTS = {
    "MAX_CONTENT_LENGTH": 80 * 1024 * 1024,  # five photos of 15 MB and the form around them
    "SQLALCHEMY_RECORD_QUERIES": False,
    "PUSH": "",
    "MESSENGER": "",
    "MESSENGER_URL": "",
    "MESSENGER_TOKEN": "",
    "TELEGRAM_TOKEN": "",
    "TELEGRAM_SECRET": "",
    "TELEGRAM_URL": "https://api.telegram.org",
    "WHATSAPP_TOKEN": "",
    "WHATSAPP_APP_SECRET": "",
    "WHATSAPP_VERIFY_TOKEN": "",
    "WHATSAPP_NUMBER_ID": "",
    "WHATSAPP_URL": "https://graph.facebook.com/v23.0",
    "SMS_URL": "",
    "SMS_TOKEN": "",
    "SMS_SECRET": "",
    "IMAP_URL": "",
    "IMAP_CA_FILE": None,
    "PARTNER_KEYS_DIR": "",
    "GEOREPORT_TEST_URL": "",
    "OIDC_ISSUER": "",
    "OUTGOING_TEST_CA": None,  # a test's own authority, never from the environment
}


class Service(Flask):
    """Flask whose views and hooks are plain functions: it need not look whether they are."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Mapping[str, object]) -> Flask:
    """Build the application from settings already read and checked (see config.py)."""
    app = Service(__name__, static_folder=None)
    app.config.from_mapping(SAFE_DEFAULTS)
    app.config.from_mapping(settings)
    app.config.from_mapping(engine_settings(str(settings["SQLALCHEMY_DATABASE_URI"])))
    db.init_app(app)
    api = make_api(app)
    setup.init_app(app, _services(app))
    restored.init_app(app)
    edition.init_app(app)
    suggester.init_app(app)
    limits.init_app(app)
    web_sso.init_app(app)
    open311.init_app(app)
    open_reads.init_app(app)
    features.init_app(app)
    for door in (*DOORS, *GEOREPORT):
        app.register_blueprint(door)
    for resource in API:
        api.register_blueprint(resource)
    return app


def _services(app: Flask) -> Services:
    return Services(
        city_holder=CityHolder(lambda: _read_city(str(app.config["CITY"]))),
        keys=_read_keys(app),
        storage=FileStorage(Path(app.config["STORAGE_DIR"])),
    )


def _read_city(name: str) -> City:
    """Read the configured pack, numbered as the database knows it.

    Raises:
        CityMissing: no pack was loaded into the database yet.
    """
    session = db.session()
    if current_pack(session) is None:
        raise CityMissing
    return city_in_force(session, name)


def _read_keys(app: Flask) -> KeyRing | None:
    """Return the keys; None before there are any, so that they can be made by a command.

    Raises:
        BrokenKeys: they are incomplete or too open, or a demo set outside a private service.
    """
    folder = Path(app.config["KEYS_DIR"])
    if not any(folder.glob("*.key")):
        return None
    keys = read_key_files(folder)
    if keys.is_demo and not app.config["MAY_USE_DEMO_KEYS"]:
        raise BrokenKeys(
            "these are demo keys: make a set of your own with `citizenreport keys make`"
        )
    return keys
