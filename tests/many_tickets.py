"""Very many tickets, made by the database itself: what years of a city leave behind."""

from typing import Any

import psycopg

from citizenreport.cities.rules import AreaLevel, City, Visibility

WORDS = (
    *("lampu", "jalan", "lubang", "trotoar", "pohon", "tumbang", "sampah", "selokan", "mampet"),
    *("banjir", "gelap", "rusak", "bising", "malam", "sekolah", "pasar", "jembatan", "kabel"),
    *("parkir", "anjing", "tawuran", "coretan", "halte", "rambu", "terminal", "taman", "gang"),
)
OPEN_SHARE, CONFIDENTIAL_SHARE = 0.1, 0.02

MAKE = """
CREATE TEMPORARY TABLE made AS
SELECT n,
    gen_random_uuid() AS report_id,
    gen_random_uuid() AS ticket_id,
    gen_random_uuid() AS assignment_id,
    random() < %(confidential)s AS is_sealed,
    random() < %(open)s AS is_open,
    random() AS dice,
    1 + floor(random() * %(categories)s)::int AS category,
    1 + floor(random() * cardinality(%(areas)s::text[]))::int AS area,
    timestamptz '2026-11-24 08:00+07' - random() * interval '3 years' AS at,
    timestamptz '2026-11-24 08:00+07' + (random() - 0.3) * interval '60 days' AS due
FROM generate_series(1, %(count)s) AS n;

INSERT INTO report (id, tracking_code, category_code, area_code, description, submitted_at, channel,
    locale, pack_version, is_demo, position)
SELECT report_id,
    translate(lpad((n * 7919::bigint)::text, 10, '0'), '0123456789', 'ABCDEFGHJK'),
    (%(category_codes)s::text[])[category],
    (%(areas)s::text[])[area],
    CASE WHEN NOT is_sealed THEN (
        SELECT string_agg((%(words)s::text[])[1 + (power(fraction, 2) * %(word_count)s)::int], ' ')
        FROM (SELECT random() AS fraction FROM generate_series(1, 8) WHERE n > 0) AS said
    ) END,
    at, CASE WHEN dice < 0.8 THEN 'web' ELSE 'whatsapp' END, 'id', %(pack_version)s, true,
    ST_Point(110.2 + random() * 0.04, -7.51 + random() * 0.07, 4326)::geography
FROM made;

INSERT INTO report_words (report_id, written)
SELECT id, description FROM report WHERE description IS NOT NULL;

INSERT INTO assignment (id, report_id, agency_code, decided_by, pack_version, inputs, decided_at)
SELECT assignment_id, report_id, (%(agency_codes)s::text[])[category], 'rule', %(pack_version)s,
    '{}', at
FROM made;

INSERT INTO ticket (id, report_id, assignment_id, category_code, aspect, area_code, agency_code,
    visibility, protection_class, priority, state, version, submitted_at, first_response_due_at,
    first_responded_at, verification_due_at, verified_at, settlement_due_at, settled_at,
    paused_days_before_verification, paused_days_after_verification, return_count,
    has_fixed_deadlines, is_demo)
SELECT ticket_id, report_id, assignment_id, (%(category_codes)s::text[])[category],
    (%(aspects)s::text[])[category], (%(areas)s::text[])[area],
    (%(agency_codes)s::text[])[category],
    CASE WHEN is_sealed THEN 'confidential' ELSE 'public' END,
    CASE WHEN is_sealed THEN 'violence' ELSE 'none' END,
    (ARRAY['kritis', 'tinggi', 'sedang', 'sedang', 'rendah'])[1 + floor(dice * 5)::int],
    CASE WHEN is_open THEN (ARRAY['new', 'verified', 'in_progress'])[1 + floor(dice * 3)::int]
        ELSE 'closed' END,
    1, at, due, due, due, due, CASE WHEN is_open THEN due ELSE at + interval '9 days' END,
    CASE WHEN NOT is_open THEN at + interval '8 days' END, 0, 0, 0, false, true
FROM made;

DROP TABLE made;
"""


def make_tickets(connection: "psycopg.Connection[Any]", city: City, count: int) -> None:
    """Fill a database of its own with so many tickets and their reports; as its owner.

    One in ten is open, two in a hundred are confidential. The indexes are made afterwards.
    """
    categories = [
        category
        for category in city.categories.values()
        if category.visibility is Visibility.PUBLIC
    ]
    agencies = [code for code, agency in city.agencies.items() if not agency.is_external]
    given: dict[str, Any] = {
        "count": count,
        "open": OPEN_SHARE,
        "confidential": CONFIDENTIAL_SHARE,
        "categories": len(categories),
        "category_codes": [category.category_code for category in categories],
        "aspects": [category.aspect.value for category in categories],
        "agency_codes": [agencies[n % len(agencies)] for n in range(len(categories))],
        "areas": [
            area.area_code for area in city.areas.values() if area.level is AreaLevel.VILLAGE
        ],
        "words": list(WORDS),
        "word_count": len(WORDS) - 1,
        "pack_version": city.pack_version,
    }
    connection.execute("SET session_replication_role = replica")  # the rows fit: nothing to check
    connection.execute("SELECT setseed(0.5)")
    indexes = connection.execute(
        """
        SELECT indexname, indexdef FROM pg_indexes AS i
        WHERE tablename IN ('report', 'report_words', 'ticket', 'assignment') AND schemaname = 'public'
          AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conname = i.indexname)
        """
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"'.encode())
    with psycopg.ClientCursor(connection) as cursor:
        cursor.execute(MAKE, given)
    for _, definition in indexes:
        connection.execute(definition.encode())
    connection.execute("SET session_replication_role = origin")
    connection.commit()
    connection.autocommit = True
    connection.execute("VACUUM ANALYZE report, report_words, ticket, assignment")
