-- The one row that says what this database is. Only a demonstration may have a clock of its own.
CREATE TABLE audit_deployment (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    mode text NOT NULL CHECK (mode IN ('demo', 'production')),
    log_id uuid NOT NULL DEFAULT gen_random_uuid(),
    created_at timestamptz NOT NULL DEFAULT now(),
    city_from timestamptz,
    real_from timestamptz,
    city_seconds_per_second double precision,
    rules_digest text NOT NULL DEFAULT '',
    CONSTRAINT production_has_no_clock_of_its_own CHECK (
        mode = 'demo' OR (city_from IS NULL AND real_from IS NULL AND city_seconds_per_second IS NULL)
    ),
    CONSTRAINT a_city_clock_is_whole CHECK (
        num_nulls(city_from, real_from, city_seconds_per_second) IN (0, 3)
        AND coalesce(city_seconds_per_second, 1) >= 0
    )
);

-- Who did, saw or was refused what. `xid` lets the sealer tell finished transactions from running ones.
CREATE TABLE audit_entry (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid bigint NOT NULL DEFAULT (pg_current_xact_id()::text::bigint),
    at timestamptz NOT NULL,
    real_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor text NOT NULL CHECK (actor <> ''),
    action text NOT NULL CHECK (action <> ''),
    result text NOT NULL CHECK (result IN ('done', 'denied', 'failed')),
    object_kind text NOT NULL,
    object_id text NOT NULL,
    purpose text NOT NULL,
    request text NOT NULL,
    address text NOT NULL,
    detail jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX audit_entry_xid ON audit_entry USING brin (xid);
CREATE INDEX audit_entry_actor ON audit_entry (actor, at);
CREATE INDEX audit_entry_object ON audit_entry (object_kind, object_id, at);

-- The sealed log: leaf n is the hash of one row of one append-only table (RFC 6962).
CREATE TABLE audit_leaf (
    n bigint PRIMARY KEY CHECK (n >= 0),
    source text NOT NULL,
    row_key text NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32),
    UNIQUE (source, row_key)
);

-- Signed heads: `size` leaves have this root.
CREATE TABLE audit_head (
    size bigint PRIMARY KEY CHECK (size > 0),
    root bytea NOT NULL CHECK (octet_length(root) = 32),
    at timestamptz NOT NULL,
    signature bytea NOT NULL
);

-- Where the sealer stands: all transactions before `horizon` of the cluster `cluster` are sealed.
CREATE TABLE audit_progress (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    cluster text NOT NULL,
    horizon bigint NOT NULL,
    frontier bytea[] NOT NULL,
    size bigint NOT NULL,
    at timestamptz NOT NULL
);
