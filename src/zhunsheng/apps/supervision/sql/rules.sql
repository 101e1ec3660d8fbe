-- The acts that an event is, by officer or place, of which case or incident, and while each may have lasted: as stated, at
-- most two days; where its end is not stated, or a day is all that is known, two days.
CREATE OR REPLACE FUNCTION zs_acts_of(e cases_event)
RETURNS TABLE (holder text, holder_kind text, at timestamptz, until timestamptz, kind text, number text)
LANGUAGE sql STABLE AS $$
    SELECT h.holder, t.holder_kind, e.at,
        CASE
            WHEN e.until IS NULL OR 'day' IN (e.at_precision, e.until_precision) THEN e.at + interval '2 days'
            ELSE greatest(e.at, least(e.until, e.at + interval '2 days'))
        END,
        CASE WHEN e."case" IS NOT NULL THEN 'case' ELSE 'incident' END, coalesce(e."case", e.incident)
    FROM supervision_acttype t
    CROSS JOIN LATERAL unnest(
        CASE t.holder_kind WHEN 'officer' THEN e.officers WHEN 'place' THEN ARRAY[e.place] END
    ) h (holder)
    WHERE t.type = e.type AND h.holder IS NOT NULL
$$;

-- What an appended event names is noted in the transaction that appends it: no commit can be overlooked, whatever the
-- order in which transactions end. Which judged keys follow from it is worked out by the batch that takes it up, because
-- only then is it known what the log holds.
CREATE OR REPLACE FUNCTION zs_touch_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $$
DECLARE
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    is_small boolean := to_regclass('pg_temp.event_staging') IS NOT NULL;
BEGIN
    -- To keep the rows of a large append for this trigger, and to write one for every key, would take as long again as
    -- the append; who appended is enough to find them later. Those of a small one are found by what zs_append_events was
    -- given.
    IF is_small THEN
        is_small := NOT EXISTS (SELECT FROM pg_temp.event_staging WHERE problem IS NULL AND NOT repeated OFFSET 999);
    END IF;
    IF NOT is_small THEN
        INSERT INTO supervision_appended (xid) VALUES (this_transaction) ON CONFLICT DO NOTHING;
        RETURN NULL;
    END IF;

    WITH added AS MATERIALIZED (
        SELECT e.* FROM pg_temp.event_staging s
        JOIN cases_event e ON (e.source, e.id, e.version) = (s.source, s.id, s.version)
        WHERE s.problem IS NULL AND NOT s.repeated AND e.xid = this_transaction
    )
    INSERT INTO supervision_duekey (kind, number, release)
    SELECT kind, number, '' FROM (
        SELECT 'case' AS kind, "case" AS number FROM added WHERE "case" IS NOT NULL
        UNION
        SELECT 'incident', incident FROM added WHERE incident IS NOT NULL
    ) named
    WHERE NOT EXISTS (
        SELECT FROM supervision_duekey k WHERE k.number = named.number AND k.kind = named.kind
    )
    ORDER BY number, kind
    ON CONFLICT (number, kind) DO NOTHING;

    WITH added AS MATERIALIZED (
        SELECT e.* FROM pg_temp.event_staging s
        JOIN cases_event e ON (e.source, e.id, e.version) = (s.source, s.id, s.version)
        WHERE s.problem IS NULL AND NOT s.repeated AND e.xid = this_transaction
    )
    INSERT INTO supervision_personkey (person, kind, number)
    SELECT person, kind, number FROM (
        SELECT person, 'case' AS kind, "case" AS number FROM added WHERE person IS NOT NULL AND "case" IS NOT NULL
        UNION
        SELECT person, 'incident', incident FROM added WHERE person IS NOT NULL AND incident IS NOT NULL
    ) named
    WHERE NOT EXISTS (
        SELECT FROM supervision_personkey k
        WHERE k.person = named.person AND k.number = named.number AND k.kind = named.kind
    )
    ORDER BY person, number, kind
    ON CONFLICT (person, number, kind) DO NOTHING;

    INSERT INTO supervision_actkey (holder, holder_kind, at, until, kind, number)
    SELECT DISTINCT a.*
    FROM pg_temp.event_staging s
    JOIN cases_event e ON (e.source, e.id, e.version) = (s.source, s.id, s.version)
    CROSS JOIN LATERAL zs_acts_of(e) a
    WHERE s.problem IS NULL AND NOT s.repeated AND e.xid = this_transaction
    ORDER BY 1, 2, 3, 6, 5, 4
    ON CONFLICT DO NOTHING;

    WITH added AS MATERIALIZED (
        SELECT e.* FROM pg_temp.event_staging s
        JOIN cases_event e ON (e.source, e.id, e.version) = (s.source, s.id, s.version)
        WHERE s.problem IS NULL AND NOT s.repeated AND e.xid = this_transaction
    )
    INSERT INTO supervision_touched ("case", incident, source, event)
    SELECT DISTINCT
        "case", incident, CASE WHEN version > 1 THEN source END, CASE WHEN version > 1 THEN id END
    FROM added;
    RETURN NULL;
END $$;

-- What one large append touched, written out as above. The index on xid finds its events, however large the log is.
-- Small appends go first: nothing is written out while many entries wait.
CREATE OR REPLACE FUNCTION zs_unfold_appended() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' SET enable_seqscan = off SET jit = off AS $$
DECLARE
    taken bigint;
BEGIN
    IF EXISTS (SELECT FROM supervision_touched OFFSET 999) THEN
        RETURN;
    END IF;
    DELETE FROM supervision_appended
    WHERE xid = (SELECT xid FROM supervision_appended ORDER BY xid LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING xid INTO taken;
    IF NOT FOUND THEN
        RETURN;
    END IF;

    INSERT INTO supervision_duekey (kind, number, release)
    SELECT kind, number, '' FROM (
        SELECT 'case' AS kind, "case" AS number FROM cases_event WHERE xid = taken AND "case" IS NOT NULL
        UNION
        SELECT 'incident', incident FROM cases_event WHERE xid = taken AND incident IS NOT NULL
    ) named
    ORDER BY number, kind
    ON CONFLICT (number, kind) DO NOTHING;

    INSERT INTO supervision_personkey (person, kind, number)
    SELECT person, kind, number FROM (
        SELECT person, 'case' AS kind, "case" AS number FROM cases_event
        WHERE xid = taken AND person IS NOT NULL AND "case" IS NOT NULL
        UNION
        SELECT person, 'incident', incident FROM cases_event
        WHERE xid = taken AND person IS NOT NULL AND incident IS NOT NULL
    ) named
    ORDER BY person, number, kind
    ON CONFLICT (person, number, kind) DO NOTHING;

    INSERT INTO supervision_actkey (holder, holder_kind, at, until, kind, number)
    SELECT DISTINCT a.*
    FROM cases_event e CROSS JOIN LATERAL zs_acts_of(e) a
    WHERE e.xid = taken
    ORDER BY 1, 2, 3, 6, 5, 4
    ON CONFLICT DO NOTHING;

    INSERT INTO supervision_touched ("case", incident, source, event)
    SELECT DISTINCT
        "case", incident, CASE WHEN version > 1 THEN source END, CASE WHEN version > 1 THEN id END
    FROM cases_event WHERE xid = taken;
END $$;

-- Types whose acts a rulebook holds together by officer or place. Of one that is new, the acts of the log are written out
-- once; nothing is appended meanwhile, so that none is missed.
CREATE OR REPLACE FUNCTION zs_index_acts(types text[], kinds text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
DECLARE
    new_types text[];
BEGIN
    IF NOT EXISTS (SELECT * FROM unnest(types, kinds) EXCEPT SELECT type, holder_kind FROM supervision_acttype) THEN
        RETURN;
    END IF;
    LOCK TABLE cases_event IN SHARE ROW EXCLUSIVE MODE;
    WITH added AS (
        INSERT INTO supervision_acttype (type, holder_kind) SELECT * FROM unnest(types, kinds)
        ON CONFLICT DO NOTHING RETURNING type
    )
    SELECT array_agg(DISTINCT type) INTO new_types FROM added;
    INSERT INTO supervision_actkey (holder, holder_kind, at, until, kind, number)
    SELECT DISTINCT a.*
    FROM cases_event e CROSS JOIN LATERAL zs_acts_of(e) a
    WHERE e.type = ANY (new_types)
    ON CONFLICT DO NOTHING;
END $$;

CREATE OR REPLACE TRIGGER touch_keys AFTER INSERT ON cases_event
    FOR EACH STATEMENT EXECUTE FUNCTION zs_touch_keys();
ALTER TABLE cases_event ENABLE ALWAYS TRIGGER touch_keys;

-- Real seconds until there is something to judge: 0 = now, null = nothing is foreseen. One look at two indexes.
CREATE OR REPLACE FUNCTION zs_due_in() RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM supervision_touched) OR EXISTS (SELECT FROM supervision_appended)
            OR EXISTS (SELECT FROM supervision_touchedunit) OR soonest <= zs_now() THEN 0
        ELSE extract(epoch FROM soonest - zs_now())
            / nullif(coalesce((SELECT city_seconds_per_second FROM audit_deployment), 1), 0)
    END
    FROM (SELECT min(next_at) AS soonest FROM supervision_duekey) AS due
$$;

-- Which cases are in hand: those in which a limit runs that has a due time, under the unit of the case as it is now. Here
-- and below case by case, by index: what a batch costs follows from its size, not from that of the city.
CREATE OR REPLACE FUNCTION zs_goes_on(outcome text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT outcome IN ('running', 'waiting', 'paused', 'unknown')
$$;
CREATE OR REPLACE FUNCTION zs_runs(outcome text, due timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT zs_goes_on(outcome) AND due IS NOT NULL
$$;
CREATE OR REPLACE FUNCTION zs_take_in_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $$
BEGIN
    INSERT INTO supervision_inhand ("case", unit)
    SELECT c.number, c.unit_id FROM cases_case c
    WHERE c.number IN (SELECT n."case" FROM now_there n WHERE zs_runs(n.outcome, n.due))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
-- (No bitmaps: of the clocks of a case the first one that is looked at is nearly always enough.)
CREATE OR REPLACE FUNCTION zs_lay_down() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
BEGIN
    DELETE FROM supervision_inhand h USING (
        SELECT DISTINCT w."case" FROM was_there w WHERE zs_runs(w.outcome, w.due) AND NOT EXISTS (
            SELECT FROM supervision_clock k WHERE k."case" = w."case" AND zs_runs(k.outcome, k.due)
        )
    ) AS was
    WHERE h."case" = was."case";
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER take_in_hand AFTER INSERT ON supervision_clock REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_take_in_hand();
CREATE OR REPLACE TRIGGER take_in_hand_again AFTER UPDATE ON supervision_clock REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_take_in_hand();
CREATE OR REPLACE TRIGGER lay_down AFTER UPDATE ON supervision_clock REFERENCING OLD TABLE AS was_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_lay_down();
CREATE OR REPLACE TRIGGER lay_down_gone AFTER DELETE ON supervision_clock REFERENCING OLD TABLE AS was_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_lay_down();

CREATE OR REPLACE FUNCTION zs_move_in_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE supervision_inhand SET unit = NEW.unit_id WHERE "case" = NEW.number;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER move_in_hand AFTER UPDATE ON cases_case FOR EACH ROW
    WHEN (OLD.unit_id IS DISTINCT FROM NEW.unit_id) EXECUTE FUNCTION zs_move_in_hand();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER move_in_hand;

-- Counts that pages would else walk through years for, kept by place: rows are added, and their sum counts. A place is a
-- unit with a label of its cases; the label '' is what has an incident and no case, the unit '*' the whole city.
-- `what`: ran: cases in which a limit ran at the ends of months, each step up or down under the first day after that end;
-- now: cases in hand; exceeded: limits exceeded, `about` their rule, by day, those of the city by month; open: limits that
-- run, `about` what is asked of them: code, fact, whether it is hard, whether nothing can be computed.
CREATE OR REPLACE FUNCTION zs_month(at timestamptz) RETURNS date LANGUAGE sql IMMUTABLE AS $$
    SELECT date_trunc('month', at AT TIME ZONE 'Asia/Shanghai')::date
$$;
CREATE OR REPLACE FUNCTION zs_month_ends(start timestamptz, stopped timestamptz, outcome text, due timestamptz)
RETURNS daterange LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN due IS NULL OR start IS NULL OR stopped < start OR stopped IS NULL AND NOT zs_runs(outcome, due) THEN 'empty'
        ELSE daterange((zs_month(start) + interval '1 month')::date, (zs_month(stopped) + interval '1 month')::date)
    END
$$;
CREATE OR REPLACE FUNCTION zs_asked(question text, fact text, hard boolean, outcome text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    -- (Not concat, which is not immutable: a call of it is a call of this function, and not part of the statement.)
    SELECT coalesce(question, '') || '|' || coalesce(fact, '') || '|' || CASE WHEN hard THEN 'hard' ELSE '' END
        || '|' || CASE outcome WHEN 'unknown' THEN outcome ELSE '' END
$$;

-- What stands of some cases, counted anew.
CREATE OR REPLACE FUNCTION zs_counts_of(numbers text[]) RETURNS TABLE ("case" text, what text, day date, about text, n bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH named AS (
        SELECT unnest(numbers) AS number
    ), clock AS MATERIALIZED (
        SELECT c.number, k.* FROM named c CROSS JOIN LATERAL (
            SELECT zs_month_ends(k.start, k.stopped, k.outcome, k.due) AS ends,
                CASE WHEN zs_goes_on(k.outcome)
                    THEN zs_asked(k.question, k.question_fact, k.question_hard, k.outcome) END AS asked
            FROM supervision_clock k WHERE k."case" = c.number OFFSET 0
        ) k
    ), run AS (
        SELECT k.number, unnest(range_agg(k.ends)) AS span FROM clock k GROUP BY 1
    ), found AS (
        SELECT r.number, 'ran' AS what, lower(r.span) AS day, '' AS about, 1 AS n FROM run r
        UNION ALL SELECT r.number, 'ran', upper(r.span), '', -1 FROM run r WHERE NOT upper_inf(r.span)
        UNION ALL SELECT k.number, 'open', 'epoch', k.asked, 1 FROM clock k WHERE k.asked IS NOT NULL
        UNION ALL SELECT h."case", 'now', 'epoch', '', 1 FROM supervision_inhand h WHERE h."case" = ANY (numbers)
        UNION ALL SELECT c.number, 'exceeded', (f.found_at AT TIME ZONE 'Asia/Shanghai')::date, f.rule, 1
            FROM named c JOIN supervision_finding f ON f."case" = c.number
            WHERE f.kind = 'overdue' AND f.state = 'current' AND f.found_at IS NOT NULL
    )
    SELECT f.number, f.what, f.day, f.about, sum(f.n) FROM found f GROUP BY 1, 2, 3, 4 HAVING sum(f.n) <> 0;
END $$;

-- Of the clocks that a statement wrote, the rows that came (n = 1) and went (n = -1) say what changed.
CREATE OR REPLACE FUNCTION zs_came_and_went(operation text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE operation
        WHEN 'INSERT' THEN 'SELECT *, 1 AS n FROM now_there'
        WHEN 'DELETE' THEN 'SELECT *, -1 AS n FROM was_there'
        ELSE 'SELECT *, 1 AS n FROM now_there UNION ALL SELECT *, -1 FROM was_there'
    END
$$;
-- (No bitmaps, as above.)
CREATE OR REPLACE FUNCTION zs_count_clocks() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off AS $$
BEGIN
    EXECUTE format($sql$
        WITH written AS MATERIALIZED (
            SELECT k."case", zs_month_ends(k.start, k.stopped, k.outcome, k.due) AS ends, sum(n) AS n FROM (%s) k
            WHERE k."case" IS NOT NULL GROUP BY 1, 2 HAVING sum(n) <> 0
        ), changed AS MATERIALIZED (
            -- Where nothing came, and another clock covers each that went, the case ran and runs at the same ends.
            SELECT "case", ends, n FROM (
                SELECT w.*, bool_or(w.n > 0 OR NOT EXISTS (
                    SELECT FROM supervision_clock k WHERE k."case" = w."case"
                        AND zs_month_ends(k.start, k.stopped, k.outcome, k.due) @> w.ends
                )) OVER (PARTITION BY w."case") AS may_differ
                FROM written w WHERE NOT isempty(w.ends)
            ) w WHERE may_differ
        ), now AS MATERIALIZED (
            SELECT c."case", k.ends, count(*) AS n
            FROM (SELECT DISTINCT "case" FROM changed) c CROSS JOIN LATERAL (
                SELECT zs_month_ends(k.start, k.stopped, k.outcome, k.due) AS ends FROM supervision_clock k
                WHERE k."case" = c."case" OFFSET 0
            ) k GROUP BY 1, 2
        ), before AS (
            SELECT "case", ends FROM (
                SELECT * FROM now UNION ALL SELECT "case", ends, -n FROM changed
            ) both_times GROUP BY 1, 2 HAVING sum(n) > 0
        ), run AS (
            SELECT "case", unnest(range_agg(ends)) AS span, 1 AS n FROM now GROUP BY 1
            UNION ALL SELECT "case", unnest(range_agg(ends)), -1 FROM before GROUP BY 1
        ), step AS (
            SELECT "case", lower(span) AS day, n FROM run
            UNION ALL SELECT "case", upper(span), -n FROM run WHERE NOT upper_inf(span)
        )
        INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
        SELECT 'ran', s.day, coalesce(c.unit_id, ''), c.label, '', sum(s.n)
        FROM step s JOIN cases_case c ON c.number = s."case" GROUP BY 2, 3, 4 HAVING sum(s.n) <> 0
    $sql$, zs_came_and_went(TG_OP));
    EXECUTE format($sql$
        INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
        SELECT 'open', 'epoch', coalesce(CASE WHEN k."case" IS NULL THEN k.unit ELSE c.unit_id END, ''), coalesce(c.label, ''),
            zs_asked(k.question, k.question_fact, k.question_hard, k.outcome), sum(n)
        FROM (%s) k LEFT JOIN cases_case c ON c.number = k."case"
        WHERE zs_goes_on(k.outcome)
            AND (k."case" IS NOT NULL OR k.incident NOT LIKE 'ZS-XJ-%%') AND (k."case" IS NULL) = (c.number IS NULL)
        GROUP BY 3, 4, 5 HAVING sum(n) <> 0
    $sql$, zs_came_and_went(TG_OP));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER count_new AFTER INSERT ON supervision_clock REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_count_clocks();
CREATE OR REPLACE TRIGGER count_changed AFTER UPDATE ON supervision_clock
    REFERENCING NEW TABLE AS now_there OLD TABLE AS was_there FOR EACH STATEMENT EXECUTE FUNCTION zs_count_clocks();
CREATE OR REPLACE TRIGGER count_gone AFTER DELETE ON supervision_clock REFERENCING OLD TABLE AS was_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_count_clocks();

CREATE OR REPLACE FUNCTION zs_count_findings() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $$
BEGIN
    EXECUTE format($sql$
        INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
        SELECT 'exceeded', (f.found_at AT TIME ZONE 'Asia/Shanghai')::date,
            coalesce(CASE WHEN f."case" IS NULL THEN f.unit ELSE c.unit_id END, ''), coalesce(c.label, ''), f.rule, sum(n)
        FROM (%s) f LEFT JOIN cases_case c ON c.number = f."case"
        WHERE f.kind = 'overdue' AND f.state = 'current' AND f.found_at IS NOT NULL
            AND (f."case" IS NOT NULL OR f.incident NOT LIKE 'ZS-XJ-%%') AND (f."case" IS NULL) = (c.number IS NULL)
        GROUP BY 2, 3, 4, 5 HAVING sum(n) <> 0
    $sql$, zs_came_and_went(TG_OP));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER count_new AFTER INSERT ON supervision_finding REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_count_findings();
CREATE OR REPLACE TRIGGER count_changed AFTER UPDATE ON supervision_finding
    REFERENCING NEW TABLE AS now_there OLD TABLE AS was_there FOR EACH STATEMENT EXECUTE FUNCTION zs_count_findings();
CREATE OR REPLACE TRIGGER count_gone AFTER DELETE ON supervision_finding REFERENCING OLD TABLE AS was_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_count_findings();

CREATE OR REPLACE FUNCTION zs_count_in_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $$
BEGIN
    EXECUTE format($sql$
        INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
        SELECT 'now', 'epoch', coalesce(c.unit_id, ''), c.label, '', sum(n)
        FROM (%s) h JOIN cases_case c ON c.number = h."case" GROUP BY 3, 4 HAVING sum(n) <> 0
    $sql$, zs_came_and_went(TG_OP));
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER count_new AFTER INSERT ON supervision_inhand REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_count_in_hand();
CREATE OR REPLACE TRIGGER count_gone AFTER DELETE ON supervision_inhand REFERENCING OLD TABLE AS was_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_count_in_hand();

-- A case that goes to another unit, or gets another label, takes its counts along. A judgement of it that is under way is
-- waited for: what that adds would else be counted at neither place. Its name makes it the first trigger of the table.
CREATE OR REPLACE FUNCTION zs_move_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM FROM supervision_duekey WHERE number = NEW.number AND kind = 'case' FOR UPDATE;
    INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
    SELECT c.what, c.day, p.unit, p.label, c.about, c.n * p.sign FROM zs_counts_of(ARRAY[NEW.number::text]) c
    CROSS JOIN (VALUES
        (coalesce(OLD.unit_id, ''), OLD.label, -1), (coalesce(NEW.unit_id, ''), NEW.label, 1)
    ) AS p (unit, label, sign);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER count_moved AFTER UPDATE ON cases_case FOR EACH ROW
    WHEN ((OLD.unit_id, OLD.label) IS DISTINCT FROM (NEW.unit_id, NEW.label)) EXECUTE FUNCTION zs_move_counts();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER count_moved;

-- Every row of a place is added for the city too. Once many rows stand alone they are summed; of several transactions one
-- does it, and none waits.
CREATE OR REPLACE FUNCTION zs_sum_counts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM now_there WHERE unit <> '*' AND NOT is_sum) THEN
        RETURN NULL;
    END IF;
    INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
    SELECT what, CASE what WHEN 'exceeded' THEN date_trunc('month', day)::date ELSE day END, '*', label, about, sum(n)
    FROM now_there WHERE unit <> '*' AND NOT is_sum GROUP BY 1, 2, 4, 5 HAVING sum(n) <> 0;
    IF NOT EXISTS (SELECT FROM supervision_keptcount WHERE NOT is_sum OFFSET 4999)
        OR NOT pg_try_advisory_xact_lock(hashtext('supervision_keptcount')) THEN
        RETURN NULL;
    END IF;
    WITH taken AS (
        DELETE FROM supervision_keptcount WHERE NOT is_sum RETURNING *
    )
    INSERT INTO supervision_keptcount AS k (what, day, unit, label, about, n, is_sum)
    SELECT what, day, unit, label, about, sum(n), true FROM taken GROUP BY 1, 2, 3, 4, 5 HAVING sum(n) <> 0
    ON CONFLICT (unit, label, what, day, about) WHERE is_sum DO UPDATE SET n = k.n + excluded.n;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_counts AFTER INSERT ON supervision_keptcount REFERENCING NEW TABLE AS now_there
    FOR EACH STATEMENT EXECUTE FUNCTION zs_sum_counts();

-- The cases to which the session's officer stands in a way of his own so that the places he reaches say something else of
-- them than he sees: recused from, `reading`: under his reading (sign -1); his own work, opened in an emergency (sign 1).
DROP FUNCTION IF EXISTS zs_tied();
CREATE OR REPLACE FUNCTION zs_tied(reading text[]) RETURNS TABLE (number text, unit text, sign integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    officer bigint := zs_officer();
    everywhere text[] := coalesce(zs_scope('everywhere'), '{}');
    reached text[] := coalesce(zs_scope('units'), '{}');
    at_hand text[] := coalesce(zs_scope('own'), '{}');
    recused text[];
    urgent text[];
    assigned text[];
BEGIN
    IF officer IS NULL THEN
        RETURN;
    END IF;
    recused := ARRAY(SELECT a.case_id::text FROM cases_assignment a
        WHERE a.officer_id = officer AND a.until_at IS NULL AND a.role = 'recused') || reading;
    urgent := coalesce(zs_urgent(), '{}');
    assigned := CASE WHEN at_hand <> '{}' THEN ARRAY(SELECT a.case_id::text FROM cases_assignment a
        WHERE a.officer_id = officer AND a.until_at IS NULL AND a.role <> 'recused') ELSE '{}' END;
    RETURN QUERY
    SELECT c.number::text, coalesce(c.unit_id, '')::text, c.is_seen::int - c.is_reached::int FROM (
        -- (Hashed, not as lists: whoever reads a thousand files would else be compared a million times.)
        SELECT c.number, c.unit_id, r.is_reached, c.number NOT IN (SELECT unnest(recused)) AND (
                r.is_reached OR c.number IN (SELECT unnest(urgent))
                OR c.label = ANY (at_hand) AND c.number IN (SELECT unnest(assigned))
            ) AS is_seen
        FROM cases_case c CROSS JOIN LATERAL (
            SELECT c.label = ANY (everywhere) OR coalesce(c.label || ':' || c.unit_id = ANY (reached), false) AS is_reached
        ) r
        WHERE c.number = ANY (recused || urgent || assigned)
    ) c WHERE c.is_seen <> c.is_reached;
END $$;

-- What the session's viewer may list of the kept counts, and the same of the whole city, of which no case can be told:
-- exceeded: of some rules, by month, from a day on; before: those from the day `begin` until `cut`, of whose own day they
-- are found singly. Cases to which he
-- stands in a way of his own are counted singly. `places`: units whose incidents count; null: by row security.
DROP FUNCTION IF EXISTS zs_kept_counts(text[], text[], text[], date, date, date);
DROP FUNCTION IF EXISTS zs_kept_counts(text[], text[], text[], date, date, timestamptz);
CREATE OR REPLACE FUNCTION zs_kept_counts(
    whats text[], rules text[], places text[], since date, begin date, cut timestamptz, reading text[]
)
RETURNS TABLE (what text, day date, about text, own bigint, city bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    everywhere text[] := zs_listed_labels();
    reached text[] := coalesce(zs_scope('units'), '{}');
    cut_day date := (cut AT TIME ZONE 'Asia/Shanghai')::date;
BEGIN
    RETURN QUERY
    WITH place AS (
        SELECT split_part(p, ':', 2) AS unit, split_part(p, ':', 1) AS label FROM unnest(reached) p
        WHERE split_part(p, ':', 1) <> ALL (everywhere)
        UNION ALL SELECT '*', l FROM unnest(everywhere) l
        UNION ALL SELECT u, '' FROM unnest(places) u
        UNION ALL SELECT '*', '' WHERE places IS NULL AND 'ordinary' = ANY (everywhere)
        UNION ALL SELECT split_part(p, ':', 2), '' FROM unnest(reached) p
            WHERE places IS NULL AND 'ordinary' <> ALL (everywhere) AND split_part(p, ':', 1) = 'ordinary'
    ), tied AS MATERIALIZED (
        SELECT * FROM zs_tied(reading)
    ), counted AS (
        SELECT k.what::text, k.day, k.about, k.unit <> '*' AS is_by_day, k.n, 0 AS of_city
        FROM (
            SELECT * FROM supervision_keptcount k
            WHERE k.unit = ANY (ARRAY(SELECT DISTINCT p.unit FROM place p)) AND k.what = ANY (whats)
                AND (k.what <> 'exceeded' OR k.day >= since) OFFSET 0
        ) k JOIN place p ON k.unit = p.unit AND k.label = p.label
        UNION ALL
        SELECT k.what, k.day, k.about, true, k.n * t.sign, 0
        FROM zs_counts_of(ARRAY(SELECT number FROM tied)) k JOIN tied t ON t.number = k."case" WHERE k.what = ANY (whats)
        UNION ALL
        SELECT k.what::text, k.day, k.about, false, 0, k.n FROM supervision_keptcount k
        WHERE k.unit = '*' AND k.what = ANY (whats) AND (k.what <> 'exceeded' OR k.day >= since)
    ), fitting AS (
        SELECT * FROM counted c WHERE c.what <> 'exceeded' OR c.day >= since AND c.about IN (SELECT unnest(rules))
    )
    -- (By time without a zone: with one, a page would spend most of its time on finding the months of days.)
    SELECT f.what, CASE WHEN f.what = 'exceeded' AND f.is_by_day THEN date_trunc('month', f.day::timestamp)::date ELSE f.day END,
        CASE f.what WHEN 'exceeded' THEN '' ELSE f.about END, sum(f.n)::bigint, sum(f.of_city)::bigint
    FROM fitting f GROUP BY 1, 2, 3
    UNION ALL
    SELECT 'before', begin, '', coalesce(sum(b.n), 0)::bigint, 0 FROM (
        SELECT f.n FROM fitting f WHERE f.is_by_day AND f.what = 'exceeded' AND f.day >= begin AND f.day < cut_day
        UNION ALL SELECT k.n FROM supervision_keptcount k WHERE k.what = 'exceeded' AND k.unit <> '*'
            AND k.label = ANY (everywhere) AND k.day >= begin AND k.day < cut_day AND k.about IN (SELECT unnest(rules))
        UNION ALL SELECT CASE
            WHEN o."case" IS NULL THEN (o.unit = ANY (places))::int
            ELSE (c.label = ANY (everywhere) OR c.label || ':' || c.unit_id = ANY (reached))::int
                + coalesce((SELECT t.sign FROM tied t WHERE t.number = o."case"), 0)
            END
            FROM supervision_finding o LEFT JOIN cases_case c ON c.number = o."case"
            WHERE o.kind = 'overdue' AND o.kind IN ('overdue', 'broken') AND o.state = 'current'
                AND o.found_at >= cut_day::timestamp AT TIME ZONE 'Asia/Shanghai' AND o.found_at < cut
                AND o.rule IN (SELECT unnest(rules)) AND (o."case" IS NOT NULL OR o.incident NOT LIKE 'ZS-XJ-%')
    ) b HAVING 'exceeded' = ANY (whats);
END $$;

-- Cases in hand that the session's viewer may list, by the unit of the case.
DROP FUNCTION IF EXISTS zs_in_hand_by_unit();
CREATE OR REPLACE FUNCTION zs_in_hand_by_unit(reading text[]) RETURNS TABLE (unit text, cases bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    everywhere text[] := zs_listed_labels();
    reached text[] := coalesce(zs_scope('units'), '{}');
    every boolean := zs_every_case();
BEGIN
    RETURN QUERY
    WITH tied AS MATERIALIZED (
        SELECT * FROM zs_tied(reading) WHERE NOT every
    )
    SELECT f.unit, sum(f.n)::bigint FROM (
        SELECT k.unit::text AS unit, k.n FROM supervision_keptcount k
        WHERE k.what = 'now' AND k.unit <> '*'
            AND (k.label = ANY (everywhere) OR k.label || ':' || k.unit IN (SELECT unnest(reached)))
        UNION ALL
        -- (As one list of numbers to look up: a join reads every case in hand.)
        SELECT t.unit, t.sign FROM tied t
        WHERE t.number IN (SELECT h."case" FROM supervision_inhand h WHERE h."case" = ANY (ARRAY(SELECT o.number FROM tied o)))
        UNION ALL
        -- (Whoever may list every case misses of them those under his reading, and no other.)
        SELECT coalesce(h.unit, '')::text, -1 FROM supervision_inhand h WHERE every AND h."case" = ANY (reading)
    ) f GROUP BY 1;
END $$;

-- How many limits of some rules were exceeded since `since`: before `cut`, and from `month` until `until`; by the unit of
-- the finding, under the row security of who asks, without those of some cases. What has no case counts in `places` alone.
-- (As a function, a connection plans it once. What row security may cost hides from the planner that a few units are better
-- hashed than sorted; and a rule is better looked up than held against each of a list.)
CREATE OR REPLACE FUNCTION zs_exceeded_by_unit(
    rules text[], since timestamptz, cut timestamptz, month timestamptz, until timestamptz, places text[], without text[]
) RETURNS TABLE (unit text, in_month bigint, before bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT coalesce(c.unit, '')::text, c.in_month, c.before FROM (
        SELECT f.unit, count(*) FILTER (WHERE f.found_at >= month) AS in_month,
            count(*) FILTER (WHERE f.found_at < cut) AS before
        FROM supervision_finding f
        WHERE f.kind = 'overdue' AND f.kind IN ('overdue', 'broken') AND f.state = 'current'
            AND f.found_at >= since AND f.found_at < until AND coalesce(f.rule IN (SELECT unnest(rules)), false)
            AND CASE WHEN f."case" IS NULL THEN f.unit IN (SELECT unnest(places))
                ELSE f."case" NOT IN (SELECT unnest(without)) END
        GROUP BY 1
    ) c;
END $$;

-- Everything anew: for a database whose tables were filled before any of this was kept.
CREATE OR REPLACE FUNCTION zs_count_anew() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE supervision_clock, supervision_finding, supervision_inhand, cases_case IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM supervision_keptcount;
    INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
    SELECT k.what, k.day, coalesce(c.unit_id, ''), c.label, k.about, sum(k.n)
    FROM zs_counts_of(ARRAY(SELECT number::text FROM cases_case)) k JOIN cases_case c ON c.number = k."case"
    GROUP BY 1, 2, 3, 4, 5;
    INSERT INTO supervision_keptcount (what, day, unit, label, about, n)
    SELECT 'exceeded', (f.found_at AT TIME ZONE 'Asia/Shanghai')::date, coalesce(f.unit, ''), '', f.rule, count(*)
    FROM supervision_finding f
    WHERE f."case" IS NULL AND f.kind = 'overdue' AND f.state = 'current' AND f.found_at IS NOT NULL
        AND f.incident NOT LIKE 'ZS-XJ-%' GROUP BY 2, 3, 5
    UNION ALL
    SELECT 'open', 'epoch', coalesce(k.unit, ''), '', zs_asked(k.question, k.question_fact, k.question_hard, k.outcome), count(*)
    FROM supervision_clock k
    WHERE k."case" IS NULL AND zs_goes_on(k.outcome) AND k.incident NOT LIKE 'ZS-XJ-%'
    GROUP BY 3, 5;
END $$;

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM supervision_keptcount) AND EXISTS (SELECT FROM supervision_clock) THEN
        PERFORM zs_count_anew();
    END IF;
END $$;
