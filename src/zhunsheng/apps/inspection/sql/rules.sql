-- The planted files that this session does not see. A process sees none, so that no count, rate or judgement of ours
-- holds one; of people those who may list every case see them like any other, and a reader those he was given.
CREATE OR REPLACE FUNCTION zs_withheld() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN current_setting('zs.planted', true) = 'on' THEN '{}'::text[]
        WHEN 'ordinary' = ANY (coalesce(zs_scope('everywhere'), '{}'::text[])) THEN '{}'::text[]
        ELSE (
            SELECT array_agg(p."case"::text) FROM inspection_planted p WHERE zs_whole() OR NOT EXISTS (
                SELECT FROM inspection_pick k JOIN inspection_assigned a ON a.pick_id = k.id
                WHERE k."case" = p."case" AND a.reader_id = zs_officer()
            )
        )
    END
$$;
