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
        WITH waiting AS MATERIALIZED (
            SELECT w.pick_id FROM inspection_assigned w
            WHERE NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = w.id)
                AND NOT EXISTS (
                    SELECT FROM inspection_assigned l WHERE l.pick_id = w.pick_id AND l.round = w.round AND l.id > w.id
                )
        ), lot AS MATERIALIZED (
            SELECT DISTINCT k.plan_id FROM inspection_pick k WHERE k.id = ANY (ARRAY(SELECT w.pick_id FROM waiting w))
        )
        SELECT array_agg(DISTINCT m."case"::text) FROM inspection_pick m
        WHERE m.id = ANY (ARRAY(SELECT a.pick_id FROM inspection_assigned a WHERE a.reader_id = reader))
            AND (m.plan_id IN (SELECT l.plan_id FROM lot l) OR m.id IN (SELECT w.pick_id FROM waiting w)
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
    IF cardinality(reading) = 0 THEN
        RETURN (SELECT count(*) FROM inspection_cardnow n WHERE n.state <> 'closed' AND n.state = ANY (states));
    END IF;
    -- (Of the cards that wait each is looked at, not each case: few wait.)
    RETURN (
        SELECT count(*) FROM inspection_cardnow n
        WHERE n.state <> 'closed' AND n.state = ANY (states) AND coalesce((
            SELECT c."case" FROM inspection_card c WHERE c.number = n.card_id
        ) NOT IN (SELECT unnest(reading)), true)
    );
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

-- Which problems wait for a second person: faults, in their newest version, of sheets that were handed in, until somebody
-- says something to them. Nothing of an answer is ever changed, so that every addition says what waits of its reading.
CREATE OR REPLACE FUNCTION zs_keep_unconfirmed() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    reading bigint := CASE TG_TABLE_NAME
        WHEN 'inspection_confirmation' THEN
            (SELECT a.assigned_id FROM inspection_answer a WHERE a.id = (to_jsonb(NEW) ->> 'answer_id')::bigint)
        ELSE (to_jsonb(NEW) ->> 'assigned_id')::bigint
    END;
BEGIN
    IF NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = reading) THEN
        RETURN NULL;
    END IF;
    DELETE FROM inspection_unconfirmed u USING inspection_answer a WHERE a.id = u.answer_id AND a.assigned_id = reading;
    INSERT INTO inspection_unconfirmed (answer_id)
    SELECT a.id FROM inspection_answer a
    WHERE a.assigned_id = reading AND a.answer IN ('flaw', 'problem')
        AND NOT EXISTS (SELECT FROM inspection_confirmation c WHERE c.answer_id = a.id)
        AND NOT EXISTS (
            SELECT FROM inspection_answer l
            WHERE l.assigned_id = reading AND l.question = a.question AND l.version > a.version
        );
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER keep_unconfirmed AFTER INSERT ON inspection_answer
    FOR EACH ROW EXECUTE FUNCTION zs_keep_unconfirmed();
CREATE OR REPLACE TRIGGER keep_unconfirmed AFTER INSERT ON inspection_submission
    FOR EACH ROW EXECUTE FUNCTION zs_keep_unconfirmed();
CREATE OR REPLACE TRIGGER keep_unconfirmed AFTER INSERT ON inspection_confirmation
    FOR EACH ROW EXECUTE FUNCTION zs_keep_unconfirmed();

-- The problems that wait for a second person, other than `reader` himself and than of cases under his reading; under the
-- session's row security, planned once for a connection. An empty filter asks for nothing; `key_at` and `key_id` are those
-- of the row that stands before the first one, null at the beginning; `down`: the latest first.
DROP FUNCTION IF EXISTS zs_problems_waiting(bigint, text[], integer);
CREATE OR REPLACE FUNCTION zs_problems_waiting(
    reader bigint, reading text[], in_unit text, of_answer text, of_question text, of_case text,
    key_at timestamptz, key_id bigint, down boolean, most integer
) RETURNS TABLE (
    id bigint, question text, answer text, note text, page text, basis text, responsible text, at timestamptz,
    "case" text, unit text, by_name text
) LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT a.id, a.question::text, a.answer::text, a.note::text, a.page::text, a.basis::text, a.responsible::text, a.at,
        p."case"::text, p.unit::text, o.name::text
    FROM inspection_unconfirmed u JOIN inspection_answer a ON a.id = u.answer_id
    JOIN inspection_assigned s ON s.id = a.assigned_id JOIN inspection_pick p ON p.id = s.pick_id
    JOIN org_officer o ON o.id = a.by_id
    WHERE a.by_id <> reader AND p."case" <> ALL (reading)
        AND (of_answer = '' OR a.answer = of_answer)
        AND (of_question = '' OR a.question = of_question)
        AND (of_case = '' OR position(upper(of_case) IN upper(p."case")) > 0)
        AND (in_unit = '' OR p.unit IN (SELECT t.code FROM org_unit t WHERE position(in_unit IN t.path) > 0))
        AND (
            key_id IS NULL
            OR CASE WHEN down THEN (a.at, a.id) < (key_at, key_id) ELSE (a.at, a.id) > (key_at, key_id) END
        )
    ORDER BY
        CASE WHEN NOT down THEN a.at END, CASE WHEN NOT down THEN a.id END,
        CASE WHEN down THEN a.at END DESC, CASE WHEN down THEN a.id END DESC
    LIMIT most;
END $$;
-- How many they are.
CREATE OR REPLACE FUNCTION zs_problems_counted(reader bigint, reading text[]) RETURNS bigint
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN (
        SELECT count(*) FROM inspection_unconfirmed u JOIN inspection_answer a ON a.id = u.answer_id
        JOIN inspection_assigned s ON s.id = a.assigned_id JOIN inspection_pick p ON p.id = s.pick_id
        WHERE a.by_id <> reader AND p."case" <> ALL (reading)
    );
END $$;

-- Of some plans: how many of their files the session sees as drawn, and how many of these were read first.
CREATE OR REPLACE FUNCTION zs_read_of_plans(plans text[]) RETURNS TABLE (plan text, picks bigint, read bigint)
LANGUAGE plpgsql STABLE SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT p.plan_id::text, count(*), count(r.pick_id) FROM inspection_pick p LEFT JOIN (
        SELECT DISTINCT a.pick_id FROM inspection_assigned a JOIN inspection_submission s ON s.assigned_id = a.id
        WHERE a.round = 'first'
    ) r ON r.pick_id = p.id
    WHERE p.plan_id = ANY (plans) GROUP BY 1;
END $$;

-- Of some plans: how many files of the frame count, and how many drawn ones; what was planted is in neither.
CREATE OR REPLACE FUNCTION zs_counted_of_plans(plans text[]) RETURNS TABLE (plan text, files bigint, picks bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT f.plan_id::text,
        f.files - (
            SELECT count(*) FROM inspection_planted t JOIN inspection_framecase c ON c."case" = t."case"
            WHERE c.plan_id = f.plan_id AND c.stream = 'random'
        ),
        (SELECT count(*) FROM inspection_pick k WHERE k.plan_id = f.plan_id AND k.stream = 'random' AND NOT EXISTS (
            SELECT FROM inspection_planted t WHERE t."case" = k."case"
        ))
    FROM inspection_frame f WHERE f.plan_id = ANY (plans);
END $$;

-- Plans of which somebody has still to hand in a sheet, planted files with the others.
CREATE OR REPLACE FUNCTION zs_open_lots() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT p.plan_id::text FROM inspection_assigned w JOIN inspection_pick p ON p.id = w.pick_id
    WHERE p.plan_id IS NOT NULL AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = w.id)
        AND NOT EXISTS (
            SELECT FROM inspection_assigned l WHERE l.pick_id = w.pick_id AND l.round = w.round AND l.id > w.id
        );
END $$;

-- How often readers of lots that are read whole answered so where data had said so: newest versions, without planted files.
CREATE OR REPLACE FUNCTION zs_said_beside_data(since timestamptz)
RETURNS TABLE (question text, answer text, data_said text, times bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH said AS (
        SELECT DISTINCT ON (a.assigned_id, a.question) a.question, a.answer, a.data_said
        FROM inspection_answer a JOIN inspection_assigned w ON w.id = a.assigned_id
        JOIN inspection_pick p ON p.id = w.pick_id JOIN inspection_submission s ON s.assigned_id = w.id
        WHERE a.data_said <> '' AND a.at >= since
            AND (p.plan_id IS NULL OR p.plan_id NOT IN (SELECT zs_open_lots()))
            AND NOT EXISTS (SELECT FROM inspection_planted t WHERE t."case" = p."case")
        ORDER BY a.assigned_id, a.question, a.version DESC
    )
    SELECT s.question::text, s.answer::text, s.data_said::text, count(*) FROM said s GROUP BY 1, 2, 3;
END $$;

-- The cases in which some questions were confirmed as problems since an instant, of those confirmed so often.
CREATE OR REPLACE FUNCTION zs_confirmed_often(since timestamptz, questions text[], often integer)
RETURNS TABLE (question text, "case" text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    WITH found AS (
        SELECT a.question::text AS question, p."case"::text AS "case", count(*) OVER (PARTITION BY a.question) AS times
        FROM inspection_answer a JOIN inspection_confirmation c ON c.answer_id = a.id AND c.confirmed
        JOIN inspection_assigned w ON w.id = a.assigned_id JOIN inspection_pick p ON p.id = w.pick_id
        WHERE a.answer = 'problem' AND a.at >= since AND a.question = ANY (questions)
            AND NOT EXISTS (SELECT FROM inspection_planted t WHERE t."case" = p."case")
    )
    SELECT f.question, f."case" FROM found f WHERE f.times >= often;
END $$;
