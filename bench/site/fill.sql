-- A city of so many cases, set by set, into the tables of the platform. Settings: bench.cases, bench.clocks, bench.now.
-- Beside it stands the temporary table bench_rule (n, id, nature, liberty, is_stay, words), the rules in force.

SET zs.deriving = 'on';
SET synchronous_commit = off;
SET work_mem = '256MB';
SET statement_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SELECT setseed(0.42);

-- One branch for ten stations, one station for 3,000 cases; each station has a squad for cases and one for the streets.
CREATE TEMP TABLE bench_station AS
SELECT s, '3502' || lpad((s / 10 + 3)::text, 2, '0') || '000000' AS branch,
    '3502' || lpad((s / 10 + 3)::text, 2, '0') || lpad((s % 10 + 1)::text, 2, '0') AS prefix
FROM generate_series(0, greatest(10, current_setting('bench.cases')::int / 3000) - 1) AS s;

INSERT INTO org_unit (code, name, short_name, kind, parent_id, path)
VALUES ('350200000000', '甲市公安局', '甲市局', 'city', NULL, '350200000000');
INSERT INTO org_unit (code, name, short_name, kind, parent_id, path)
SELECT branch, '第' || row_number() OVER (ORDER BY branch) || '分局', '第' || row_number() OVER (ORDER BY branch) || '分局',
    'branch', '350200000000', '350200000000/' || branch
FROM (SELECT DISTINCT branch FROM bench_station) AS b;
INSERT INTO org_unit (code, name, short_name, kind, parent_id, path)
SELECT prefix || '0000', '第' || s || '派出所', s || '所', 'station', branch, '350200000000/' || branch || '/' || prefix || '0000'
FROM bench_station;
INSERT INTO org_unit (code, name, short_name, kind, parent_id, path)
SELECT prefix || part, s || '所' || title, s || '所' || title, kind, prefix || '0000',
    '350200000000/' || branch || '/' || prefix || '0000/' || prefix || part
FROM bench_station,
    (VALUES ('0100', '案件队', 'case_squad'), ('0200', '社区队', 'community_squad')) AS squad (part, title, kind);

-- Who holds what: fifteen officers in a station, ten in its squad for cases, five in the other; and those who lead.
CREATE TEMP TABLE bench_post AS
SELECT row_number() OVER (ORDER BY u.path, p.role, k) AS n, u.code AS unit, p.role
FROM org_unit u
JOIN (VALUES
    ('station', 'officer', 15), ('case_squad', 'officer', 10), ('community_squad', 'officer', 5),
    ('station', 'unit_head', 1), ('station', 'legal_officer', 1), ('station', 'custodian', 1),
    ('station', 'area_keeper', 1), ('station', 'auxiliary', 4), ('branch', 'county_head', 1),
    ('branch', 'legal_officer', 1), ('city', 'legal_department', 4), ('city', 'inspectorate', 2),
    ('city', 'deposit_office', 1)
) AS p (kind, role, heads) ON p.kind = u.kind
CROSS JOIN LATERAL generate_series(1, p.heads) AS k;

INSERT INTO org_officer (province, number, name, kind, mobile, joined_on)
SELECT '35', lpad((100000 + n)::text, 6, '0'), '警员' || n, CASE role WHEN 'auxiliary' THEN 'auxiliary' ELSE 'police' END,
    '1000' || lpad(n::text, 7, '0'), '2018-01-01'
FROM bench_post ORDER BY n;
INSERT INTO org_post (officer_id, unit_id, role, part_time, from_on)
SELECT o.id, p.unit, p.role, false, '2018-01-01' FROM bench_post p JOIN org_officer o ON o.number = (100000 + p.n)::text;
CREATE TEMP TABLE bench_team AS
SELECT unit_id AS unit, array_agg(officer_id ORDER BY id) AS officers FROM org_post WHERE role = 'officer' GROUP BY 1;
CREATE TEMP TABLE bench_head AS
SELECT u.code AS unit, min(p.officer_id) FILTER (WHERE p.role = 'unit_head') AS head,
    min(p.officer_id) FILTER (WHERE p.role = 'legal_officer') AS legal
FROM org_unit u JOIN org_post p ON u.path LIKE '%' || p.unit_id || '%' AND p.role IN ('unit_head', 'legal_officer')
JOIN org_unit s ON s.code = p.unit_id AND s.kind = 'station' GROUP BY 1;

-- Cases of two years. The next ones are the newest: of them limits still run.
CREATE TEMP TABLE bench_place AS
SELECT row_number() OVER (ORDER BY t.unit) - 1 AS place, t.unit, t.officers, cardinality(t.officers) AS heads
FROM bench_team t JOIN org_unit u ON u.code = t.unit WHERE u.kind IN ('station', 'case_squad');
CREATE TEMP TABLE bench_case AS
SELECT n, place, unit, officers[1 + (random() * (heads - 1))::int] AS officer, officers[1 + (random() * (heads - 1))::int] AS second,
    at, 'A' || unit || to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM')
        || lpad(row_number() OVER (PARTITION BY unit, to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYYMM') ORDER BY n)::text, 4, '0')
        AS number,
    (ARRAY['criminal', 'administrative', 'administrative', 'traffic_violation'])[1 + (random() * 3)::int] AS kind,
    CASE WHEN random() < 0.96 THEN 'ordinary' WHEN random() < 0.5 THEN 'minor' ELSE 'sensitive' END AS label
FROM (
    SELECT n, floor(random() * (SELECT count(*) FROM bench_place))::int AS wanted,
        current_setting('bench.now')::timestamptz - interval '730 days' * (n - 1) / current_setting('bench.cases')::int AS at
    FROM generate_series(1, current_setting('bench.cases')::int) AS n
) AS wish JOIN bench_place ON place = wanted;
CREATE INDEX ON bench_case (n);
ANALYZE bench_case;
INSERT INTO cases_case (number, title, kind, label, unit_id, registered_unit, first_at)
SELECT number, '某人' || n || '涉嫌盗窃案', kind, label, unit, true, at FROM bench_case ORDER BY n DESC;
INSERT INTO cases_assignment (case_id, officer_id, role, from_at)
SELECT number, officer, 'case_officer', at FROM bench_case;
INSERT INTO cases_assignment (case_id, officer_id, role, from_at)
SELECT number, second, 'co_officer', at FROM bench_case WHERE n % 2 = 0 AND second <> officer;
INSERT INTO cases_assignment (case_id, officer_id, role, from_at)
SELECT number, second, 'recused', at FROM bench_case WHERE n % 500 = 0 AND second <> officer
ON CONFLICT DO NOTHING;

-- Limits: two of each case that are over, and those that run, in the newest cases, with persons in the area among them.
CREATE TEMP TABLE bench_clock AS
WITH ended AS (
    SELECT 'E' || c.n || '-' || k AS mark, c.n, false AS is_open, false AS is_stay, c.at AS start,
        c.at + interval '1 day' * (1 + random() * 30) AS due, random() AS luck, random() AS pick
    FROM bench_case c, generate_series(1, 2) AS k
), running AS (
    SELECT 'R' || k AS mark, 1 + floor(random() * random() * current_setting('bench.clocks')::int * 1.2)::int AS n, true AS is_open,
        k <= current_setting('bench.clocks')::int / 1000 AS is_stay,
        current_setting('bench.now')::timestamptz - interval '1 day' * (1 + random() * 20) AS start,
        current_setting('bench.now')::timestamptz + interval '1 day' * (power(random(), 1.3) * 62 - 3) AS due,
        random() AS luck, random() AS pick
    FROM generate_series(1, current_setting('bench.clocks')::int) AS k
), both_kinds AS (
    SELECT * FROM ended UNION ALL SELECT * FROM running
)
SELECT encode(sha256(b.mark::bytea), 'hex') AS key, b.mark, c.number, c.n, c.unit, c.officer, b.is_open, b.is_stay,
    CASE WHEN b.is_stay THEN current_setting('bench.now')::timestamptz - interval '1 hour' * b.pick * 30 ELSE b.start END AS start,
    CASE WHEN b.is_stay THEN current_setting('bench.now')::timestamptz + interval '1 hour' * (24 - b.pick * 30) ELSE b.due END AS due,
    b.luck, r.id AS rule, r.nature, r.liberty, r.words,
    CASE WHEN NOT b.is_open THEN CASE WHEN b.luck < 0.05 THEN 'late' WHEN b.luck < 0.1 THEN 'moot' ELSE 'met' END
        WHEN b.is_stay OR b.luck > 0.15 THEN 'running'
        WHEN b.luck > 0.1 THEN 'unknown' WHEN b.luck > 0.05 THEN 'waiting' ELSE 'paused' END AS outcome
FROM both_kinds b JOIN bench_case c ON c.n = least(b.n, current_setting('bench.cases')::int)
JOIN bench_rule r ON r.is_stay = b.is_stay
    AND r.n = floor(b.pick * (SELECT count(*) FROM bench_rule w WHERE w.is_stay = b.is_stay))::int;
ALTER TABLE bench_clock ADD COLUMN level text NOT NULL DEFAULT '';
UPDATE bench_clock SET level = CASE
    WHEN due <= current_setting('bench.now')::timestamptz + interval '12 hours' THEN 'red'
    WHEN due <= current_setting('bench.now')::timestamptz + interval '36 hours' THEN 'yellow' ELSE 'blue' END
WHERE outcome = 'running' AND due <= current_setting('bench.now')::timestamptz + interval '72 hours';
INSERT INTO supervision_clock (
    key, rule, rule_version, "case", subject, person, epoch, unit, start, start_event, amount, limit_unit, due, due_at_end,
    outer_at_end, "outer", stopped, outcome, question, question_fact, question_hard, nature, liberty, level, next_at, as_of, digest
)
SELECT key, rule, 0, number, CASE WHEN is_stay THEN 'V' || mark END, CASE WHEN is_stay THEN 'P' || mark END, 1, unit, start,
    'cases/' || mark, 3, 'days', CASE WHEN outcome NOT IN ('unknown', 'waiting') THEN due END, false, false,
    CASE WHEN outcome NOT IN ('unknown', 'waiting') THEN due + interval '6 hours' END,
    CASE WHEN NOT is_open THEN due + CASE outcome WHEN 'late' THEN interval '30 hours' ELSE interval '-1 hour' END END, outcome,
    CASE outcome WHEN 'unknown' THEN 'missing_fact' END, CASE outcome WHEN 'unknown' THEN 'case_kind' END,
    outcome = 'unknown', nature, liberty, level, CASE WHEN is_open THEN due END, current_setting('bench.now')::timestamptz, 0
FROM bench_clock ORDER BY n DESC, mark;

-- What was found: limits exceeded, checks broken, and a little that was taken back.
CREATE TEMP TABLE bench_finding AS
SELECT encode(sha256(('F' || mark)::bytea), 'hex') AS key, key AS clock, rule, number, unit, nature, liberty, words, officer,
    'overdue' AS kind, 'red' AS level, due + interval '6 hours' AS found_at, due,
    CASE WHEN NOT is_open THEN due + interval '30 hours' END AS closed_at, 'current' AS state
FROM bench_clock
WHERE outcome = 'late' OR (outcome = 'running' AND due + interval '6 hours' < current_setting('bench.now')::timestamptz)
UNION ALL
SELECT encode(sha256(('B' || c.n)::bytea), 'hex'), NULL, r.id, c.number, c.unit, 'statutory', false, r.words, c.officer, 'broken', 'red',
    c.at + interval '5 days', NULL, CASE WHEN random() < 0.8 THEN c.at + interval '9 days' END,
    CASE WHEN random() < 0.1 THEN 'withdrawn' ELSE 'current' END
FROM (SELECT *, floor(random() * (SELECT count(*) FROM bench_check))::int AS wanted FROM bench_case WHERE n % 20 = 7) AS c
JOIN bench_check r ON r.n = c.wanted;
INSERT INTO supervision_finding (
    key, clock, rule, "case", unit, kind, level, found_at, due, "outer", closed_at, state, state_reason, appeared_at,
    state_at, release, digest
)
SELECT key, clock, rule, number, unit, kind, level, found_at, due, due + interval '6 hours', closed_at, state,
    CASE state WHEN 'withdrawn' THEN 'facts' ELSE '' END, found_at, found_at + interval '2 days', 'bench', 0
FROM bench_finding;

-- Alerts: a group for each limit with a level or a question, for a fifth of those that are over, and for what is broken.
CREATE TEMP TABLE bench_group AS
SELECT key, rule, number, unit, nature, liberty, words, officer, start, due,
    CASE WHEN outcome = 'unknown' THEN 'ask' WHEN level = '' THEN 'red' ELSE level END AS level,
    CASE WHEN outcome = 'unknown' THEN 'unknown'
        WHEN due + interval '6 hours' < current_setting('bench.now')::timestamptz THEN 'overdue' ELSE 'approaching' END AS kind,
    CASE WHEN is_open THEN start + interval '12 hours' ELSE due - interval '2 days' END AS opened_at,
    CASE WHEN NOT is_open THEN due + interval '2 hours' END AS closed_at, luck, random() AS state_luck, random() AS held_luck
FROM bench_clock
WHERE (is_open AND (level <> '' OR outcome = 'unknown')) OR (NOT is_open AND (outcome = 'late' OR luck > 0.85))
UNION ALL
SELECT key, rule, number, unit, nature, liberty, words, officer, NULL, NULL, 'red', 'broken', found_at, closed_at, random(),
    random(), 0.5
FROM bench_finding WHERE kind = 'broken' AND state = 'current';
ALTER TABLE bench_group ADD COLUMN state text NOT NULL DEFAULT 'waiting';
UPDATE bench_group SET state = CASE
    WHEN closed_at IS NOT NULL THEN CASE WHEN state_luck < 0.06 THEN 'withdrawn' ELSE 'done' END
    WHEN state_luck < 0.4 THEN 'waiting' WHEN state_luck < 0.9 THEN 'acknowledged' WHEN state_luck < 0.93 THEN 'claimed_done'
    WHEN state_luck < 0.95 THEN 'disputed' WHEN level <> 'red' AND NOT liberty THEN 'snoozed' ELSE 'acknowledged' END;
INSERT INTO alerts_alertgroup (
    key, "case", rule, subject, unit, nature, liberty, level, kind, start, due, "outer", due_at_end, outer_at_end, clock, findings,
    words, explanation, state, owner_id, asks, escalations, escalated, held, inhibited_by, opened_at, closed_at
)
SELECT g.key, number, rule, '', g.unit, nature, liberty, level, kind, start, due, due + interval '6 hours', false, false,
    CASE WHEN due IS NULL THEN '{}' ELSE jsonb_build_object('start', start, 'due', due, 'outer', due + interval '6 hours', 'stopped', NULL,
        'due_at_end', false, 'outer_at_end', false, 'amount', 3, 'limit_unit', 'days', 'outcome', 'running', 'epoch', 1,
        'person', NULL) END,
    jsonb_build_object(g.key, jsonb_build_object('kind', kind, 'level', level, 'found_at', opened_at, 'closed_at', closed_at,
        'state', 'current', 'told', true, 'corrected', false, 'returns', 0)),
    words,
    jsonb_build_object('rule', rule, 'steps', (SELECT jsonb_agg(jsonb_build_object('kind', 'count', 'title', '第' || k || '日',
        'value', start + k * interval '1 day', 'citation', '公安机关办理刑事案件程序规定第一百二十九条', 'quote', repeat('要旨', 20)))
        FROM generate_series(1, 8) AS k)),
    state, CASE WHEN state <> 'waiting' THEN officer END, 0, 0, '[]',
    CASE WHEN held_luck < 0.03 AND NOT liberty THEN 'silenced' ELSE '' END, '', opened_at, closed_at
FROM bench_group g;
INSERT INTO alerts_alert (
    key, group_id, finding, "case", role, officer_id, account, reason, occasion, level, kind, liberty, text, explanation, created_at,
    lead, covers
)
SELECT encode(sha256((g.key || who.role)::bytea), 'hex'), g.key, g.key, g.number, who.role, who.officer, '', 'first', '', g.level,
    g.kind, g.liberty, '【准绳】红色预警：您主办的案件（尾号' || right(g.number, 4) || '）即将届满，请在警务通签收办理。', '{}',
    g.opened_at, '', '[]'
FROM bench_group g JOIN bench_head h ON h.unit = g.unit
CROSS JOIN LATERAL (VALUES ('case_officer', g.officer), ('unit_head', h.head), ('legal_officer', h.legal)) AS who (role, officer)
WHERE who.role = 'case_officer' OR g.level = 'red' OR g.state_luck < 0.3;
INSERT INTO alerts_alert (
    key, group_id, finding, "case", role, officer_id, account, reason, occasion, level, kind, liberty, text, explanation, created_at,
    lead, covers
)
SELECT encode(sha256((g.key || 'department')::bytea), 'hex'), g.key, g.key, g.number, 'legal_department',
    (SELECT min(officer_id) FROM org_post WHERE role = 'legal_department'), '', 'first', '', g.level, g.kind, g.liberty,
    '【准绳】红色预警：案件（尾号' || right(g.number, 4) || '）已过最迟时点，仍未办结。', '{}', g.opened_at, '', '[]'
FROM bench_group g WHERE g.kind = 'overdue' AND g.level = 'red' AND g.liberty;
INSERT INTO alerts_action (group_id, act, by_id, via, at, reason, document_no, verdict)
SELECT key, CASE WHEN state = 'disputed' THEN 'dispute' ELSE 'acknowledge' END, officer, 'web', opened_at + interval '20 minutes', '', '', ''
FROM bench_group WHERE state <> 'waiting';
INSERT INTO alerts_action (group_id, act, by_id, via, at, reason, document_no, verdict)
SELECT key, 'rule', officer, 'web', opened_at + interval '5 hours', '', '', CASE WHEN luck < 0.9 THEN 'upheld' ELSE 'rejected' END
FROM bench_group WHERE state = 'withdrawn';
INSERT INTO alerts_gap (key, "group", finding, unit, roles, liberty, opened_at)
SELECT encode(sha256(('G' || key)::bytea), 'hex'), key, key, unit, '["unit_head"]', liberty, opened_at
FROM bench_group WHERE closed_at IS NULL AND held_luck > 0.999;

-- Who is in the area, and where; what came in late; what somebody looked at.
INSERT INTO cases_source (id, title, key_digest, zone, second_person, late_after_minutes, is_active)
SELECT id, id, sha256(id::bytea), '', false, 60, true
FROM unnest(ARRAY['cases', 'calls', 'area', 'store', 'detention-house']) AS id;
INSERT INTO cases_sourceheard (source_id, at) SELECT id, current_setting('bench.now')::timestamptz FROM cases_source;
INSERT INTO cases_person (id, masked_name) SELECT 'P' || mark, '王某' FROM bench_clock WHERE is_stay;
INSERT INTO cases_personincase (case_id, person_id, role) SELECT number, 'P' || mark, 'suspect' FROM bench_clock WHERE is_stay;
INSERT INTO audit_entry (at, actor, action, result, object_kind, object_id, purpose, request, address, detail)
SELECT current_setting('bench.now')::timestamptz - interval '1 day' * random() * 60, 'account:reader-' || n % 300, 'read', 'done', 'case',
    c.number, '', '', '10.0.0.1', '{"persons": []}'
FROM bench_case c WHERE n <= current_setting('bench.clocks')::int;
INSERT INTO supervision_heartbeat (process, at, watermark, detail)
VALUES ('supervise', now(), current_setting('bench.now')::timestamptz, '{}');

-- Inspection: what is to be put right, and a year of plans with what was read of them.
INSERT INTO inspection_plan (id, title, unit, from_on, until_on, below, problems, drawn, hour, hash_name, by_id, at)
SELECT 'ZC-2026-' || lpad(k::text, 4, '0'), '月度巡查' || k, '350200000000', date '2025-01-01' + 7 * k, date '2025-02-01' + 7 * k, '5', 0, 60,
    current_setting('bench.now')::timestamptz - interval '1 day' * k * 7, 'sha256',
    (SELECT min(officer_id) FROM org_post WHERE role = 'legal_department'),
    current_setting('bench.now')::timestamptz - interval '1 day' * (k * 7 + 1)
FROM generate_series(1, greatest(5, current_setting('bench.cases')::int / 7500)) AS k;
INSERT INTO inspection_frame (plan_id, files, hash, risk_files, by_id, at)
SELECT id, 1000, repeat('a', 64), 20, by_id, at FROM inspection_plan;
INSERT INTO inspection_framefile (plan_id, ref, stratum, draw)
SELECT id, 'F' || k, '350203010000|criminal', 60
FROM inspection_plan, generate_series(1, least(1000, current_setting('bench.cases')::int)) AS k;
INSERT INTO inspection_framecase (plan_id, ref, "case", stream)
SELECT f.plan_id, f.ref, c.number, 'random' FROM inspection_framefile f
JOIN bench_case c ON c.n = 1 + (substr(f.ref, 2)::int + 1000 * substr(f.plan_id, 9)::int) % current_setting('bench.cases')::int;
INSERT INTO inspection_draw (plan_id, nonce, head, head_at, seed, record, at)
SELECT id, repeat('0', 32), repeat('1', 64), hour, repeat('2', 64), repeat('3', 64), hour FROM inspection_plan;
INSERT INTO inspection_pick (plan_id, "case", unit, stream, stratum, mark, inclusion, points, at)
SELECT p.id, c.number, c.unit, 'random', c.unit || '|criminal', '', '1/50', '', p.hour
FROM (SELECT id, hour, row_number() OVER (ORDER BY id) AS k FROM inspection_plan) AS p
JOIN bench_case c ON c.n BETWEEN p.k * 60 AND p.k * 60 + 59;
CREATE TEMP TABLE bench_reader AS
SELECT row_number() OVER (ORDER BY id) - 1 AS k, officer_id AS reader, count(*) OVER () AS readers
FROM org_post WHERE role = 'legal_department';
INSERT INTO inspection_assigned (pick_id, round, reader_id, reason, at)
SELECT p.id, 'first', r.reader, '', p.at FROM inspection_pick p JOIN bench_reader r ON r.k = p.id % r.readers;
INSERT INTO inspection_submission (assigned_id, by_id, at)
SELECT a.id, a.reader_id, a.at + interval '2 days' FROM inspection_assigned a WHERE a.id % 10 <> 0;
INSERT INTO inspection_answer (
    assigned_id, sheet, sheet_version, question, version, answer, data_said, note, page, basis, responsible, by_id, at
)
SELECT a.id, 'Q1', 1, 'K' || k, 1, CASE WHEN (a.id + k) % 9 = 0 THEN 'problem' ELSE 'pass' END, '', '', '', '', '', a.reader_id, a.at
FROM inspection_assigned a JOIN inspection_submission s ON s.assigned_id = a.id, generate_series(1, 8) AS k;
INSERT INTO inspection_confirmation (answer_id, confirmed, reason, by_id, at)
SELECT id, true, '', by_id, at + interval '1 day' FROM inspection_answer WHERE answer = 'problem' AND id % 20 <> 0;
CREATE TEMP TABLE bench_card AS
SELECT row_number() OVER (ORDER BY found_at) AS k, * FROM bench_finding WHERE kind = 'broken' AND state = 'current' AND random() < 0.4;
INSERT INTO inspection_card (number, finding, "case", unit, responsible_id, title, basis, care, at)
SELECT 'ZG-2026-' || lpad(k::text, 6, '0'), key, number, unit, officer, '未按规定告知权利', '行政处罚法', 'papers', found_at FROM bench_card;
INSERT INTO inspection_cardnow (card_id, state, due_at, disputed, failure)
SELECT 'ZG-2026-' || lpad(k::text, 6, '0'),
    CASE WHEN closed_at IS NOT NULL THEN 'closed' WHEN k % 4 = 0 THEN 'answered' WHEN k % 40 = 1 THEN 'red' ELSE 'to_mend' END,
    CASE WHEN closed_at IS NULL THEN current_setting('bench.now')::timestamptz + interval '1 day' * (k % 9 - 2) END, false, ''
FROM bench_card;
