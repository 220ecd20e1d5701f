"""Lighthouse on a slow phone: accessibility, best practices and SEO. Performance: `make bench`."""

import pytest

from tests.browser.test_surveys import make_settled
from tests.lighthouse_runs import Seen, following, look_at
from tests.servers import LiveServer

LEAST = 95
CATEGORIES = ("accessibility", "best-practices", "seo")


def assert_good(seen: Seen, url: str) -> None:
    assert seen.url == url
    assert set(seen.scores) == set(CATEGORIES)
    assert min(seen.scores.values()) >= LEAST, (seen.scores, seen.faults)


@pytest.mark.parametrize("path", ["/", "/lapor?kategori=A04"])
def test_home_and_form_are_good(service: LiveServer, path: str) -> None:
    url = f"{service.base_url}{path}"
    assert_good(look_at(url, *CATEGORIES), url)


def test_the_timeline_is_good(service: LiveServer) -> None:
    app, known = service.database.app, make_settled(service)
    with app.app_context():
        cookies = following(app, code=known.code, secret=known.secret)
    url = f"{service.base_url}/lacak/laporan"
    assert_good(look_at(url, *CATEGORIES, cookies=cookies, is_private=True), url)
