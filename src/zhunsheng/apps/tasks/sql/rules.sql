-- What waits for the session's viewer, under his own row security: tasks that nobody has reported, and, for a second
-- person, faults in their newest version that nobody ruled on, but his own and those of cases under his reading. Asked on
-- every page; as a function a connection plans it once.
CREATE OR REPLACE FUNCTION zs_tasks_waiting(officer bigint, is_second boolean, faults text[], reading text[])
RETURNS bigint LANGUAGE plpgsql STABLE AS $$
DECLARE
    found bigint := (
        SELECT count(*) FROM tasks_given g WHERE g.officer_id = officer
            AND NOT EXISTS (SELECT FROM tasks_given l WHERE l.task_id = g.task_id AND l.id > g.id)
            AND NOT EXISTS (SELECT FROM tasks_report r WHERE r.task_id = g.task_id)
    );
BEGIN
    IF is_second THEN
        found := found + (
            SELECT count(*) FROM tasks_said s
            JOIN tasks_report r ON r.key = s.report_id JOIN tasks_thing t ON t.id = s.thing_id
            WHERE s.answer = ANY (faults) AND r.by_id <> officer AND NOT t."case" = ANY (reading)
                AND NOT EXISTS (SELECT FROM tasks_ruling d WHERE d.said_id = s.id)
                AND NOT EXISTS (SELECT FROM tasks_said l WHERE l.thing_id = s.thing_id AND l.version > s.version)
        );
    END IF;
    RETURN found;
END $$;
