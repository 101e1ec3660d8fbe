-- Whatever puts a delivery into the queue, the loop that sends is woken when the transaction commits. It also looks by
-- itself: this only shortens the wait.
CREATE OR REPLACE FUNCTION zs_notify_delivery() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_notify('zs_delivery', '');
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER notify_delivery AFTER INSERT ON alerts_delivery
    FOR EACH STATEMENT EXECUTE FUNCTION zs_notify_delivery();

-- Who was told of something, for the pages that are open: ids of officers, empty where they are too many for a notice.
CREATE OR REPLACE FUNCTION zs_notify_told() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    whom text := (SELECT string_agg(DISTINCT officer_id::text, ',') FROM added WHERE officer_id IS NOT NULL);
BEGIN
    IF whom IS NOT NULL THEN
        PERFORM pg_notify('zs_told', CASE WHEN length(whom) < 7000 THEN whom ELSE '' END);
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER notify_told AFTER INSERT ON alerts_alert REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION zs_notify_told();

-- A group says itself who may see it: it carries the label and the unit of its case, or the unit of its incident, and
-- follows them. The case is held while a new group reads it, so that a change of its label meets the group or is met.
CREATE OR REPLACE FUNCTION zs_mirror_group() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    NEW.seen_label := NULL;
    NEW.seen_unit := NULL;
    IF NEW."case" IS NOT NULL THEN
        SELECT c.label, c.unit_id INTO NEW.seen_label, NEW.seen_unit FROM cases_case c
        WHERE c.number = NEW."case" FOR SHARE;
    ELSE
        SELECT 'ordinary', i.unit_id INTO NEW.seen_label, NEW.seen_unit FROM cases_incident i
        WHERE i.number = NEW.incident FOR SHARE;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER mirror_group BEFORE INSERT OR UPDATE OF "case", incident, seen_label, seen_unit
    ON alerts_alertgroup FOR EACH ROW EXECUTE FUNCTION zs_mirror_group();
ALTER TABLE alerts_alertgroup ENABLE ALWAYS TRIGGER mirror_group;

CREATE OR REPLACE FUNCTION zs_mirror_groups() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was text := coalesce(current_setting('zs.deriving', true), 'off');
BEGIN
    PERFORM set_config('zs.deriving', 'on', true);  -- what a group follows was somebody's act, and is in the log as his
    IF TG_TABLE_NAME = 'cases_case' THEN
        UPDATE alerts_alertgroup SET seen_label = NULL WHERE "case" = NEW.number;
    ELSE
        UPDATE alerts_alertgroup SET seen_label = NULL WHERE "case" IS NULL AND incident = NEW.number;
    END IF;
    PERFORM set_config('zs.deriving', was, true);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER mirror_groups AFTER UPDATE ON cases_case FOR EACH ROW
    WHEN ((OLD.label, OLD.unit_id) IS DISTINCT FROM (NEW.label, NEW.unit_id)) EXECUTE FUNCTION zs_mirror_groups();
CREATE OR REPLACE TRIGGER mirror_groups AFTER UPDATE ON cases_incident FOR EACH ROW
    WHEN (OLD.unit_id IS DISTINCT FROM NEW.unit_id) EXECUTE FUNCTION zs_mirror_groups();
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER mirror_groups;
ALTER TABLE cases_incident ENABLE ALWAYS TRIGGER mirror_groups;

-- Which open groups concern whom: who was told, who owns it, to whom it was handed. What is closed concerns nobody. With
-- each stands what counts and lists ask of the group: its level while nobody has taken it and nothing holds it back,
-- whether somebody has still to act, its rule, and when it ends.
CREATE OR REPLACE FUNCTION zs_waits_at(state text, held text, level text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN state = 'waiting' AND held = '' THEN level END
$$;
CREATE OR REPLACE FUNCTION zs_to_do(state text, held text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT state IN ('waiting', 'acknowledged') AND held = ''
$$;
CREATE OR REPLACE FUNCTION zs_concern_told() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO alerts_concern (officer_id, group_id, waits, to_do, rule, due, "outer", outer_at_end)
    SELECT DISTINCT a.officer_id, a.group_id, zs_waits_at(g.state, g.held, g.level), zs_to_do(g.state, g.held), g.rule,
        g.due, g."outer", g.outer_at_end
    FROM added a JOIN alerts_alertgroup g ON g.key = a.group_id
    WHERE a.officer_id IS NOT NULL AND g.closed_at IS NULL
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER concern_told AFTER INSERT ON alerts_alert REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION zs_concern_told();

CREATE OR REPLACE FUNCTION zs_concern_group() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    DELETE FROM alerts_concern WHERE group_id = NEW.key;
    IF NEW.closed_at IS NULL THEN
        INSERT INTO alerts_concern (officer_id, group_id, waits, to_do, rule, due, "outer", outer_at_end)
        SELECT officer_id, NEW.key, zs_waits_at(NEW.state, NEW.held, NEW.level), zs_to_do(NEW.state, NEW.held), NEW.rule,
            NEW.due, NEW."outer", NEW.outer_at_end
        FROM (
            SELECT officer_id FROM alerts_alert WHERE group_id = NEW.key AND officer_id IS NOT NULL
            UNION SELECT officer FROM unnest(ARRAY[NEW.owner_id, NEW.handed_to_id]) AS officer
            WHERE officer IS NOT NULL
        ) AS concerned;
    END IF;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER concern_group AFTER UPDATE ON alerts_alertgroup FOR EACH ROW
    WHEN ((OLD.owner_id, OLD.handed_to_id, OLD.closed_at IS NULL)
        IS DISTINCT FROM (NEW.owner_id, NEW.handed_to_id, NEW.closed_at IS NULL))
    EXECUTE FUNCTION zs_concern_group();
CREATE OR REPLACE TRIGGER concern_new_group AFTER INSERT ON alerts_alertgroup FOR EACH ROW
    WHEN (NEW.closed_at IS NULL AND (NEW.owner_id IS NOT NULL OR NEW.handed_to_id IS NOT NULL))
    EXECUTE FUNCTION zs_concern_group();

CREATE OR REPLACE FUNCTION zs_concern_waits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE alerts_concern SET waits = zs_waits_at(NEW.state, NEW.held, NEW.level), to_do = zs_to_do(NEW.state, NEW.held),
        rule = NEW.rule, due = NEW.due, "outer" = NEW."outer", outer_at_end = NEW.outer_at_end
    WHERE group_id = NEW.key;
    RETURN NULL;
END $$;
-- (After concern_group, by name: that one makes the rows anew.)
CREATE OR REPLACE TRIGGER concern_waits AFTER UPDATE ON alerts_alertgroup FOR EACH ROW
    WHEN (NEW.closed_at IS NULL
        AND (OLD.state, OLD.held, OLD.level, OLD.rule, OLD.due, OLD."outer", OLD.outer_at_end)
        IS DISTINCT FROM (NEW.state, NEW.held, NEW.level, NEW.rule, NEW.due, NEW."outer", NEW.outer_at_end))
    EXECUTE FUNCTION zs_concern_waits();

-- Where a group stands in a list by the time left: 4 it has ended, 0 it is past its outer time, 1 it ends before tomorrow,
-- 2 before a later midnight, 3 after that or at no time that is known.
CREATE OR REPLACE FUNCTION zs_band(
    closed_at timestamptz, due timestamptz, last timestamptz, last_at_end boolean,
    at timestamptz, tomorrow timestamptz, later timestamptz
) RETURNS integer LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN closed_at IS NOT NULL THEN 4 WHEN last < at OR (last = at AND last_at_end) THEN 0
        WHEN due <= tomorrow THEN 1 WHEN due <= later THEN 2 ELSE 3 END
$$;

-- How many alerts are open, kept by place: rows are added, and the sum of those up to a day counts (kept_counts.py). What
-- one alert adds, n times: itself from the beginning; over from the day after that in which its outer time passes; today
-- from the day on which it ends until then. (An instant at the end of a day belongs to that day.) Nothing for what is
-- closed, for what a probe leaves, and for what was not there before.
CREATE OR REPLACE FUNCTION zs_open_alert(g alerts_alertgroup, n integer) RETURNS TABLE (
    unit text, seen_unit text, label text, day date, open integer, red integer, yellow integer, blue integer, ask integer,
    waiting integer, acknowledged integer, snoozed integer, claimed_done integer, disputed integer, over integer, today integer
) LANGUAGE sql IMMUTABLE AS $$
    SELECT g.unit, coalesce(g.seen_unit, '')::text, coalesce(g.seen_label, '')::text, s.day, s.n, s.n * (g.level = 'red')::int,
        s.n * (g.level = 'yellow')::int, s.n * (g.level = 'blue')::int, s.n * (g.level = 'ask')::int,
        s.n * (g.state = 'waiting')::int, s.n * (g.state = 'acknowledged')::int, s.n * (g.state = 'snoozed')::int,
        s.n * (g.state = 'claimed_done')::int, s.n * (g.state = 'disputed')::int, s.over, s.today
    FROM (
        SELECT ((g.due - interval '1 microsecond') AT TIME ZONE 'Asia/Shanghai')::date AS ends, (
                (g."outer" - CASE WHEN g.outer_at_end THEN interval '1 microsecond' ELSE interval '0' END)
                    AT TIME ZONE 'Asia/Shanghai'
            )::date + 1 AS passed
    ) d CROSS JOIN LATERAL (VALUES
        ('epoch'::date, n, 0, 0),
        (d.passed, 0, n, CASE WHEN d.ends < d.passed THEN -n ELSE 0 END),
        (CASE WHEN d.ends < d.passed OR d.passed IS NULL THEN d.ends END, 0, 0, n)
    ) s (day, n, over, today)
    WHERE s.day IS NOT NULL AND g.key IS NOT NULL AND g.closed_at IS NULL
        AND (g."case" IS NOT NULL OR g.incident NOT LIKE 'ZS-XJ-%')
$$;
CREATE OR REPLACE FUNCTION zs_count_alert() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO alerts_keptcount (
        unit, seen_unit, label, day, open, red, yellow, blue, ask, waiting, acknowledged, snoozed, claimed_done, disputed,
        over, today
    )
    SELECT * FROM zs_open_alert(NEW, 1) UNION ALL SELECT * FROM zs_open_alert(OLD, -1);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER count_new AFTER INSERT ON alerts_alertgroup FOR EACH ROW
    WHEN (NEW.closed_at IS NULL) EXECUTE FUNCTION zs_count_alert();
CREATE OR REPLACE TRIGGER count_changed AFTER UPDATE ON alerts_alertgroup FOR EACH ROW
    WHEN ((OLD.closed_at IS NULL OR NEW.closed_at IS NULL) AND (
        OLD.closed_at IS NULL, OLD.unit, OLD.seen_unit, OLD.seen_label, OLD.level, OLD.state, OLD.due, OLD."outer",
        OLD.outer_at_end
    ) IS DISTINCT FROM (
        NEW.closed_at IS NULL, NEW.unit, NEW.seen_unit, NEW.seen_label, NEW.level, NEW.state, NEW.due, NEW."outer",
        NEW.outer_at_end
    )) EXECUTE FUNCTION zs_count_alert();

-- With every five hundredth row those that stand alone are summed; of several transactions one does it, and none waits.
CREATE OR REPLACE FUNCTION zs_sum_open_alerts() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtext('alerts_keptcount')) THEN
        RETURN NULL;
    END IF;
    WITH taken AS (
        DELETE FROM alerts_keptcount WHERE NOT is_sum RETURNING *
    )
    INSERT INTO alerts_keptcount AS k (
        unit, seen_unit, label, day, open, red, yellow, blue, ask, waiting, acknowledged, snoozed, claimed_done, disputed,
        over, today, is_sum
    )
    SELECT unit, seen_unit, label, day, sum(t.open), sum(red), sum(yellow), sum(blue), sum(ask), sum(waiting),
        sum(acknowledged), sum(snoozed), sum(claimed_done), sum(disputed), sum(t.over), sum(today), true
    FROM taken t GROUP BY 1, 2, 3, 4
    ON CONFLICT (unit, seen_unit, label, day) WHERE is_sum DO UPDATE SET
        open = k.open + excluded.open, red = k.red + excluded.red, yellow = k.yellow + excluded.yellow,
        blue = k.blue + excluded.blue, ask = k.ask + excluded.ask, waiting = k.waiting + excluded.waiting,
        acknowledged = k.acknowledged + excluded.acknowledged, snoozed = k.snoozed + excluded.snoozed,
        claimed_done = k.claimed_done + excluded.claimed_done, disputed = k.disputed + excluded.disputed,
        over = k.over + excluded.over, today = k.today + excluded.today;
    DELETE FROM alerts_keptcount k WHERE k.is_sum AND (
        k.open, red, yellow, blue, ask, waiting, acknowledged, snoozed, claimed_done, disputed, k.over, today
    ) = (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER sum_counts AFTER INSERT ON alerts_keptcount FOR EACH ROW
    WHEN (NEW.id % 500 = 0 AND NOT NEW.is_sum) EXECUTE FUNCTION zs_sum_open_alerts();

-- What the session's viewer may list of the kept counts up to a day, by unit. Cases to which he stands in a way of his own
-- are left out.
CREATE OR REPLACE FUNCTION zs_open_alerts(until date, without text[]) RETURNS TABLE (
    unit text, open bigint, red bigint, yellow bigint, blue bigint, ask bigint, waiting bigint, acknowledged bigint,
    snoozed bigint, claimed_done bigint, disputed bigint, over bigint, today bigint
)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    everywhere text[] := zs_listed_labels() || CASE WHEN zs_whole() OR zs_every_case() THEN ARRAY[''] ELSE '{}' END;
    reached text[] := coalesce(zs_scope('units'), '{}');
    began timestamptz := until::timestamp AT TIME ZONE 'Asia/Shanghai';
BEGIN
    RETURN QUERY
    SELECT f.unit, sum(f.open), sum(f.red), sum(f.yellow), sum(f.blue), sum(f.ask), sum(f.waiting), sum(f.acknowledged),
        sum(f.snoozed), sum(f.claimed_done), sum(f.disputed), sum(f.over), sum(f.today)
    FROM (
        SELECT k.unit, k.seen_unit::text, k.label::text, k.day, k.open, k.red, k.yellow, k.blue, k.ask, k.waiting,
            k.acknowledged, k.snoozed, k.claimed_done, k.disputed, k.over, k.today
        FROM alerts_keptcount k
        UNION ALL
        -- (As the beginning of that day finds them: quicker than by their steps.)
        SELECT g.unit, coalesce(g.seen_unit, '')::text, coalesce(g.seen_label, '')::text, until, -1, -(g.level = 'red')::int,
            -(g.level = 'yellow')::int, -(g.level = 'blue')::int, -(g.level = 'ask')::int, -(g.state = 'waiting')::int,
            -(g.state = 'acknowledged')::int, -(g.state = 'snoozed')::int, -(g.state = 'claimed_done')::int,
            -(g.state = 'disputed')::int, -(g.band = 0)::int, -(g.band = 1)::int
        FROM (
            SELECT o.*, zs_band(NULL, o.due, o."outer", o.outer_at_end, began, began + interval '1 day', began) AS band
            FROM alerts_alertgroup o WHERE o."case" = ANY (without) AND o.closed_at IS NULL
        ) g
    ) f
    WHERE f.day <= until AND (f.label = ANY (everywhere) OR f.label || ':' || f.seen_unit IN (SELECT unnest(reached)))
    GROUP BY 1;
END $$;

-- What pages ask of open alerts beside what is kept, and of those that have ended, under the row security of who asks; as
-- functions, so that a connection plans them once. `reading`: cases of which the officer sees what concerns himself alone.
-- Of each unit the open alerts whose outer time has passed since the day began, and how many of them end before the next;
-- without those of some cases.
CREATE OR REPLACE FUNCTION zs_alerts_passed(began timestamptz, at timestamptz, ending timestamptz, without text[])
RETURNS TABLE (unit text, over bigint, today bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT g.unit, count(*), count(*) FILTER (WHERE g.due <= ending) FROM alerts_alertgroup g
    WHERE g.closed_at IS NULL AND g."outer" >= began AND g."outer" <= at
        -- (What passed with the end of yesterday is kept; what ends at this instant runs still.)
        AND NOT (g."outer" = began AND g.outer_at_end) AND NOT (g."outer" = at AND NOT g.outer_at_end)
        AND (g."case" IS NULL OR g."case" NOT IN (SELECT unnest(without)))
    GROUP BY 1;
END $$;

-- Of each unit the open alerts of some cases, as `zs_open_alerts` counts them.
CREATE OR REPLACE FUNCTION zs_alerts_of_cases(
    cases text[], reading text[], officer bigint, at timestamptz, ending timestamptz
) RETURNS TABLE (
    unit text, open bigint, red bigint, yellow bigint, blue bigint, ask bigint, waiting bigint, acknowledged bigint,
    snoozed bigint, claimed_done bigint, disputed bigint, over bigint, today bigint
)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT g.unit, count(*), count(*) FILTER (WHERE g.level = 'red'), count(*) FILTER (WHERE g.level = 'yellow'),
        count(*) FILTER (WHERE g.level = 'blue'), count(*) FILTER (WHERE g.level = 'ask'),
        count(*) FILTER (WHERE g.state = 'waiting'), count(*) FILTER (WHERE g.state = 'acknowledged'),
        count(*) FILTER (WHERE g.state = 'snoozed'), count(*) FILTER (WHERE g.state = 'claimed_done'),
        count(*) FILTER (WHERE g.state = 'disputed'), count(*) FILTER (WHERE g.band = 0), count(*) FILTER (WHERE g.band = 1)
    FROM (
        SELECT o.unit, o.level, o.state, zs_band(NULL, o.due, o."outer", o.outer_at_end, at, ending, ending) AS band
        FROM alerts_alertgroup o
        WHERE o."case" = ANY (cases) AND o.closed_at IS NULL AND (
            o."case" NOT IN (SELECT unnest(reading))
            OR o.key IN (SELECT c.group_id FROM alerts_concern c WHERE c.officer_id = officer)
        )
    ) g GROUP BY 1;
END $$;

-- Open alerts that nobody could be told of.
CREATE OR REPLACE FUNCTION zs_untold(officer bigint, reading text[]) RETURNS SETOF text
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT g.key::text FROM alerts_alertgroup g
    WHERE g.key = ANY (ARRAY(SELECT p."group" FROM alerts_gap p WHERE p.closed_at IS NULL)) AND g.closed_at IS NULL AND (
        g."case" IS NULL OR g."case" NOT IN (SELECT unnest(reading))
        OR g.key IN (SELECT c.group_id FROM alerts_concern c WHERE c.officer_id = officer)
    );
END $$;

-- How many alerts have ended since an instant, by state, and whether since another; and how many are untold (state '').
-- (What has ended concerns nobody.)
CREATE OR REPLACE FUNCTION zs_alerts_ended(officer bigint, reading text[], since timestamptz, today timestamptz)
RETURNS TABLE (state text, span integer, n bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan SET enable_sort = off SET jit = off AS $$
BEGIN
    RETURN QUERY
    SELECT g.state::text, (g.closed_at >= today)::int, count(*) FROM alerts_alertgroup g
    WHERE g.closed_at IS NOT NULL AND g.closed_at >= since
        AND (g."case" IS NULL OR g."case" NOT IN (SELECT unnest(reading)))
    GROUP BY 1, 2
    UNION ALL SELECT '', 0, count(*) FROM zs_untold(officer, reading);
END $$;

-- The last ruling on an alert that was called wrong.
CREATE OR REPLACE FUNCTION zs_last_ruling() RETURNS TABLE (id bigint, xid bigint, at timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT a.id, a.xid, a.at FROM alerts_action a WHERE a.act = 'rule' ORDER BY a.id DESC LIMIT 1;
END $$;

-- How many messages an officer got since an instant, but for some reasons.
CREATE OR REPLACE FUNCTION zs_told_since(officer bigint, since timestamptz, quiet text[]) RETURNS bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM alerts_alert a
        WHERE a.officer_id = officer AND a.created_at >= since AND NOT a.reason = ANY (quiet)
    );
END $$;

-- How many open alerts are listed under each of some.
CREATE OR REPLACE FUNCTION zs_alerts_under(keys text[]) RETURNS TABLE (key text, n bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT g.inhibited_by::text, count(*) FROM alerts_alertgroup g
    WHERE g.inhibited_by = ANY (keys) AND g.closed_at IS NULL GROUP BY 1;
END $$;

-- Everything anew: for a database whose alerts were there before any of this was kept.
CREATE OR REPLACE FUNCTION zs_count_alerts_anew() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    LOCK TABLE alerts_alertgroup IN SHARE ROW EXCLUSIVE MODE;
    DELETE FROM alerts_keptcount;
    INSERT INTO alerts_keptcount (
        unit, seen_unit, label, day, open, red, yellow, blue, ask, waiting, acknowledged, snoozed, claimed_done, disputed,
        over, today
    )
    SELECT a.unit, a.seen_unit, a.label, a.day, sum(a.open), sum(a.red), sum(a.yellow), sum(a.blue), sum(a.ask),
        sum(a.waiting), sum(a.acknowledged), sum(a.snoozed), sum(a.claimed_done), sum(a.disputed), sum(a.over), sum(a.today)
    FROM alerts_alertgroup g CROSS JOIN LATERAL zs_open_alert(g, 1) a WHERE g.closed_at IS NULL GROUP BY 1, 2, 3, 4;
END $$;

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM alerts_keptcount) AND EXISTS (SELECT FROM alerts_alertgroup WHERE closed_at IS NULL) THEN
        PERFORM zs_count_alerts_anew();
    END IF;
END $$;

-- What waits for an officer by level, under the row security of who asks: whoever may list every case may list what
-- concerns him. On every page, so that a connection plans it once.
CREATE OR REPLACE FUNCTION zs_alerts_waiting(officer bigint) RETURNS TABLE (level text, n bigint)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF zs_every_case() THEN
        RETURN QUERY SELECT c.waits::text, count(*) FROM alerts_concern c
        WHERE c.officer_id = officer AND c.waits IS NOT NULL GROUP BY c.waits;
        RETURN;
    END IF;
    RETURN QUERY SELECT g.level::text, count(*) FROM alerts_alertgroup g
    WHERE g.key = ANY (ARRAY(
            SELECT c.group_id FROM alerts_concern c WHERE c.officer_id = officer AND c.waits IS NOT NULL))
        AND g.closed_at IS NULL AND g.state = 'waiting' AND g.held = ''
    GROUP BY g.level;
END $$;

-- What the watcher sees: ages and counts, nothing of a case or a person. Seconds are the machine's: where a demonstration
-- has a clock of its own, lateness by that clock is divided by its pace.
CREATE OR REPLACE FUNCTION zs_vital_signs() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    machine timestamptz := clock_timestamp();
    platform timestamptz := zs_now();
    pace double precision := coalesce(
        (SELECT nullif(city_seconds_per_second, 0) FROM audit_deployment), 1
    );
    sealed bigint := coalesce((SELECT horizon FROM audit_progress), 0);
BEGIN
    RETURN jsonb_build_object(
        'at', to_char(machine AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
        'loops', (
            SELECT coalesce(jsonb_object_agg(h.process, jsonb_build_object(
                'beat', extract(epoch FROM machine - h.at),
                'behind', extract(epoch FROM platform - h.watermark) / pace
            )), '{}') FROM supervision_heartbeat h
        ),
        'unsent_red', (
            SELECT extract(epoch FROM machine - min(d.queued_at)) FROM alerts_delivery d
            WHERE d.priority <= 1 AND d.state IN ('queued', 'leased') AND d.not_before <= platform
        ),
        -- (A number that was not given out here yet is of the cluster that a backup was made on: it is sealed.)
        'unsealed', (
            SELECT extract(epoch FROM machine - min(e.real_at)) FROM audit_entry e
            WHERE e.xid >= sealed AND e.xid < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
        ),
        'unarchived', (
            SELECT extract(epoch FROM machine - coalesce(last_archived_time, stats_reset)) FROM pg_stat_archiver
            WHERE last_failed_time > coalesce(last_archived_time, '-infinity')
        ),
        'late_sources', (
            SELECT coalesce(jsonb_agg(s.id ORDER BY s.id), '[]')
            FROM cases_source s LEFT JOIN cases_sourceheard h ON h.source_id = s.id
            WHERE s.is_active AND s.late_after_minutes IS NOT NULL
                AND coalesce(h.at, '-infinity') < platform - s.late_after_minutes * interval '1 minute'
        ),
        'untold', (SELECT count(*) FROM alerts_gap g WHERE g.closed_at IS NULL),
        'unhandled', (SELECT count(*) FROM alerts_fault f WHERE f.closed_at IS NULL)
            + (SELECT count(*) FROM supervision_duekey k WHERE k.failure <> '')
    );
END $$;

-- What the daily message says: the alerts of the last day by the platform's clock, and the log's head.
CREATE OR REPLACE FUNCTION zs_vital_day() RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN jsonb_build_object(
        'alerts', (
            SELECT count(*) FROM alerts_alert a
            WHERE a.created_at > zs_now() - interval '1 day' AND a.account <> 'hook:probe'
        ),
        'head', coalesce((SELECT left(encode(h.root, 'hex'), 12) FROM audit_head h ORDER BY h.size DESC LIMIT 1), '')
    );
END $$;

-- How many clocks run. Of a million it takes a tenth of a second or more: asked once a minute, and apart.
CREATE OR REPLACE FUNCTION zs_vital_clocks() RETURNS jsonb
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT jsonb_build_object('open', count(*)) FROM supervision_clock
    WHERE outcome IN ('running', 'waiting', 'paused', 'unknown')
$$;
GRANT USAGE ON SCHEMA public TO zs_watch;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM zs_watch;
GRANT EXECUTE ON FUNCTION zs_vital_signs(), zs_vital_day(), zs_vital_clocks() TO zs_watch;
