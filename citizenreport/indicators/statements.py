"""The statements that read events, and stored facts, as whole arrays. Their parameters: `reading.py`."""

from typing import Final

LOG: Final = """
    SELECT array_agg(stream), array_agg(mark), array_agg(at),
        array_agg(due_at) FILTER (WHERE due_at IS NOT NULL),
        array_agg(rpad(places, %(places_length)s)) FILTER (WHERE places IS NOT NULL),
        array_agg(stream_id) FILTER (WHERE is_first)
    FROM (
        SELECT stream_id, seq = 1 AS is_first,
            uuid_hash_extended(stream_id, %(seed)s) AS stream,
            CASE WHEN type = 'opened' AND payload->>'channel' IS DISTINCT FROM %(import)s
                THEN recorded_at ELSE occurred_at
            END AS at,
            (payload->>'settlement_due_at')::timestamptz AS due_at,
            CASE WHEN payload ?| %(place_keys)s OR type = 'visibility_raised' THEN concat(
                payload->'category_code', %(separator)s, payload->'area_code', %(separator)s,
                payload->'aspect', %(separator)s, payload->'complaint_class', %(separator)s,
                CASE type WHEN 'visibility_raised' THEN payload->'to'
                    ELSE payload->'visibility' END
            ) END AS places,
            CASE type
                WHEN 'state_changed' THEN %(moved)s
                    + (coalesce(array_position(%(states)s, payload->>'from'), 0) << %(from)s)
                    + (coalesce(array_position(%(states)s, payload->>'to'), 0) << %(to)s)
                    + (coalesce(array_position(%(reasons)s, payload->>'reason_code'), 0)
                        << %(reason)s)
                WHEN 'assigned' THEN
                    CASE WHEN payload->>'from' IS DISTINCT FROM payload->>'agency_code'
                        THEN %(handed_over)s ELSE %(assigned)s
                    END
                WHEN 'opened' THEN %(opened)s
                    + CASE WHEN payload->>'is_outside' = 'true' THEN 1 << %(outside)s ELSE 0 END
                    + CASE WHEN payload->>'is_demo' = 'true' THEN 1 << %(demo)s ELSE 0 END
                WHEN 'erased' THEN
                    CASE WHEN payload->>'by' = %(erased_by_time)s THEN 0 ELSE %(ended)s END
                ELSE coalesce((%(steps)s)[array_position(%(types)s, type)], 0)
            END::bigint
            + CASE WHEN recorded_at < %(cut_off)s THEN 1 << %(known)s ELSE 0 END
            + CASE WHEN payload ? 'settlement_due_at' THEN 1 << %(due)s ELSE 0 END
            + CASE WHEN payload ?| %(place_keys)s THEN 1 << %(places)s
                    + CASE WHEN payload->>'visibility' <> %(public)s THEN 1 << %(hidden)s ELSE 0 END
                WHEN type = 'visibility_raised' THEN 1 << %(places)s
                ELSE 0
            END
            + (seq::bigint << %(seq)s) AS mark
        FROM event
        WHERE stream_kind = 'ticket'
            AND (%(after)s::uuid IS NULL OR stream_id > %(after)s)
            AND (%(until)s::uuid IS NULL OR stream_id <= %(until)s)
            AND (%(ids)s::uuid[] IS NULL OR stream_id = ANY(%(ids)s))
        OFFSET 0  -- or else what is used twice is computed twice
    ) AS step
"""
PUBLIC: Final = """
    SELECT array_agg(uuid_hash_extended(id, %(seed)s)) FROM ticket
    WHERE visibility = %(public)s
        AND (%(after)s::uuid IS NULL OR id > %(after)s)
        AND (%(until)s::uuid IS NULL OR id <= %(until)s)
        AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
"""
BOUNDS: Final = """
    SELECT array_agg(id ORDER BY id)
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ticket) AS numbered
    WHERE n %% %(at_once)s = 0
"""
STORED: Final = """
    WITH public AS MATERIALIZED (
        SELECT f.*, EXISTS (
            SELECT FROM event AS e WHERE e.stream_kind = 'ticket' AND e.stream_id = f.ticket_id
                AND e.recorded_at >= %(cut_off)s
        ) AS has_gone_on
        FROM ticket_fact AS f JOIN ticket AS t ON t.id = f.ticket_id
        WHERE f.released_at < %(cut_off)s AND t.visibility = %(public)s
            AND f.visibility = %(public)s
    ), still AS MATERIALIZED (
        SELECT *, row_number() OVER (ORDER BY ticket_id) - 1 AS n FROM public WHERE NOT has_gone_on
    ), settlement AS MATERIALIZED (
        SELECT n, place, (one->>0)::timestamptz AS at,
            coalesce((one->>1)::timestamptz, 'infinity') AS undone_at,
            coalesce(array_position(%(states)s, one->>2), 0) AS by
        FROM still, jsonb_array_elements(settlements) WITH ORDINALITY AS s (one, place)
    ), turned AS MATERIALIZED (
        SELECT n, place, array_position(%(turns)s, one->>0) - 1 AS turn,
            (one->>1)::timestamptz AS at
        FROM still, jsonb_array_elements(turns) WITH ORDINALITY AS t (one, place)
    )
    SELECT kept.*, settled.*, done.*, (SELECT array_agg(ticket_id) FROM public WHERE has_gone_on)
    FROM (
        SELECT
            array_agg(
                rpad(
                    concat_ws(
                        %(separator)s, to_json(category_code),
                        coalesce(to_json(area_code)::text, 'null'), to_json(aspect),
                        to_json(complaint_class), to_json(visibility)
                    ), %(places_length)s
                ) ORDER BY n
            ),
            array_agg(submitted_at ORDER BY n), array_agg(assigned_at ORDER BY n),
            array_agg(settlement_due_at ORDER BY n),
            array_agg(coalesce(first_responded_at, 'infinity') ORDER BY n),
            array_agg(coalesce(verified_at, 'infinity') ORDER BY n),
            array_agg(coalesce(paused_at, 'infinity') ORDER BY n),
            array_agg(coalesce(exited_at, 'infinity') ORDER BY n),
            array_agg(coalesce(array_position(%(states)s, exit_state), 0) ORDER BY n),
            array_agg(coalesce(array_position(%(reasons)s, exit_reason), 0) ORDER BY n),
            array_agg(is_outside::int ORDER BY n), array_agg(is_demo::int ORDER BY n)
        FROM still
    ) AS kept, (
        SELECT array_agg(n ORDER BY n, place), array_agg(at ORDER BY n, place),
            array_agg(undone_at ORDER BY n, place), array_agg(by ORDER BY n, place)
        FROM settlement
    ) AS settled, (
        SELECT array_agg(n ORDER BY n, place), array_agg(turn ORDER BY n, place),
            array_agg(at ORDER BY n, place)
        FROM turned
    ) AS done
"""
STORE: Final = """
    WITH settled AS (
        SELECT n, jsonb_agg(
            jsonb_build_array(at, nullif(undone_at, 'infinity'), ($1::text[])[by]) ORDER BY place
        ) AS list
        FROM unnest($15::int8[], $16::timestamptz[], $17::timestamptz[], $18::int8[])
            WITH ORDINALITY AS s (n, at, undone_at, by, place)
        GROUP BY n
    ), turned AS (
        SELECT n, jsonb_agg(jsonb_build_array(($2::text[])[turn + 1], at) ORDER BY place) AS list
        FROM unnest($19::int8[], $20::int8[], $21::timestamptz[])
            WITH ORDINALITY AS t (n, turn, at, place)
        GROUP BY n
    ), kind AS (
        SELECT ordinality - 1 AS kind, value::jsonb AS named
        FROM unnest($4::text[]) WITH ORDINALITY AS k (value, ordinality)
    )
    INSERT INTO ticket_fact (
        ticket_id, last_seq, category_code, area_code, aspect, complaint_class, visibility,
        submitted_at, assigned_at, settlement_due_at, first_responded_at, verified_at, paused_at,
        exited_at, exit_state, exit_reason, released_at, is_outside, is_demo, settlements, turns
    )
    SELECT id, last_seq, named->>0, named->>1, named->>2, named->>3, named->>4,
        submitted_at, assigned_at, due_at, nullif(responded_at, 'infinity'),
        nullif(verified_at, 'infinity'), nullif(paused_at, 'infinity'),
        nullif(exited_at, 'infinity'), ($1::text[])[exit_state], ($3::text[])[exit_reason],
        nullif(released_at, 'infinity'), is_outside = 1, is_demo = 1,
        coalesce(settled.list, '[]'), coalesce(turned.list, '[]')
    FROM unnest(
        $5::uuid[], $6::int8[], $7::int8[], $8::timestamptz[], $9::timestamptz[],
        $10::timestamptz[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[],
        $14::timestamptz[], $22::int8[], $23::int8[], $24::timestamptz[], $25::int8[], $26::int8[]
    ) WITH ORDINALITY AS f (
        id, last_seq, kind, submitted_at, assigned_at, due_at, responded_at, verified_at, paused_at,
        exited_at, exit_state, exit_reason, released_at, is_outside, is_demo, place
    )
    JOIN kind USING (kind)
    LEFT JOIN settled ON settled.n = f.place - 1
    LEFT JOIN turned ON turned.n = f.place - 1
    ON CONFLICT (ticket_id) DO NOTHING  -- folded meanwhile, by an act
"""
