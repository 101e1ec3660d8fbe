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
