-- The planted files that this session does not see as cases. They stand in no list, no search and no count, whoever asks,
-- and a process sees none, so that no rate or judgement of ours holds one; a reader opens those that he was given.
CREATE OR REPLACE FUNCTION zs_withheld() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN current_setting('zs.planted', true) = 'on' THEN '{}'::text[]
        ELSE (
            SELECT array_agg(p."case"::text) FROM inspection_planted p WHERE zs_whole() OR NOT EXISTS (
                SELECT FROM inspection_pick k JOIN inspection_assigned a ON a.pick_id = k.id
                WHERE k."case" = p."case" AND a.reader_id = zs_officer()
            )
        )
    END
$$;

-- The planted files whose place in a lot this session sees, as it would were they true: those of its labels and units.
CREATE OR REPLACE FUNCTION zs_planted_in_reach() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT array_agg(p."case"::text) FROM inspection_planted p JOIN cases_case c ON c.number = p."case"
    WHERE c.label = ANY (zs_scope('everywhere')) OR c.label || ':' || c.unit_id = ANY (zs_scope('units'))
$$;

-- Whether a picked file still waits to be read: by the last reader of one of its rounds.
CREATE OR REPLACE FUNCTION zs_waits(pick bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM inspection_assigned w WHERE w.pick_id = pick
            AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = w.id)
            AND NOT EXISTS (
                SELECT FROM inspection_assigned l WHERE l.pick_id = w.pick_id AND l.round = w.round AND l.id > w.id
            )
    )
$$;

-- The cases that are withheld from an officer because he reads them, or has read them in a lot that is not read whole:
-- his own judgement comes first, and what is made up has no course that could tell it; so that one never opens. Never
-- one that he works on.
-- Asked on most pages: of the files in question it finds those that wait all at once, and a connection plans it once.
CREATE OR REPLACE FUNCTION zs_under_reading(reader bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM inspection_assigned WHERE reader_id = reader) THEN
        RETURN '{}';
    END IF;
    RETURN coalesce((
        WITH mine AS MATERIALIZED (
            SELECT DISTINCT k.id, k.plan_id, k."case" FROM inspection_assigned a
            JOIN inspection_pick k ON k.id = a.pick_id
            WHERE a.reader_id = reader
        ), waiting AS MATERIALIZED (
            SELECT k.id, k.plan_id FROM inspection_pick k JOIN inspection_assigned w ON w.pick_id = k.id
            WHERE (k.plan_id IN (SELECT m.plan_id FROM mine m) OR k.id IN (SELECT m.id FROM mine m))
                AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = w.id)
                AND NOT EXISTS (
                    SELECT FROM inspection_assigned l WHERE l.pick_id = w.pick_id AND l.round = w.round AND l.id > w.id
                )
        )
        SELECT array_agg(DISTINCT m."case"::text) FROM mine m
        WHERE (m.plan_id IN (SELECT w.plan_id FROM waiting w) OR m.id IN (SELECT w.id FROM waiting w)
                OR m."case" IN (SELECT p."case" FROM inspection_planted p))
            AND m."case" NOT IN (
                SELECT o.case_id FROM cases_assignment o WHERE o.officer_id = reader
                    AND o.until_at IS NULL AND o.role <> 'recused'
            )
    ), '{}'::text[]);
END $$;

-- Who reads each of some cases, in the same sense: alerts about it pass him over.
CREATE OR REPLACE FUNCTION zs_readers_of(cases text[]) RETURNS TABLE ("case" text, officer bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT DISTINCT k."case"::text, a.reader_id FROM inspection_pick k JOIN inspection_assigned a ON a.pick_id = k.id
    WHERE k."case" = ANY (cases) AND a.reader_id IS NOT NULL AND (
        zs_waits(k.id)
        OR EXISTS (SELECT FROM inspection_pick l WHERE l.plan_id = k.plan_id AND zs_waits(l.id))
        OR EXISTS (SELECT FROM inspection_planted p WHERE p."case" = k."case")
    ) AND NOT EXISTS (
        SELECT FROM cases_assignment o WHERE o.case_id = k."case" AND o.officer_id = a.reader_id
            AND o.until_at IS NULL AND o.role <> 'recused'
    )
$$;

-- Whether anything of an officer's own could wait, whether or not he may still see it: files that he was given to read and
-- has not handed in, cards of his in some states. Where there is none, nothing need be counted under row security, whose
-- plan through the policies of four tables costs more than the count.
CREATE OR REPLACE FUNCTION zs_has_files(reader bigint) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM inspection_assigned a WHERE a.reader_id = reader
            AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = a.id)
    );
END $$;
CREATE OR REPLACE FUNCTION zs_has_cards(officer bigint, states text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM inspection_card c JOIN inspection_cardnow n ON n.card_id = c.number
        WHERE c.responsible_id = officer AND n.state = ANY (states)
    );
END $$;

-- The cards in some states but those of some cases, for whoever may list every case, and so sees each of them; nothing
-- for anybody else.
CREATE OR REPLACE FUNCTION zs_all_cards_waiting(states text[], reading text[]) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT zs_every_case() THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT count(*) FROM inspection_cardnow n WHERE n.state <> 'closed' AND n.state = ANY (states))
        - CASE WHEN cardinality(reading) = 0 THEN 0 ELSE (
            SELECT count(*) FROM inspection_card c JOIN inspection_cardnow n ON n.card_id = c.number
            WHERE c."case" IN (SELECT unnest(reading)) AND n.state <> 'closed' AND n.state = ANY (states)
        ) END;
END $$;

-- What waits for the session's viewer, under his own row security; asked on every page. As functions, so that a
-- connection plans them once.
CREATE OR REPLACE FUNCTION zs_files_waiting(reader bigint) RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF NOT zs_has_files(reader) THEN
        RETURN 0;
    END IF;
    RETURN (
        SELECT count(*) FROM inspection_assigned a WHERE a.reader_id = reader
            AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = a.id)
            AND NOT EXISTS (
                SELECT FROM inspection_assigned l WHERE l.pick_id = a.pick_id AND l.round = a.round AND l.id > a.id
            )
    );
END $$;
DROP FUNCTION IF EXISTS zs_cards_waiting(bigint, text[], text[]);
-- Cards in some states that are one's own, and all in others but those of cases under one's reading.
CREATE OR REPLACE FUNCTION zs_cards_waiting(officer bigint, own text[], others text[], reading text[]) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found bigint := 0;
BEGIN
    IF cardinality(others) > 0 AND zs_every_case() THEN
        found := zs_all_cards_waiting(others, reading);
    ELSIF cardinality(others) > 0 THEN
        found := (SELECT count(*) FROM inspection_cardnow n WHERE n.state <> 'closed' AND n.state = ANY (others));
        IF cardinality(reading) > 0 THEN
            found := found - (
                SELECT count(*) FROM inspection_card c JOIN inspection_cardnow n ON n.card_id = c.number
                WHERE c."case" IN (SELECT unnest(reading)) AND n.state <> 'closed' AND n.state = ANY (others)
            );
        END IF;
    END IF;
    IF NOT zs_has_cards(officer, own) THEN
        RETURN found;
    END IF;
    RETURN found + (
        SELECT count(*) FROM inspection_card c JOIN inspection_cardnow n ON n.card_id = c.number
        WHERE c.responsible_id = officer AND n.state <> 'closed' AND n.state = ANY (own) AND NOT n.state = ANY (others)
    );
END $$;
