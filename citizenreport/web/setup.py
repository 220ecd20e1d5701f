"""Everything the doors share, put onto an application at once."""

from flask import Blueprint, Flask

from citizenreport.web import (
    assets,
    compression,
    context,
    csrf,
    demo_notice,
    headers,
    link_pages,
    locale,
    problem_pages,
    problems,
    sessions,
)
from citizenreport.web.bodies import StrictRequest
from citizenreport.web.strict_json import StrictJSON


def init_app(app: Flask, services: context.Services) -> None:
    """Install services, JSON and forms, language, sessions, CSRF, problems, headers, assets and templates.

    After any extension that renders errors itself (flask-smorest), so that ours are the last word.
    """
    compression.init_app(app)
    context.attach(app, services)
    app.request_class = StrictRequest
    app.json = StrictJSON(app)
    app.register_blueprint(Blueprint("web", __name__, template_folder="templates"))
    locale.init_app(app)
    sessions.init_app(app)
    csrf.init_app(app)
    problems.init_app(app)
    headers.init_app(app)
    assets.init_app(app)
    demo_notice.init_app(app)
    app.register_blueprint(problem_pages.bp)
    app.register_blueprint(link_pages.bp)
