-- The files that were planted and that no true case has overtaken: what everything below means by planted.
CREATE OR REPLACE FUNCTION zs_planted() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT p."case"::text FROM inspection_planted p
    WHERE NOT EXISTS (SELECT FROM inspection_overtaken o WHERE o."case" = p."case")
$$;

-- The places of lots and frames in which a made-up file lay whose number a true case has. What was read there is of no
-- case; nobody has to read it, and it counts nowhere.
-- (Asked as a query of its own, `(SELECT zs_taken_back())`, it is asked once for a statement and not for each row.)
CREATE OR REPLACE FUNCTION zs_taken_back() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(k.id), '{}') FROM inspection_overtaken o
    JOIN inspection_pick k ON k.plan_id = ANY (o.plans) AND k."case" = o."case"
$$;
CREATE OR REPLACE FUNCTION zs_taken_back_of_frames() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(c.id), '{}') FROM inspection_overtaken o
    JOIN inspection_framecase c ON c.plan_id = ANY (o.plans) AND c."case" = o."case"
$$;
-- Those picks that this session sees, as it saw them before: by the label and the unit of the made-up file.
CREATE OR REPLACE FUNCTION zs_taken_back_in_reach() RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT coalesce(array_agg(k.id), '{}') FROM inspection_overtaken o
    JOIN inspection_pick k ON k.plan_id = ANY (o.plans) AND k."case" = o."case"
    WHERE 'ordinary' = ANY (zs_scope('everywhere')) OR 'ordinary:' || o.unit = ANY (zs_scope('units'))
$$;

-- The planted files that this session does not see as cases. They stand in no list, no search and no count, whoever asks,
-- and a process sees none, so that no rate or judgement of ours holds one; a reader opens those that he was given.
CREATE OR REPLACE FUNCTION zs_withheld() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT CASE
        WHEN current_setting('zs.planted', true) = 'on' THEN '{}'::text[]
        ELSE (
            SELECT array_agg(p.number) FROM zs_planted() p (number) WHERE zs_whole() OR NOT EXISTS (
                SELECT FROM inspection_pick k JOIN inspection_assigned a ON a.pick_id = k.id
                WHERE k."case" = p.number AND a.reader_id = zs_officer()
            )
        )
    END
$$;

-- The planted files whose place in a lot this session sees, as it would were they true: those of its labels and units.
CREATE OR REPLACE FUNCTION zs_planted_in_reach() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT array_agg(p.number) FROM zs_planted() p (number) JOIN cases_case c ON c.number = p.number
    WHERE c.label = ANY (zs_scope('everywhere')) OR c.label || ':' || c.unit_id = ANY (zs_scope('units'))
$$;

-- Whether a picked file still waits to be read: by the last reader of one of its rounds.
CREATE OR REPLACE FUNCTION zs_waits(pick bigint) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT pick <> ALL ((SELECT zs_taken_back())::bigint[]) AND EXISTS (
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
DECLARE
    taken_back bigint[];
BEGIN
    IF NOT EXISTS (SELECT FROM inspection_assigned WHERE reader_id = reader) THEN
        RETURN '{}';
    END IF;
    taken_back := zs_taken_back();
    RETURN coalesce((
        WITH waiting AS MATERIALIZED (
            SELECT w.pick_id FROM inspection_assigned w
            WHERE w.pick_id <> ALL (taken_back)
                AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = w.id)
                AND NOT EXISTS (
                    SELECT FROM inspection_assigned l WHERE l.pick_id = w.pick_id AND l.round = w.round AND l.id > w.id
                )
        ), lot AS MATERIALIZED (
            SELECT DISTINCT k.plan_id FROM inspection_pick k WHERE k.id = ANY (ARRAY(SELECT w.pick_id FROM waiting w))
        )
        SELECT array_agg(DISTINCT m."case"::text) FROM inspection_pick m
        WHERE m.id = ANY (ARRAY(SELECT a.pick_id FROM inspection_assigned a WHERE a.reader_id = reader))
            AND m.id <> ALL (taken_back)
            AND (m.plan_id IN (SELECT l.plan_id FROM lot l) OR m.id IN (SELECT w.pick_id FROM waiting w)
                OR m."case" IN (SELECT zs_planted()))
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
    WHERE k."case" = ANY (cases) AND a.reader_id IS NOT NULL AND k.id <> ALL ((SELECT zs_taken_back())::bigint[]) AND (
        zs_waits(k.id)
        OR EXISTS (SELECT FROM inspection_pick l WHERE l.plan_id = k.plan_id AND zs_waits(l.id))
        OR k."case" IN (SELECT zs_planted())
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
            AND a.pick_id <> ALL ((SELECT zs_taken_back())::bigint[])
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
    WHERE a.by_id <> reader AND p."case" <> ALL (reading) AND p.id <> ALL ((SELECT zs_taken_back())::bigint[])
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
        WHERE a.by_id <> reader AND p."case" <> ALL (reading) AND p.id <> ALL ((SELECT zs_taken_back())::bigint[])
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
    WHERE p.plan_id = ANY (plans) AND p.id <> ALL ((SELECT zs_taken_back())::bigint[]) GROUP BY 1;
END $$;

-- Of some plans: how many files of the frame count, and how many drawn ones; what was planted is in neither.
CREATE OR REPLACE FUNCTION zs_counted_of_plans(plans text[]) RETURNS TABLE (plan text, files bigint, picks bigint)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
BEGIN
    RETURN QUERY
    SELECT f.plan_id::text,
        f.files - (
            SELECT count(*) FROM zs_planted() t (number) JOIN inspection_framecase c ON c."case" = t.number
            WHERE c.plan_id = f.plan_id AND c.stream = 'random'
        ) - (
            SELECT count(*) FROM inspection_framecase c
            WHERE c.id = ANY ((SELECT zs_taken_back_of_frames())::bigint[]) AND c.plan_id = f.plan_id AND c.stream = 'random'
        ),
        (SELECT count(*) FROM inspection_pick k WHERE k.plan_id = f.plan_id AND k.stream = 'random'
            AND k."case" NOT IN (SELECT zs_planted()) AND k.id <> ALL ((SELECT zs_taken_back())::bigint[]))
    FROM inspection_frame f WHERE f.plan_id = ANY (plans);
END $$;

-- Plans of which somebody has still to hand in a sheet, planted files with the others.
CREATE OR REPLACE FUNCTION zs_open_lots() RETURNS SETOF text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN QUERY
    SELECT DISTINCT p.plan_id::text FROM inspection_assigned w JOIN inspection_pick p ON p.id = w.pick_id
    WHERE p.plan_id IS NOT NULL AND p.id <> ALL ((SELECT zs_taken_back())::bigint[])
        AND NOT EXISTS (SELECT FROM inspection_submission s WHERE s.assigned_id = w.id)
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
            AND p."case" NOT IN (SELECT zs_planted()) AND p.id <> ALL ((SELECT zs_taken_back())::bigint[])
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
            AND p."case" NOT IN (SELECT zs_planted()) AND p.id <> ALL ((SELECT zs_taken_back())::bigint[])
    )
    SELECT f.question, f."case" FROM found f WHERE f.times >= often;
END $$;

-- A true case always wins. Whatever true arrives under the number of a planted file ends the plant in the transaction in
-- which it arrives: nobody has to remember it, and no true event is ever attached to what is hidden.
--
-- Two locks, each held until the transaction ends. `arrivals`: shared by whatever true arrives, alone for who plants, so
-- that of the two the later one sees the earlier. `frames`: shared by who seals a frame, alone for a file that gives way,
-- so that it is known of each frame which of the two it holds.
CREATE OR REPLACE FUNCTION zs_arrive() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock_shared(hashtext('zhunsheng'), hashtext('arrivals'))
$$;
CREATE OR REPLACE FUNCTION zs_hold_arrivals() RETURNS void LANGUAGE sql SET lock_timeout = '5s' AS $$
    SELECT pg_advisory_xact_lock(hashtext('zhunsheng'), hashtext('arrivals'))
$$;
CREATE OR REPLACE FUNCTION zs_hold_plants() RETURNS void LANGUAGE sql AS $$
    SELECT pg_advisory_xact_lock_shared(hashtext('zhunsheng'), hashtext('frames'))
$$;

-- What shows that a true case has a number: an event, in the log or held, that is none of our own readings.
CREATE OR REPLACE FUNCTION zs_true_event(number text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT concat_ws('/', e.source, e.id, e.version::text) FROM cases_event e
    WHERE e."case" = number AND NOT (e.source = 'inspection' AND e.type LIKE 'inspection.%')
    ORDER BY e.recorded_at, 1 LIMIT 1
$$;

-- The made-up file leaves the case: its papers go into the record of what was overtaken, and the row of the case is what
-- events would have made of it. `what` arrived: a table, and which row of it. (No act of a person: the record says it.)
CREATE OR REPLACE FUNCTION zs_give_way(number text, what text, which text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    was_deriving text := coalesce(current_setting('zs.deriving', true), '');
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('zhunsheng'), hashtext('frames'));
    IF zs_give_way.number NOT IN (SELECT zs_planted()) THEN
        RETURN;
    END IF;
    INSERT INTO inspection_overtaken ("case", what, which, actor, title, kind, unit, papers, plans, at, xid)
    SELECT c.number, what, left(which, 200), coalesce(current_setting('zs.actor', true), ''), c.title, c.kind,
        coalesce(c.unit_id, ''), coalesce((
            SELECT jsonb_agg(jsonb_build_object(
                'code', d.code, 'kind', d.kind, 'document_no', d.document_no, 'made_on', d.made_on, 'signed', d.signed,
                'recorded_at', d.recorded_at, 'pages', coalesce((
                    SELECT jsonb_agg(jsonb_build_array(g.sha256, g.media_type) ORDER BY g.number)
                    FROM cases_page g WHERE g.document_id = d.id
                ), '[]')
            ) ORDER BY d.id)
            FROM cases_document d JOIN cases_dossier s ON s.code = d.dossier_id WHERE s.case_id = c.number
        ), '[]'), ARRAY(SELECT f.plan_id FROM inspection_framecase f WHERE f."case" = c.number ORDER BY 1), zs_now(),
        pg_current_xact_id()::text::bigint
    FROM cases_case c WHERE c.number = zs_give_way.number;

    PERFORM set_config('zs.deriving', 'on', true);
    DELETE FROM cases_page g USING cases_document d, cases_dossier s
    WHERE d.id = g.document_id AND s.code = d.dossier_id AND s.case_id = zs_give_way.number;
    DELETE FROM cases_document d USING cases_dossier s
    WHERE s.code = d.dossier_id AND s.case_id = zs_give_way.number;
    DELETE FROM cases_dossier s WHERE s.case_id = zs_give_way.number;
    UPDATE cases_case c SET title = '', kind = 'unknown', label = 'ordinary', registered_unit = false,
        (unit_id, first_at) = (
            SELECT e.unit, e.at FROM cases_event e WHERE e."case" = c.number AND e.unit IS NOT NULL
            ORDER BY e.at, e.unit LIMIT 1
        )
    WHERE c.number = zs_give_way.number;
    PERFORM set_config('zs.deriving', was_deriving, true);
END $$;

-- Events: asked of each planted number, of which there are few, and not of each event; so that what an append costs does
-- not depend on how much it appends.
CREATE OR REPLACE FUNCTION zs_overtake_by_events() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $$
DECLARE
    one record;
BEGIN
    FOR one IN
        SELECT p.number, zs_true_event(p.number) AS event FROM zs_planted() p (number)
        WHERE EXISTS (
            SELECT FROM cases_event e
            WHERE e."case" = p.number AND NOT (e.source = 'inspection' AND e.type LIKE 'inspection.%')
        )
    LOOP
        PERFORM zs_give_way(one.number, 'cases_event', one.event);
    END LOOP;
END $$;
CREATE OR REPLACE FUNCTION zs_events_arrive() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM zs_arrive();
    PERFORM zs_overtake_by_events();
    RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER give_way AFTER INSERT ON cases_event FOR EACH STATEMENT EXECUTE FUNCTION zs_events_arrive();
ALTER TABLE cases_event ENABLE ALWAYS TRIGGER give_way;

-- Everything else that a true case is registered with, one row at a time. Before the row is written: what was made up may
-- stand in its place. Arguments: the column of the case, and of what names the row.
CREATE OR REPLACE FUNCTION zs_row_arrives() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    named text := to_jsonb(NEW) ->> TG_ARGV[0];
BEGIN
    PERFORM zs_arrive();
    IF NOT EXISTS (SELECT FROM inspection_planted p WHERE p."case" = named) OR named NOT IN (SELECT zs_planted()) THEN
        RETURN NEW;
    END IF;
    PERFORM zs_give_way(named, TG_TABLE_NAME, coalesce(to_jsonb(NEW) ->> TG_ARGV[1], ''));
    IF TG_TABLE_NAME = 'cases_case' THEN
        PERFORM set_config('zs.deriving', 'on', true);
        DELETE FROM cases_case c WHERE c.number = named;
        PERFORM set_config('zs.deriving', 'off', true);
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER give_way BEFORE INSERT ON cases_case FOR EACH ROW
    WHEN (current_user <> 'zs_owner' OR current_setting('zs.deriving', true) IS DISTINCT FROM 'on')
    EXECUTE FUNCTION zs_row_arrives('number', 'number');
CREATE OR REPLACE TRIGGER give_way BEFORE INSERT OR UPDATE OF case_id ON cases_assignment
    FOR EACH ROW EXECUTE FUNCTION zs_row_arrives('case_id', 'id');
CREATE OR REPLACE TRIGGER give_way BEFORE INSERT OR UPDATE OF case_id ON cases_personincase
    FOR EACH ROW EXECUTE FUNCTION zs_row_arrives('case_id', 'person_id');
CREATE OR REPLACE TRIGGER give_way BEFORE INSERT OR UPDATE OF case_id ON cases_item
    FOR EACH ROW EXECUTE FUNCTION zs_row_arrives('case_id', 'code');
CREATE OR REPLACE TRIGGER give_way BEFORE INSERT OR UPDATE OF case_id ON cases_placevisit
    FOR EACH ROW EXECUTE FUNCTION zs_row_arrives('case_id', 'code');
CREATE OR REPLACE TRIGGER give_way BEFORE INSERT OR UPDATE OF case_id ON cases_dossier
    FOR EACH ROW EXECUTE FUNCTION zs_row_arrives('case_id', 'code');
CREATE OR REPLACE TRIGGER give_way BEFORE INSERT ON cases_heldevent
    FOR EACH ROW EXECUTE FUNCTION zs_row_arrives('case', 'event_id');
ALTER TABLE cases_case ENABLE ALWAYS TRIGGER give_way;
ALTER TABLE cases_assignment ENABLE ALWAYS TRIGGER give_way;
ALTER TABLE cases_personincase ENABLE ALWAYS TRIGGER give_way;
ALTER TABLE cases_item ENABLE ALWAYS TRIGGER give_way;
ALTER TABLE cases_placevisit ENABLE ALWAYS TRIGGER give_way;
ALTER TABLE cases_dossier ENABLE ALWAYS TRIGGER give_way;
ALTER TABLE cases_heldevent ENABLE ALWAYS TRIGGER give_way;

-- A number that anything true bears is not free, whoever plants.
CREATE OR REPLACE FUNCTION zs_refuse_taken_number() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM zs_hold_arrivals();
    IF EXISTS (SELECT FROM cases_event e WHERE e."case" = NEW."case")
        OR EXISTS (SELECT FROM cases_heldevent h WHERE h."case" = NEW."case")
        OR EXISTS (SELECT FROM inspection_overtaken o WHERE o."case" = NEW."case")
    THEN
        RAISE EXCEPTION 'inspection_planted: % is the number of a true case', NEW."case"
            USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER refuse_taken_number BEFORE INSERT ON inspection_planted
    FOR EACH ROW EXECUTE FUNCTION zs_refuse_taken_number();
ALTER TABLE inspection_planted ENABLE ALWAYS TRIGGER refuse_taken_number;

-- What arrived before these triggers were there, or was written past them: at every preparation of the database. Whether
-- it was judged while it was hidden nobody knows, so that it is judged again.
CREATE OR REPLACE FUNCTION zs_overtake_what_is_there() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    one text;
BEGIN
    FOR one IN SELECT p.number FROM zs_planted() p (number) WHERE zs_true_event(p.number) IS NOT NULL LOOP
        INSERT INTO supervision_duekey (kind, number, release) VALUES ('case', one, '')
        ON CONFLICT (number, kind) DO NOTHING;
        INSERT INTO supervision_touched ("case") VALUES (one);
    END LOOP;
    PERFORM zs_overtake_by_events();
END $$;
SELECT zs_overtake_what_is_there();
SET CONSTRAINTS ALL IMMEDIATE;  -- what follows alters these tables, and may not while a check of theirs is pending
