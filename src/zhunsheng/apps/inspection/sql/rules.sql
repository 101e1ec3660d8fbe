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

-- The cases that are withheld from an officer because he reads them, or has read them in a lot that is not read whole:
-- his own judgement comes first, and what is made up has no course that could tell it. Never one that he works on.
CREATE OR REPLACE FUNCTION zs_under_reading(reader bigint) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH mine AS (
        SELECT DISTINCT k.id, k.plan_id, k."case" FROM inspection_assigned a JOIN inspection_pick k ON k.id = a.pick_id
        WHERE a.reader_id = reader
    ), waiting AS (
        SELECT w.pick_id FROM inspection_assigned w
        WHERE w.pick_id IN (
            SELECT m.id FROM mine m
            UNION SELECT k.id FROM inspection_pick k WHERE k.plan_id IN (SELECT m.plan_id FROM mine m)
        )
        AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = w.id)
        AND NOT EXISTS (
            SELECT FROM inspection_assigned l WHERE l.pick_id = w.pick_id AND l.round = w.round AND l.id > w.id
        )
    )
    SELECT coalesce(array_agg(DISTINCT m."case"::text), '{}'::text[]) FROM mine m
    WHERE EXISTS (
        SELECT FROM waiting w JOIN inspection_pick k ON k.id = w.pick_id WHERE k.id = m.id OR k.plan_id = m.plan_id
    ) AND NOT EXISTS (
        SELECT FROM cases_assignment o WHERE o.case_id = m."case" AND o.officer_id = reader
            AND o.until_at IS NULL AND o.role <> 'recused'
    )
$$;

-- What waits for the session's viewer, under his own row security; asked on every page. As functions, so that a
-- connection plans them once: through the policies of four tables the plan costs more than the count.
CREATE OR REPLACE FUNCTION zs_files_waiting(reader bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM inspection_assigned a WHERE a.reader_id = reader
            AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = a.id)
            AND NOT EXISTS (
                SELECT FROM inspection_assigned l WHERE l.pick_id = a.pick_id AND l.round = a.round AND l.id > a.id
            )
    );
END $$;
CREATE OR REPLACE FUNCTION zs_cards_waiting(officer bigint, own text[], others text[]) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM inspection_cardnow n JOIN inspection_card c ON c.number = n.card_id
        WHERE n.state <> 'closed'
            AND (n.state = ANY (others) OR n.state = ANY (own) AND c.responsible_id = officer)
    );
END $$;
