-- Run after every migration, by the owner. Everything here may be run again.

-- The one "now". A demonstration may have a city clock; the constraint on audit_deployment refuses it elsewhere.
CREATE OR REPLACE FUNCTION zs_now() RETURNS timestamptz
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT coalesce(
        (SELECT city_from + (now() - real_from) * city_seconds_per_second FROM audit_deployment WHERE city_from IS NOT NULL),
        now()
    )
$$;

CREATE OR REPLACE FUNCTION zs_set_city_clock(city timestamptz, seconds_per_second double precision) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE audit_deployment
    SET city_from = city, real_from = now(), city_seconds_per_second = seconds_per_second;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'audit_deployment is empty: prepare the database first';
    END IF;
END $$;

-- What a database is does not change after it is made, and neither does the identity of its log.
CREATE OR REPLACE FUNCTION zs_keep_deployment() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'audit_deployment: the row that says what this database is stays';
    END IF;
    IF NEW.mode <> OLD.mode OR NEW.log_id <> OLD.log_id OR NEW.created_at <> OLD.created_at THEN
        RAISE EXCEPTION 'audit_deployment: mode, log_id and created_at never change; make a new database instead';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER keep_row BEFORE UPDATE OR DELETE ON audit_deployment
    FOR EACH ROW EXECUTE FUNCTION zs_keep_deployment();
CREATE OR REPLACE TRIGGER keep_table BEFORE TRUNCATE ON audit_deployment
    FOR EACH STATEMENT EXECUTE FUNCTION zs_keep_deployment();
ALTER TABLE audit_deployment ENABLE ALWAYS TRIGGER keep_row;
ALTER TABLE audit_deployment ENABLE ALWAYS TRIGGER keep_table;

CREATE OR REPLACE FUNCTION zs_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: rows are added and never changed (% refused); record a later version instead', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'insufficient_privilege';
END $$;

-- An entry for what the session's actor does. The actor is set for one transaction by the application's edge.
CREATE OR REPLACE FUNCTION zs_audit(
    action text, result text, object_kind text, object_id text, detail jsonb
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
    actor text := coalesce(current_setting('zs.actor', true), '');
BEGIN
    IF actor = '' THEN
        RAISE EXCEPTION 'no actor is set: % of % % has nobody who does it', action, object_kind, object_id
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    INSERT INTO audit_entry (at, actor, action, result, object_kind, object_id, purpose, request, address, detail)
    VALUES (
        zs_now(), actor, action, result, object_kind, object_id,
        coalesce(current_setting('zs.purpose', true), ''),
        coalesce(current_setting('zs.request', true), ''),
        coalesce(current_setting('zs.address', true), ''),
        detail
    );
END $$;

-- Every change of an audited table, in the transaction that makes it. Arguments: key columns, then hidden columns,
-- each a comma-separated list. (Rows that the database derives from events are no act of a person: the trigger's own
-- condition leaves them out, and only the owner's functions can say that they derive.)
CREATE OR REPLACE FUNCTION zs_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    hidden text[] := string_to_array(TG_ARGV[1], ',');
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) ELSE '{}' END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) ELSE '{}' END;
    key text;
    changes jsonb;
BEGIN
    SELECT string_agg(coalesce(after, '{}') ->> k, '/' ORDER BY n) INTO key
        FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS keys (k, n);
    key := coalesce(key, (SELECT string_agg(before ->> k, '/' ORDER BY n)
        FROM unnest(string_to_array(TG_ARGV[0], ',')) WITH ORDINALITY AS keys (k, n)), '');
    SELECT coalesce(jsonb_object_agg(name, CASE
            WHEN name = ANY (hidden) THEN to_jsonb('changed'::text)
            ELSE jsonb_build_array(before -> name, after -> name) END), '{}')
        INTO changes
        FROM jsonb_object_keys(before || after) AS names (name)
        WHERE (before -> name) IS DISTINCT FROM (after -> name);
    IF changes = '{}' THEN
        RETURN NULL;
    END IF;
    PERFORM zs_audit(lower(TG_OP), 'done', TG_TABLE_NAME, key, changes);
    RETURN NULL;
END $$;

-- Which cluster of PostgreSQL this is: a restored database stands on another one, or has a fence of its own.
CREATE OR REPLACE FUNCTION zs_cluster() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT system_identifier::text FROM pg_control_system()
$$;
CREATE OR REPLACE FUNCTION zs_may_send() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT EXISTS (
        SELECT FROM audit_fence WHERE cluster = zs_cluster() AND (why = 'made' OR second_at IS NOT NULL)
    ) AND NOT EXISTS (SELECT FROM audit_fence WHERE why = 'restored' AND second_at IS NULL)
$$;
