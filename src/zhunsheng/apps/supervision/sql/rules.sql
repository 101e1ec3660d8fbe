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

-- Which cases are in hand: those in which a limit runs that has a due time, under the unit of the case as it is now.
CREATE OR REPLACE FUNCTION zs_runs(outcome text, due timestamptz) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT outcome IN ('running', 'waiting', 'paused', 'unknown') AND due IS NOT NULL
$$;
CREATE OR REPLACE FUNCTION zs_take_in_hand() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO supervision_inhand ("case", unit)
    SELECT c.number, c.unit_id FROM cases_case c
    WHERE c.number IN (SELECT n."case" FROM now_there n WHERE zs_runs(n.outcome, n.due))
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION zs_lay_down() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM supervision_inhand h USING (
        SELECT DISTINCT w."case" FROM was_there w WHERE zs_runs(w.outcome, w.due)
    ) AS was
    WHERE h."case" = was."case" AND NOT EXISTS (
        SELECT FROM supervision_clock k WHERE k."case" = h."case" AND zs_runs(k.outcome, k.due)
    );
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
