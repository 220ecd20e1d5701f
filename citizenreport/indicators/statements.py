"""The statements that read events, and stored facts, as whole arrays. Their parameters: `reading.py`."""

from typing import Final

LOG: Final = """
    SELECT string_agg(int8send(uuid_hash_extended(stream_id, %(seed)s)), ''),
        string_agg(int8send(coalesce(
            CASE type
                WHEN 'state_changed' THEN %(moved)s
                    + (hashtextextended(payload->>'from', %(seed)s) & %(from)s)
                    + (hashtextextended(payload->>'to', %(seed)s) & %(to)s)
                    + CASE WHEN payload ? 'reason_code' THEN %(reason)s
                        * coalesce(array_position(%(reasons)s, payload->>'reason_code'), 0)
                        ELSE 0 END
                WHEN 'replied' THEN %(replied)s
                WHEN 'released' THEN %(released)s
                WHEN 'assigned' THEN
                    CASE WHEN payload->>'from' IS DISTINCT FROM payload->>'agency_code'
                        THEN %(handed_over)s ELSE %(assigned)s
                    END
                WHEN 'opened' THEN %(opened)s + %(places)s
                    + CASE WHEN payload->>'visibility' <> %(public)s THEN %(hidden)s ELSE 0 END
                    + CASE WHEN payload->>'is_outside' = 'true' THEN %(outside)s ELSE 0 END
                    + CASE WHEN payload->>'is_demo' = 'true' THEN %(demo)s ELSE 0 END
                WHEN 'corrected' THEN %(places)s
                    + CASE WHEN payload->>'visibility' <> %(public)s THEN %(hidden)s ELSE 0 END
                WHEN 'visibility_raised' THEN %(raised)s + %(places)s
                WHEN 'erased' THEN
                    CASE WHEN payload->>'by' = %(erased_by_time)s THEN 0 ELSE %(ended)s END
                ELSE coalesce((%(steps)s)[array_position(%(types)s, type)], 0)
            END
            + CASE WHEN recorded_at < %(cut_off)s THEN %(known)s ELSE 0 END
            + CASE WHEN payload ? 'settlement_due_at' THEN %(due)s ELSE 0 END
            + %(seq)s * seq, 0)), ''),
        string_agg(timestamptz_send(
            CASE WHEN type = 'opened' AND payload->>'channel' IS DISTINCT FROM %(import)s
                THEN recorded_at ELSE occurred_at
            END), ''),
        string_agg(timestamptz_send((payload->>'settlement_due_at')::timestamptz), ''),
        string_agg(concat(
                payload->'category_code', %(separator)s, payload->'area_code', %(separator)s,
                payload->'aspect', %(separator)s, payload->'complaint_class', %(separator)s,
                CASE type WHEN 'visibility_raised' THEN payload->'to'
                    ELSE payload->'visibility' END
            ), E'\\n') FILTER (WHERE type IN ('opened', 'corrected', 'visibility_raised')),
        string_agg(uuid_send(stream_id), '') FILTER (WHERE seq = 1)
    FROM event
    WHERE stream_kind = 'ticket'
        AND (%(after)s::uuid IS NULL OR stream_id > %(after)s)
        AND (%(until)s::uuid IS NULL OR stream_id <= %(until)s)
        AND (%(ids)s::uuid[] IS NULL OR stream_id = ANY(%(ids)s))
        AND (%(first_row)s::tid IS NULL OR ctid >= %(first_row)s)
        AND (%(row_after)s::tid IS NULL OR ctid < %(row_after)s)
"""
"""One slice of the table of events; slices are read at once, by as many processes as there may be.
What is sent as bytes there need not be by the one process that gathers them.
"""
PAGES: Final = "SELECT pg_relation_size('event') / current_setting('block_size')::int"
STATE_HASHES: Final = """
    SELECT string_agg(int8send(hashtextextended(state, %(seed)s)), '' ORDER BY place)
    FROM unnest(%(states)s::text[]) WITH ORDINALITY AS s (state, place)
"""
PUBLIC: Final = """
    SELECT string_agg(int8send(uuid_hash_extended(id, %(seed)s)), '') FROM ticket
    WHERE visibility = %(public)s
        AND (%(after)s::uuid IS NULL OR id > %(after)s)
        AND (%(until)s::uuid IS NULL OR id <= %(until)s)
        AND (%(ids)s::uuid[] IS NULL OR id = ANY(%(ids)s))
"""
BOUNDS: Final = """
    SELECT array_agg(id ORDER BY id)
    FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM ticket) AS numbered
    WHERE n %% %(at_once)s = 0 AND EXISTS (SELECT FROM ticket OFFSET %(at_once)s)
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
            string_agg(
                concat_ws(
                    %(separator)s, to_json(category_code),
                    coalesce(to_json(area_code)::text, 'null'), to_json(aspect),
                    to_json(complaint_class), to_json(visibility)
                ), E'\\n' ORDER BY n
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
