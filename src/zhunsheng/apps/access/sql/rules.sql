-- What row security asks about the session. Unset means nothing is visible.
CREATE OR REPLACE FUNCTION zs_officer() RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT nullif(current_setting('zs.officer', true), '')::bigint
$$;
CREATE OR REPLACE FUNCTION zs_whole() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT coalesce(current_setting('zs.whole', true), '') = 'on'
$$;
CREATE OR REPLACE FUNCTION zs_scope(part text) RETURNS text[] LANGUAGE sql STABLE AS $$
    SELECT string_to_array(nullif(current_setting('zs.' || part, true), ''), ',')
$$;
