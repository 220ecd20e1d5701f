"""Many published rows at once, spread over days, categories, areas and the city's ground."""

from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

FIRST_DAY = date(2024, 1, 1)
FILL = text("""
INSERT INTO published_report (tracking_code, category_code, aspect, complaint_class, area_code,
    position, agency_code, state, submitted_on, settlement_due_on, changed_on, is_demo)
SELECT 'M' || lpad(n::text, 9, '0'),
    (ARRAY['A04', 'A05', 'A08', 'N03', 'N06', 'N15', 'H03'])[1 + n % 7],
    (ARRAY['aman', 'aman', 'aman', 'nyaman', 'nyaman', 'nyaman', 'harmoni'])[1 + n % 7],
    'pengaduan_tidak_berkadar_pengawasan',
    CASE WHEN n % 19 < 17 THEN '33.71.03.' || (1001 + n % 19) END,
    CASE WHEN n % 5 > 0 THEN ST_SetSRID(ST_MakePoint(110.20 + 0.04 * ((CAST(n AS bigint) * 7919) % 1000) / 1000,
        -7.51 + 0.06 * ((CAST(n AS bigint) * 104729) % 1000) / 1000), 4326)::geography END,
    'DLH', (ARRAY['new', 'in_progress', 'closed'])[1 + n % 3],
    CAST(:first AS date) + n % 900, CAST(:first AS date) + 1000, CAST(:first AS date), false
FROM generate_series(1, :rows) AS n
""")


def fill(session: Session, rows: int) -> None:
    """Add rows that differ in everything a filter asks for, and let the planner know of them."""
    session.execute(FILL, {"first": FIRST_DAY, "rows": rows})
    session.execute(text("ANALYZE published_report"))
