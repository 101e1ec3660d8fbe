-- Run after every migration, by the owner. Everything here may be run again.

-- Two persons: who proposed does not decide.
CREATE OR REPLACE FUNCTION zs_points_two_persons() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
BEGIN
    IF EXISTS (SELECT FROM points_proposal p WHERE p.id = NEW.proposal_id AND p.by_id = NEW.by_id) THEN
        RAISE EXCEPTION 'points_decision: whoever proposed cannot decide' USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER two_persons BEFORE INSERT ON points_decision
    FOR EACH ROW EXECUTE FUNCTION zs_points_two_persons();
ALTER TABLE points_decision ENABLE ALWAYS TRIGGER two_persons;

-- A reversal undoes a row that is there, of the same holder, and undoes it once; so does a restoring row.
CREATE OR REPLACE FUNCTION zs_points_undo_once() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public AS $$
DECLARE
    undone points_entry;
BEGIN
    SELECT * INTO undone FROM points_entry e WHERE e.key = NEW.target;
    IF NOT FOUND OR undone.holder <> NEW.holder OR undone.policy <> NEW.policy OR undone.amount <> -NEW.amount THEN
        RAISE EXCEPTION 'points_entry: % undoes no row of % with minus its amount', NEW.key, NEW.holder
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (SELECT FROM points_entry e WHERE e.target = NEW.target AND e.key <> NEW.key) THEN
        RAISE EXCEPTION 'points_entry: % is undone already', NEW.target USING ERRCODE = 'unique_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER undo_once BEFORE INSERT ON points_entry
    FOR EACH ROW WHEN (NEW.kind IN ('reverse', 'restore')) EXECUTE FUNCTION zs_points_undo_once();
ALTER TABLE points_entry ENABLE ALWAYS TRIGGER undo_once;

-- Whether anything waits for anybody: a proposal or an appeal without an answer. Asked on every page of those who decide;
-- what it is, and for whom, is asked only where there is something.
CREATE OR REPLACE FUNCTION zs_points_undecided() RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM points_proposal p
        WHERE NOT EXISTS (SELECT FROM points_decision d WHERE d.proposal_id = p.id)
    ) OR EXISTS (
        SELECT FROM points_act a WHERE a.act = 'appeal' AND NOT EXISTS (
            SELECT FROM points_act d WHERE d.target = a.target AND d.act IN ('appeal_granted', 'appeal_refused'))
    );
END $$;
