"""What the doors share: problems, headers, sessions, guards, CSRF, assets, base templates.

in    a Flask application and its services (`setup.init_app`)
out   rules that hold for every route, whichever door it belongs to
never decides about reports: that is the rooms' work
"""
