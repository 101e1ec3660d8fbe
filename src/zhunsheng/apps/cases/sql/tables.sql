-- The log of events. Columns as in core/schemas.EVENTS; `xid` is for the sealer and for who reads along.
CREATE TABLE cases_event (
    source text NOT NULL CHECK (source <> '' AND strpos(source, '/') = 0),  -- a slash ends it in the row's name
    id text NOT NULL CHECK (id <> ''),
    version integer NOT NULL CHECK (version > 0),
    void boolean NOT NULL,
    type text NOT NULL CHECK (type <> ''),
    at timestamptz NOT NULL,
    at_precision text NOT NULL CHECK (at_precision IN ('minute', 'day')),
    recorded_at timestamptz NOT NULL,
    "case" text,
    incident text,
    person text,
    item text,
    visit text,
    "order" text,
    dossier text,
    document text,
    place text,
    unit text,
    officers text[],
    until timestamptz,
    until_precision text CHECK (until_precision IN ('minute', 'day')),
    facts text,
    document_no text,
    recorded_by text NOT NULL,
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    PRIMARY KEY (source, id, version),
    CONSTRAINT an_event_belongs_somewhere CHECK ("case" IS NOT NULL OR incident IS NOT NULL)
);
-- The index on the case is another since migration 0004, which says why. Few events name an incident.
CREATE INDEX cases_event_case ON cases_event USING hash ("case");
CREATE INDEX cases_event_incident ON cases_event USING hash (incident) WHERE incident IS NOT NULL;
CREATE INDEX cases_event_xid ON cases_event USING brin (xid) WITH (pages_per_range = 32, autosummarize = on);

-- Events that were not taken, each kind of refusal once. The body is encrypted: it may hold personal data.
CREATE TABLE cases_quarantine (
    digest bytea PRIMARY KEY,
    source text NOT NULL,
    id text NOT NULL,
    version integer NOT NULL,
    reason text NOT NULL CHECK (reason IN ('conflict', 'future', 'too_early', 'no_zone', 'malformed', 'unknown_code')),
    "case" text,
    detail text NOT NULL DEFAULT '',
    body bytea NOT NULL,
    recorded_at timestamptz NOT NULL,
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint)
);
CREATE INDEX cases_quarantine_source ON cases_quarantine (source, reason);
