"""Every route is public by name, or names the permission it needs."""

from flask import Flask

from citizenreport.web.guards import guard_of, public


def test_every_route_has_a_guard(app: Flask) -> None:
    unguarded = sorted(
        rule.rule
        for rule in app.url_map.iter_rules()
        if guard_of(app.view_functions[rule.endpoint]) is None
    )
    assert unguarded == []


def test_the_check_sees_a_forgotten_guard() -> None:
    assert guard_of(lambda: "") is None
    assert guard_of(public(lambda: "")) is not None
