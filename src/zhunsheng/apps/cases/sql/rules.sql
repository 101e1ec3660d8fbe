-- The only way events come into the log. The caller fills its temporary table event_staging and calls this.
-- Answers how many were new, and how many the log had already; rows that contradict an event of the log, or whose
-- time cannot be, stay behind in event_staging with `problem` set, for the caller to quarantine.
CREATE OR REPLACE FUNCTION zs_append_events(
    recorder text, earliest timestamptz, tolerance interval, OUT added bigint, OUT known bigint
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET work_mem = '64MB' AS $$
DECLARE
    instant timestamptz := zs_now();
    this_transaction bigint := pg_current_xact_id()::text::bigint;
BEGIN
    UPDATE pg_temp.event_staging SET problem = CASE WHEN at < earliest THEN 'too_early' ELSE 'future' END
    WHERE at > instant + tolerance OR at < earliest;

    INSERT INTO cases_event (
        source, id, version, void, type, at, at_precision, recorded_at, "case", incident, person, item, visit, "order",
        dossier, document, place, unit, officers, until, until_precision, facts, document_no, recorded_by, xid
    )
    SELECT
        source, id, version, void, type, at, at_precision, instant, "case", incident, person, item, visit, "order",
        dossier, document, place, unit, officers, until, until_precision, facts, document_no, recorder, this_transaction
    FROM pg_temp.event_staging WHERE problem IS NULL
    ORDER BY source, id, version, at, type, facts  -- keeps the index warm; of two that contradict, the same one comes first
    ON CONFLICT (source, id, version) DO NOTHING;
    GET DIAGNOSTICS added = ROW_COUNT;

    SELECT count(*) - added INTO known FROM pg_temp.event_staging WHERE problem IS NULL;
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
        SELECT count(*) - added INTO known FROM pg_temp.event_staging WHERE problem IS NULL;
    END IF;
    IF added > 0 THEN
        PERFORM zs_derive_elements();
        PERFORM pg_notify('zs_events', '');
    END IF;
END $$;

-- Elements that events name and nobody registered yet. The unit of a case is that of its earliest event, whatever the
-- order of arrival; a registered unit stays.
CREATE OR REPLACE FUNCTION zs_derive_elements() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM set_config('zs.deriving', 'on', true);
    INSERT INTO cases_case (number, title, kind, label, unit_id, registered_unit, first_at, first_event)
    SELECT DISTINCT ON ("case") "case", '', 'unknown', 'ordinary', unit, false, at, source || '/' || id || '/' || version
    FROM pg_temp.event_staging s WHERE problem IS NULL AND "case" IS NOT NULL AND unit IS NOT NULL
        -- Asked first, because a conflict locks its row even where there is nothing to update.
        AND NOT EXISTS (
            SELECT FROM cases_case c
            WHERE c.number = s."case" AND (c.first_at, c.first_event) <= (s.at, s.source || '/' || s.id || '/' || s.version)
        )
    ORDER BY "case", at, source || '/' || id || '/' || version
    ON CONFLICT (number) DO UPDATE SET
        unit_id = CASE WHEN cases_case.registered_unit THEN cases_case.unit_id ELSE excluded.unit_id END,
        first_at = excluded.first_at, first_event = excluded.first_event
    WHERE cases_case.first_at IS NULL
        OR (excluded.first_at, excluded.first_event) < (cases_case.first_at, cases_case.first_event);

    INSERT INTO cases_case (number, title, kind, label, unit_id, registered_unit, first_event)
    SELECT DISTINCT "case", '', 'unknown', 'ordinary', NULL::text, false, ''
    FROM pg_temp.event_staging s WHERE problem IS NULL AND "case" IS NOT NULL AND unit IS NULL
        AND NOT EXISTS (SELECT FROM cases_case c WHERE c.number = s."case")
    ON CONFLICT (number) DO NOTHING;

    INSERT INTO cases_incident (number, unit_id, first_at, first_event)
    SELECT DISTINCT ON (incident) incident, unit, at, source || '/' || id || '/' || version
    FROM pg_temp.event_staging WHERE problem IS NULL AND incident IS NOT NULL AND unit IS NOT NULL
    ORDER BY incident, at, source || '/' || id || '/' || version
    ON CONFLICT (number) DO UPDATE SET
        unit_id = excluded.unit_id, first_at = excluded.first_at, first_event = excluded.first_event
    WHERE (excluded.first_at, excluded.first_event) < (cases_incident.first_at, cases_incident.first_event);
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
