-- The roles of the platform. Run by a superuser, once for a server; may be run again.
-- On a real server give each role that logs in over the network a password of its own (ALTER ROLE … PASSWORD …).
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY ARRAY['zs_owner', 'zs_app', 'zs_sealer', 'zs_verifier', 'zs_report', 'zs_watch'] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', name);
        END IF;
        EXECUTE format(
            'ALTER ROLE %I NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', name
        );
        EXECUTE format('ALTER ROLE %I SET timezone = ''UTC''', name);
        EXECUTE format('ALTER ROLE %I SET synchronous_commit = ''on''', name);
        EXECUTE format('ALTER ROLE %I SET search_path = ''public''', name);
        EXECUTE format('ALTER ROLE %I SET lock_timeout = ''5s''', name);
        EXECUTE format('ALTER ROLE %I SET idle_in_transaction_session_timeout = ''60s''', name);
    END LOOP;
    ALTER ROLE zs_app SET statement_timeout = '30s';
    ALTER ROLE zs_report SET default_transaction_read_only = 'on';
    ALTER ROLE zs_verifier SET default_transaction_read_only = 'on';
    ALTER ROLE zs_watch SET default_transaction_read_only = 'on';
END $$;
