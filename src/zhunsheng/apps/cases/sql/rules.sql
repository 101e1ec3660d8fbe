-- The only way events come into the log. The caller fills its temporary table event_staging, in the order of the
-- primary key and with `repeated` on every row but the first of a key, and calls this.
-- Answers how many were new, how many the log had already, and how many are refused: rows that contradict an event of
-- the log, or whose time cannot be, stay behind in event_staging with `problem` set, for the caller to quarantine.
-- The log is probed by its index, however small the planner believes it to be. What is switched off for that looks so
-- costly that the planner would compile each statement: hence no jit.
DROP FUNCTION IF EXISTS zs_append_events(text, timestamptz, interval);
CREATE FUNCTION zs_append_events(
    recorder text, earliest timestamptz, tolerance interval, OUT added bigint, OUT known bigint, OUT refused bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB'
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $$
DECLARE
    instant timestamptz := zs_now();
    this_transaction bigint := pg_current_xact_id()::text::bigint;
    all_new boolean := true;
    attempts_left integer := 5;
    possible bigint;
    contradicted bigint;
BEGIN
    SELECT count(*) FILTER (WHERE at BETWEEN earliest AND instant + tolerance),
        count(*) FILTER (WHERE NOT at BETWEEN earliest AND instant + tolerance)
    INTO possible, refused FROM pg_temp.event_staging;
    IF refused > 0 THEN
        UPDATE pg_temp.event_staging SET problem = CASE WHEN at < earliest THEN 'too_early' ELSE 'future' END
        WHERE NOT at BETWEEN earliest AND instant + tolerance;
    END IF;

    LOOP
        BEGIN
            -- At first as if the log had none of them: to ask for each, or ON CONFLICT, would double the work. Known
            -- numbers are mostly the lowest of a batch, so that little is written in vain.
            INSERT INTO cases_event (
                source, id, version, void, type, at, at_precision, recorded_at, "case", incident, person, item, visit,
                "order", dossier, document, place, unit, officers, until, until_precision, facts, document_no,
                recorded_by, xid
            )
            SELECT
                source, id, version, void, type, at, at_precision, instant, "case", incident, person, item, visit,
                "order", dossier, document, place, unit, officers, until, until_precision, facts, document_no,
                recorder, this_transaction
            FROM pg_temp.event_staging s
            WHERE problem IS NULL AND NOT repeated AND (all_new OR NOT EXISTS (
                SELECT FROM cases_event e WHERE (e.source, e.id, e.version) = (s.source, s.id, s.version)
            ));
            GET DIAGNOSTICS added = ROW_COUNT;
            EXIT;
        EXCEPTION WHEN unique_violation THEN
            all_new := false;
            attempts_left := attempts_left - 1;  -- again, where another transaction recorded one of them meanwhile
            IF attempts_left = 0 THEN
                RAISE;
            END IF;
        END;
    END LOOP;

    known := possible - added;
    IF known > 0 THEN
        -- Delivered before, or twice in this batch: the same is known, different is a contradiction.
        UPDATE pg_temp.event_staging s SET problem = 'conflict'
        FROM cases_event e
        WHERE s.problem IS NULL AND (e.source, e.id, e.version) = (s.source, s.id, s.version)
            AND (e.void, e.type, e.at, e.at_precision, e."case", e.incident, e.person, e.item, e.visit, e."order",
                 e.dossier, e.document, e.place, e.unit, e.officers, e.until, e.until_precision, e.facts, e.document_no)
            IS DISTINCT FROM
                (s.void, s.type, s.at, s.at_precision, s."case", s.incident, s.person, s.item, s.visit, s."order",
                 s.dossier, s.document, s.place, s.unit, s.officers, s.until, s.until_precision, s.facts, s.document_no);
        GET DIAGNOSTICS contradicted = ROW_COUNT;
        known := known - contradicted;
        refused := refused + contradicted;
    END IF;
    IF added > 0 THEN
        PERFORM zs_derive_elements();
        PERFORM pg_notify('zs_events', '');
    END IF;
END $$;

-- Whether an event tells a case its unit better than what told it so far. (Inlined where it is asked.)
CREATE OR REPLACE FUNCTION zs_is_earlier(
    at timestamptz, unit text, first_at timestamptz, first_unit text, registered boolean
) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$
    SELECT at < coalesce(first_at, 'infinity') OR at = first_at AND NOT registered AND unit < first_unit
$$;

-- Elements that events name and nobody registered yet. The unit of a case is that of its earliest event that names
-- one (of two at the same instant, the lower code), whatever the order of arrival; a registered unit stays.
-- What is there is asked first: a conflict would lock its row even where there is nothing to update.
DROP FUNCTION IF EXISTS zs_derive_elements(bigint);
CREATE OR REPLACE FUNCTION zs_derive_elements() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB'
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off SET jit = off AS $$
BEGIN
    PERFORM set_config('zs.deriving', 'on', true);
    WITH named AS (
        SELECT DISTINCT ON ("case") "case", unit, CASE WHEN unit IS NOT NULL THEN at END AS at
        FROM pg_temp.event_staging s WHERE problem IS NULL AND "case" IS NOT NULL
        ORDER BY "case", unit IS NULL, s.at, unit
    )
    INSERT INTO cases_case AS c (number, title, kind, label, unit_id, registered_unit, first_at)
    SELECT n."case", '', 'unknown', 'ordinary', n.unit, false, n.at
    FROM named n LEFT JOIN cases_case c ON c.number = n."case"
    WHERE c.number IS NULL OR zs_is_earlier(n.at, n.unit, c.first_at, c.unit_id, c.registered_unit)
    ORDER BY n."case"  -- two appends that name the same cases take them in the same order
    ON CONFLICT (number) DO UPDATE SET
        first_at = excluded.first_at,
        unit_id = CASE WHEN c.registered_unit THEN c.unit_id ELSE excluded.unit_id END
    WHERE zs_is_earlier(excluded.first_at, excluded.unit_id, c.first_at, c.unit_id, c.registered_unit);

    INSERT INTO cases_incident AS known (number, unit_id, first_at)
    SELECT DISTINCT ON (incident) incident, unit, at
    FROM pg_temp.event_staging s
    WHERE problem IS NULL AND incident IS NOT NULL AND unit IS NOT NULL AND NOT EXISTS (
        SELECT FROM cases_incident i WHERE i.number = s.incident AND (i.first_at, i.unit_id) <= (s.at, s.unit)
    )
    ORDER BY incident, at, unit
    ON CONFLICT (number) DO UPDATE SET unit_id = excluded.unit_id, first_at = excluded.first_at
    WHERE (excluded.first_at, excluded.unit_id) < (known.first_at, known.unit_id);
    PERFORM set_config('zs.deriving', 'off', true);
END $$;

-- Refusals, once each however often they are delivered. The caller computed digest and ciphertext.
CREATE OR REPLACE FUNCTION zs_quarantine(
    digest bytea, source text, id text, version integer, reason text, "case" text, detail text, body bytea
) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    INSERT INTO cases_quarantine VALUES ($1, $2, $3, $4, $5, $6, $7, $8, zs_now()) ON CONFLICT DO NOTHING;
    RETURN FOUND;
END $$;

-- What lists say of the cases that they have found, under the row security of who asks; planned once by a connection.
CREATE OR REPLACE FUNCTION zs_case_titles(numbers text[]) RETURNS TABLE (number text, title text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT c.number::text, c.title::text FROM cases_case c WHERE c.number = ANY (numbers);
END $$;
CREATE OR REPLACE FUNCTION zs_case_officers(numbers text[]) RETURNS TABLE (number text, name text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN QUERY SELECT a.case_id::text, o.name::text FROM cases_assignment a JOIN org_officer o ON o.id = a.officer_id
    WHERE a.case_id = ANY (numbers) AND a.role = 'case_officer' AND a.until_at IS NULL ORDER BY a.id;
END $$;

-- How an officer stands to single cases: those he works on, is recused from, has opened in an emergency, and those that
-- are withheld from him because he reads them. Asked on nearly every page: a connection plans it once.
CREATE OR REPLACE FUNCTION zs_ties(officer bigint, OUT own text[], OUT recused text[], OUT urgent text[], OUT reading text[])
LANGUAGE plpgsql STABLE AS $$
BEGIN
    SELECT array_agg(a.case_id::text) FILTER (WHERE a.role <> 'recused'), array_agg(a.case_id::text) FILTER (WHERE a.role = 'recused')
    INTO own, recused FROM cases_assignment a WHERE a.officer_id = officer AND a.until_at IS NULL;
    urgent := ARRAY(SELECT u."case"::text FROM access_urgentaccess u WHERE u.officer_id = officer AND u.until > statement_timestamp());
    own := coalesce(own, '{}');
    recused := coalesce(recused, '{}');
    reading := zs_under_reading(officer);
END $$;
