-- The month's work of every officer, as facts of the ledger: his cases, and two things in each that went well or did not.
INSERT INTO points_fact (
    fact, key, "group", officer, role, unit, at, recorded_at, amount, kept, "unit.kind", "case.type", "officer.post",
    "finding.statutory", cites
)
SELECT part.fact, part.fact || o.number || '-' || k, 'N' || o.number || '-' || k, '35-' || o.number, 'lead', p.unit_id,
    date_trunc('month', current_setting('bench.now')::timestamptz) + k * interval '18 hours', current_setting('bench.now')::timestamptz,
    1, CASE WHEN part.fact <> 'work.assigned_minutes' THEN (o.id + k) % 13 <> 0 END,
    CASE u.kind WHEN 'station' THEN 'station' ELSE 'squad' END, 'criminal', 'case_officer', NULL, ARRAY['bench/' || k]
FROM org_post p JOIN org_officer o ON o.id = p.officer_id JOIN org_unit u ON u.code = p.unit_id,
    generate_series(1, 22) AS k,
    (VALUES ('work.assigned_minutes'), ('clock.kept'), ('check.kept.rights_notice')) AS part (fact)
WHERE p.role = 'officer' AND u.kind IN ('station', 'case_squad');
