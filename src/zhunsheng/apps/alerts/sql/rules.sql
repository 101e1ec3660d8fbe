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
