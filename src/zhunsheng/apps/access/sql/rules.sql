-- What row security asks about the session. Unset means nothing is visible.
CREATE OR REPLACE FUNCTION zs_officer() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('zs.officer', true), '')::bigint
$$;
CREATE OR REPLACE FUNCTION zs_whole() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('zs.whole', true), '') = 'on'
$$;
-- The processes of the way that a probe goes; nobody else, and no other process, sees what it leaves.
CREATE OR REPLACE FUNCTION zs_sees_probes() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('zs.actor', true), '') IN ('process:probe', 'process:supervise', 'process:delivery')
$$;
CREATE OR REPLACE FUNCTION zs_scope(part text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT string_to_array(nullif(current_setting('zs.' || part, true), ''), ',')
$$;

-- Whether the session's viewer may list every case there is: every label everywhere, and recused from none. Policies ask
-- it once for a query; for such a viewer no row must then be looked up in the cases.
CREATE OR REPLACE FUNCTION zs_every_case() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(zs_scope('everywhere'), '{}') @> ARRAY['ordinary', 'sensitive', 'minor', 'recusal'] AND NOT EXISTS (
        SELECT FROM cases_assignment WHERE officer_id = zs_officer() AND until_at IS NULL AND role = 'recused')
$$;

-- The labels whose cases the session may list wherever they are: for functions that sum what is kept by label.
CREATE OR REPLACE FUNCTION zs_listed_labels() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN zs_whole() THEN ARRAY['ordinary', 'sensitive', 'minor', 'recusal']
        ELSE coalesce(zs_scope('everywhere'), '{}') END
$$;

-- The cases that the session's officer has opened in an emergency and that are open still, by the machine's clock.
CREATE OR REPLACE FUNCTION zs_urgent() RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT array_agg("case"::text) FROM access_urgentaccess WHERE officer_id = zs_officer() AND until > now()
$$;

-- Whoever reads a bait raises an alarm in the transaction that records the reading, whatever page or program it was.
CREATE OR REPLACE FUNCTION zs_watch_baits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO access_baitalarm (bait_id, entry, actor, at)
    SELECT b.id, NEW.id, NEW.actor, NEW.at FROM access_bait b
    WHERE b.ended_at IS NULL AND (
        (b.kind = 'case' AND b.key IN (NEW.object_id, NEW.detail ->> 'case'))
        OR (b.kind = 'person' AND (b.key = NEW.object_id OR NEW.detail -> 'persons' ? b.key))
    ) LIMIT 1;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER watch_baits AFTER INSERT ON audit_entry
    FOR EACH ROW WHEN (NEW.action = 'read' AND NEW.result = 'done' AND NEW.actor LIKE 'account:%')
    EXECUTE FUNCTION zs_watch_baits();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER watch_baits;
