-- What an appended event names is noted in the transaction that appends it: no commit can be overlooked, whatever the
-- order in which transactions end. Which judged keys follow from it is worked out by the batch that takes it up, because
-- only then is it known what the log holds.
CREATE OR REPLACE FUNCTION zs_touch_keys() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
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

    INSERT INTO supervision_touched ("case", incident, source, event)
    SELECT DISTINCT
        "case", incident, CASE WHEN version > 1 THEN source END, CASE WHEN version > 1 THEN id END
    FROM added;
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER touch_keys AFTER INSERT ON cases_event
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION zs_touch_keys();
ALTER TABLE cases_event ENABLE ALWAYS TRIGGER touch_keys;

-- Real seconds until there is something to judge: 0 = now, null = nothing is foreseen. One look at two indexes.
CREATE OR REPLACE FUNCTION zs_due_in() RETURNS double precision
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
    SELECT CASE
        WHEN EXISTS (SELECT FROM supervision_touched) OR soonest <= zs_now() THEN 0
        ELSE extract(epoch FROM soonest - zs_now())
            / nullif(coalesce((SELECT city_seconds_per_second FROM audit_deployment), 1), 0)
    END
    FROM (SELECT min(next_at) AS soonest FROM supervision_duekey) AS due
$$;
