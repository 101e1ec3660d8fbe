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
        'alerts', (SELECT count(*) FROM alerts_alert a WHERE a.created_at > zs_now() - interval '1 day'),
        'head', coalesce((SELECT left(encode(h.root, 'hex'), 12) FROM audit_head h ORDER BY h.size DESC LIMIT 1), '')
    );
END $$;
GRANT USAGE ON SCHEMA public TO zs_watch;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM zs_watch;
GRANT EXECUTE ON FUNCTION zs_vital_signs(), zs_vital_day() TO zs_watch;
