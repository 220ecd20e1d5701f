"""Indicators: after midnight, and soon after a report has left the public, values are made anew."""

from datetime import datetime

from citizenreport.core.clock import utcnow
from citizenreport.core.db import transaction
from citizenreport.indicators.queries import published_cut_off
from citizenreport.indicators.rankings import rank, ranked_cut_off
from citizenreport.indicators.service import fold_tickets, latest_cut_off, recompute
from citizenreport.web.context import current_city


def recompute_indicators(*, now: datetime | None = None) -> None:
    """Fold new events, and replace the published values unless those of today are complete."""
    city = current_city()
    cut_off = latest_cut_off(city, now or utcnow())
    with transaction() as session:
        fold_tickets(session)
    with transaction() as session:
        if published_cut_off(session) != cut_off:
            recompute(session, city, cut_off=cut_off)
    with transaction() as session:
        if ranked_cut_off(session) != cut_off:
            rank(session, city, cut_off=cut_off)
