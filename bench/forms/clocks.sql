-- The fifteen limits in SQL. Statements are parted by a line of "-- name"; $offset and $as_of stand for numbers.

-- macros
CREATE OR REPLACE MACRO day_of(t) AS (t + $offset) // 86400000000;
CREATE OR REPLACE MACRO end_of(d) AS (d + 1) * 86400000000 - $offset;
CREATE OR REPLACE MACRO date_of(d) AS DATE '1970-01-01' + d::INTEGER;
CREATE OR REPLACE MACRO months_on(d, n) AS ((date_of(d) + to_months(n::INTEGER))::DATE - DATE '1970-01-01')::BIGINT;
CREATE OR REPLACE MACRO spc_months_on(d, n) AS
    CASE WHEN last_day(date_of(d)) = date_of(d)
         THEN (last_day((date_of(d) + to_months(n::INTEGER))::DATE) - DATE '1970-01-01')::BIGINT ELSE months_on(d, n) END;
CREATE OR REPLACE MACRO reaches(mine, whose, other, others) AS
    (other < 0 OR mine < 0 OR other = mine) AND (others < 0 OR whose < 0 OR others = whose);
CREATE OR REPLACE MACRO knows(whose, others) AS (others < 0 OR whose < 0 OR others = whose);
CREATE OR REPLACE MACRO strict_of(t, counting, step, amount) AS
    CASE WHEN counting <= 1 THEN t + amount * step
         WHEN counting = 3 THEN end_of(day_of(t) + amount)
         WHEN counting = 5 THEN end_of(months_on(day_of(t), amount))
         WHEN counting = 7 THEN t END;
CREATE OR REPLACE MACRO outer_of(t, counting, reading, step, amount, at_once) AS
    CASE WHEN reading = 1 THEN t - (t + $offset) % 3600000000 + (amount + 1) * 3600000000
         WHEN reading = 2 THEN end_of(day_of(t) + amount)
         WHEN reading = 3 THEN end_of(spc_months_on(day_of(t), amount))
         WHEN counting = 7 THEN t + at_once
         ELSE strict_of(t, counting, step, amount) END;
CREATE OR REPLACE MACRO is_end(counting) AS counting IN (3, 5);
CREATE OR REPLACE MACRO outer_is_end(counting, reading) AS reading IN (2, 3) OR (counting IN (3, 5) AND reading <> 1);
CREATE OR REPLACE MACRO ends_before(until, until_end, start) AS
    coalesce(until < start OR (until_end AND until = start), false);
CREATE OR REPLACE MACRO past(t, due, due_end) AS coalesce(CASE WHEN due_end THEN t >= due ELSE t > due END, false);
CREATE OR REPLACE MACRO on_its_day(t, bare, due, due_end) AS
    coalesce(NOT due_end AND bare AND day_of(due) = day_of(t), false);
CREATE OR REPLACE MACRO undecided(t, due, strict, strict_end) AS
    due IS NULL AND NOT coalesce(t < strict OR (t = strict AND NOT strict_end), false);
CREATE OR REPLACE MACRO place_of(run, kind, row) AS (run * 16 + kind) * 1024 + least(row - run, 1023);

-- instants
-- Of each event the first row of its case in the same instant; what was last said of a case; measures of custody, whose
-- key makes the taking the later of two in one instant.
CREATE OR REPLACE TEMP TABLE instants AS
SELECT row, case_no, at_us, bare, type, person, item, visit, max(first) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS run
FROM (SELECT *, CASE WHEN case_no = lag(case_no) OVER () AND at_us = lag(at_us) OVER () THEN NULL ELSE row END AS first FROM events);
CREATE OR REPLACE TEMP TABLE last_facts AS
SELECT case_no, arg_max(public_security, row) AS last_public, arg_max(economic, row) AS last_economic
FROM events WHERE public_security IS NOT NULL OR economic IS NOT NULL GROUP BY case_no;
CREATE OR REPLACE TEMP TABLE measures AS
SELECT case_no, person AS who, at_us AS measured, at_us * 2 + (custody = 1)::BIGINT AS measure FROM events WHERE custody <> 0;

-- starts
CREATE OR REPLACE TEMP TABLE begun AS
SELECT i.row, i.case_no, i.at_us, i.bare, i.run, i.person AS named_person,
       CASE s.axis WHEN 1 THEN i.person WHEN 2 THEN i.item WHEN 3 THEN i.visit ELSE -1 END AS subject,
       CASE WHEN s.axis > 0 THEN i.person ELSE -1 END AS person,
       s.* EXCLUDE (type, axis, first_day, end_day, is_first),
       s.is_first = 1 AND day_of(i.at_us) < s.first_day AS none_yet
FROM instants i JOIN starts s ON i.type = s.type
WHERE (s.is_first = 1 OR day_of(i.at_us) >= s.first_day) AND day_of(i.at_us) < s.end_day AND (s.kind = 0 OR day_of(i.at_us) >= s.first_day);
CREATE OR REPLACE TEMP TABLE custody_known AS
WITH asked AS (SELECT DISTINCT row, case_no, named_person AS person, at_us FROM begun WHERE need_in_custody IS NOT NULL),
known AS (
    SELECT a.row, max(m.measure) FILTER (m.who = a.person AND m.who >= 0) AS mine,
           max(m.measure) FILTER (m.who < 0 AND m.measure % 2 = 0) AS all_go
    FROM asked a JOIN measures m ON a.case_no = m.case_no AND m.measured <= a.at_us GROUP BY a.row
), told AS (
    SELECT a.row, arg_max(e.in_custody, e.row) FILTER (e.person = a.person AND e.person >= 0) AS own_said,
           arg_max(e.in_custody, e.row) FILTER (e.person < 0) AS all_said
    FROM asked a JOIN events e ON a.case_no = e.case_no WHERE e.in_custody IS NOT NULL GROUP BY a.row
)
SELECT a.row, CASE WHEN k.mine % 2 = 1 AND k.all_go > k.mine THEN 0 ELSE k.mine % 2 END AS held, t.own_said, t.all_said
FROM asked a LEFT JOIN known k ON a.row = k.row LEFT JOIN told t ON a.row = t.row;
CREATE OR REPLACE TEMP TABLE applying AS
WITH kinds AS (
    SELECT case_no, at_us, arg_max(case_kind, row) AS kind_of_case, lead(at_us) OVER (PARTITION BY case_no ORDER BY at_us) AS next_at
    FROM events WHERE case_kind IS NOT NULL GROUP BY case_no, at_us
), stated AS (
    SELECT row, until, until_end, case_kind, public_security, economic, in_custody, identity_unknown, remote FROM events
    WHERE coalesce(until, case_kind, public_security, economic, in_custody, identity_unknown, remote) IS NOT NULL
), known AS (
    SELECT b.*, e.until, e.until_end = 1 AS until_end, e.in_custody AS stated_custody,
           CASE WHEN b.wait_fact = 1 THEN e.identity_unknown WHEN b.wait_fact = 2 THEN e.remote END AS waits_by,
           CASE WHEN need_case_kind IS NOT NULL THEN coalesce(e.case_kind, k.kind_of_case) END AS known_kind,
           CASE WHEN need_public_security IS NOT NULL THEN coalesce(e.public_security, f.last_public) END AS known_public,
           CASE WHEN need_economic IS NOT NULL THEN coalesce(e.economic, f.last_economic, assume_economic) END AS known_economic,
           CASE WHEN need_in_custody IS NOT NULL THEN coalesce(c.held, e.in_custody, c.own_said, c.all_said) END AS known_custody
    FROM begun b
    LEFT JOIN stated e ON b.row = e.row
    LEFT JOIN kinds k ON b.case_no = k.case_no AND b.at_us >= k.at_us AND (k.next_at IS NULL OR b.at_us < k.next_at)
    LEFT JOIN last_facts f ON b.case_no = f.case_no
    LEFT JOIN custody_known c ON b.row = c.row
)
SELECT row, case_no, at_us, bare, run, subject, person, rv, rule, kind, lim, tells, version_hours, at_once, until, until_end, stated_custody,
       CASE WHEN kind = 0 AND waits_by = wait_value THEN wait_bit ELSE 0 END AS wait,
       none_yet OR (need_case_kind IS NOT NULL AND known_kind IS NULL)
       OR (need_public_security IS NOT NULL AND known_public IS NULL) OR (need_economic IS NOT NULL AND known_economic IS NULL)
       OR (need_in_custody IS NOT NULL AND known_custody IS NULL) AS mna
FROM known
WHERE NOT coalesce(need_case_kind <> known_kind, false) AND NOT coalesce(need_public_security <> known_public, false)
  AND NOT coalesce(need_economic <> known_economic, false) AND NOT coalesce(need_in_custody <> known_custody, false);
CREATE OR REPLACE TEMP TABLE candidates AS
WITH timed AS (
    SELECT a.row, a.case_no, a.rule, a.rv, a.kind, a.at_us, a.bare = 1 AS bare, a.run, a.subject, a.person, a.tells, a.lim,
           a.wait, a.mna, a.stated_custody, a.until, a.until_end, ends_before(a.until, a.until_end, a.at_us) AS before_start,
           l.amount, l.roll, l.counts_hours AND a.bare = 1 AS no_hour, a.version_hours AND a.bare = 1 AS no_hour_first,
           CASE WHEN NOT (l.counts_hours AND a.bare = 1) THEN strict_of(a.at_us, l.counting, l.step, l.amount) END AS strict0,
           CASE WHEN NOT (l.counts_hours AND a.bare = 1)
                THEN outer_of(a.at_us, l.counting, l.reading, l.step, l.amount, a.at_once) END AS outer0,
           is_end(l.counting) AS strict0_end, outer_is_end(l.counting, l.reading) AS outer0_end
    FROM applying a JOIN limits l ON a.lim = l.lim
), asked AS (SELECT row, rv, case_no, stated_custody, least(outer0, $as_of) AS moment FROM timed WHERE roll = 2),
by_person AS (
    SELECT a.row, a.rv, m.who, max(m.measure) AS measure FROM asked a JOIN measures m ON a.case_no = m.case_no AND m.measured <= a.moment
    GROUP BY a.row, a.rv, m.who
), goes AS (
    SELECT row, rv, max(measure) FILTER (who < 0 AND measure % 2 = 0) AS go FROM by_person GROUP BY row, rv
), kept AS (
    SELECT DISTINCT p.row, p.rv FROM by_person p JOIN goes g ON p.row = g.row AND p.rv = g.rv
    WHERE p.measure % 2 = 1 AND p.measure > coalesce(g.go, -1)
    UNION ALL
    SELECT a.row, a.rv FROM asked a ANTI JOIN measures m ON a.case_no = m.case_no WHERE a.stated_custody = 1
)
SELECT t.* EXCLUDE (stated_custody, roll), k.row IS NOT NULL AS keeps,
       t.mna OR t.before_start OR ((t.no_hour OR t.no_hour_first) AND t.wait = 0) AS hard
FROM timed t LEFT JOIN kept k ON t.row = k.row AND t.rv = k.rv;

-- lanes
-- What one subject of one rule hears in one case. `sure` is a stop that ends whatever it finds open.
CREATE OR REPLACE TEMP TABLE lanes AS
SELECT case_no, rule, subject, min(row * $rules + rule) AS lane, min(run) AS first_run, min(at_us) AS first_at, count(*) AS starts,
       min(person) AS least_person, max(person) AS most_person
FROM candidates GROUP BY case_no, rule, subject;
CREATE OR REPLACE TEMP TABLE opens AS
SELECT c.*, l.lane, l.starts FROM candidates c JOIN lanes l ON c.case_no = l.case_no AND c.rule = l.rule AND c.subject = l.subject;
CREATE OR REPLACE TEMP TABLE heard AS
WITH acts_of AS (
    SELECT i.row, i.case_no, i.at_us, i.bare, i.run, a.ref, a.kind, a.rule, a.handover, a.opens, a.before_start = 0 AND a.kind = 9 AS asks,
           CASE a.axis WHEN 1 THEN i.person WHEN 2 THEN i.item WHEN 3 THEN i.visit ELSE -1 END AS subject,
           CASE WHEN a.axis > 0 THEN i.person ELSE -1 END AS person
    FROM instants i JOIN acts a ON i.type = a.type
), reaching AS (
    SELECT l.lane, a.row, a.ref, a.kind, a.at_us, a.bare, a.run, a.person, l.starts, a.run < l.first_run AS is_early, a.rule, a.asks,
           a.handover = 1 AND l.starts > 1 AS several, a.opens = 1 AND a.subject = l.subject AS may_open,
           a.kind >= 8 AND (a.person < 0 OR (l.least_person = l.most_person AND knows(l.least_person, a.person))) AS sure
    FROM acts_of a JOIN lanes l ON a.case_no = l.case_no AND a.rule = l.rule
    WHERE (a.subject < 0 OR l.subject < 0 OR a.subject = l.subject)
      AND (l.least_person <> l.most_person OR knows(l.least_person, a.person))
)
SELECT * FROM reaching;
CREATE OR REPLACE TEMP TABLE refused AS
SELECT h.lane, h.row, h.ref
FROM heard h JOIN acts a ON h.ref = a.ref JOIN events e ON h.row = e.row LEFT JOIN last_facts f ON e.case_no = f.case_no
WHERE (h.kind = 6 AND NOT (coalesce(e.tier = a.code, e.tier IS NULL AND a.siblings = 1)
       AND (a.need_public_security < 0 OR coalesce(a.need_public_security = coalesce(e.public_security, f.last_public), false))))
   OR (h.kind = 3 AND a.reason >= 0 AND e.reason IS NOT NULL AND e.reason <> a.reason)
UNION ALL
SELECT h.lane, h.row, h.ref FROM heard h SEMI JOIN candidates c ON h.row = c.row AND c.kind = 1 WHERE h.may_open;
DELETE FROM heard WHERE (kind IN (3, 6) OR may_open) AND (lane, row, ref) IN (SELECT (lane, row, ref) FROM refused);
CREATE OR REPLACE TEMP TABLE late AS
SELECT h.* EXCLUDE (sure), o.row AS place, o.kind AS turn_kind, o.run AS place_run,
       h.sure AND h.starts = 1 AND NOT bool_or(h.kind = 1) OVER (PARTITION BY h.lane) AS sure
FROM (SELECT * FROM heard WHERE bare = 1 AND kind NOT IN (3, 4)) h
JOIN opens o ON h.lane = o.lane AND day_of(h.at_us) = day_of(o.at_us) AND h.at_us < o.at_us
WHERE h.row NOT IN (SELECT row FROM muted);

-- pauses
-- Begins and ends of pauses in each lane; a bit stands for what pairs.
CREATE OR REPLACE TEMP TABLE pausing AS
WITH acts_of AS (
    SELECT h.lane, h.row, h.ref, h.kind, h.at_us, h.person, a.rv, a.arg, a.reason < 0 OR e.reason IS NOT NULL AS certain,
           CASE a.pair WHEN 1 THEN e.person WHEN 4 THEN e."order" WHEN 5 THEN e.document END AS named
    FROM heard h JOIN acts a ON h.ref = a.ref JOIN events e ON h.row = e.row WHERE h.kind IN (3, 4)
), keys AS (
    SELECT lane, arg, named, 1::BIGINT << (row_number() OVER (PARTITION BY lane ORDER BY arg, named) - 1)::INTEGER AS bit
    FROM (SELECT DISTINCT lane, arg, named FROM acts_of WHERE kind = 3)
)
SELECT a.*, k.bit FROM acts_of a JOIN keys k ON a.lane = k.lane AND a.arg = k.arg
WHERE CASE WHEN a.kind = 3 THEN a.named = k.named ELSE a.named < 0 OR k.named < 0 OR a.named = k.named END;
CREATE OR REPLACE TEMP TABLE holding AS
WITH met AS (
    SELECT o.row, o.rv, o.lane, p.row AS pause_row, p.bit, p.kind, p.certain, p.at_us * 2 + (p.kind = 4)::BIGINT AS place
    FROM opens o JOIN pausing p ON o.lane = p.lane AND o.rv = p.rv WHERE p.at_us < o.at_us AND knows(o.person, p.person)
), over AS (SELECT row, rv, bit, max(place) AS last_end FROM met WHERE kind = 4 GROUP BY row, rv, bit),
firsts AS (
    SELECT m.row, m.rv, m.bit, arg_min(m.certain, m.pause_row) AS holds
    FROM met m LEFT JOIN over o ON m.row = o.row AND m.rv = o.rv AND m.bit = o.bit
    WHERE m.kind = 3 AND (o.last_end IS NULL OR m.place > o.last_end) GROUP BY m.row, m.rv, m.bit
)
SELECT row, rv, sum(bit)::BIGINT AS holds FROM firsts WHERE holds GROUP BY row, rv;

-- plain
-- Lanes of one start, and nothing between it and the stop that ends it.
CREATE OR REPLACE TEMP TABLE plain AS
WITH first_acts AS (
    SELECT lane, min(place_of(run, kind, row)) FILTER (sure) AS stop, min(place_of(run, kind, row)) FILTER (NOT sure) AS other
    FROM heard WHERE NOT is_early AND starts = 1 GROUP BY lane
)
SELECT o.*, f.stop
FROM opens o LEFT JOIN first_acts f ON o.lane = f.lane
WHERE o.starts = 1 AND o.wait = 0 AND (f.other IS NULL OR f.other > f.stop)
  AND o.lane NOT IN (SELECT lane FROM late) AND o.row NOT IN (SELECT row FROM holding);

-- plain clocks
CREATE OR REPLACE TEMP TABLE result AS
WITH rolled AS (
    SELECT p.*, CASE WHEN NOT before_start THEN until END AS until_now, strict0 AS strict1,
           CASE WHEN l.rolls AND outer0_end AND NOT keeps AND outer0 IS NOT NULL THEN end_of(c.rolled) ELSE outer0 END AS outer1
    FROM plain p JOIN limits l ON p.lim = l.lim LEFT JOIN calendar c ON l.rolls AND c.day = day_of(p.outer0 - 1)
), cut AS (
    SELECT *, coalesce(until_now < strict1, false) AS is_cut, CASE WHEN is_cut THEN until_now ELSE strict1 END AS strict,
           CASE WHEN is_cut THEN until_end ELSE strict0_end END AS strict_end,
           coalesce(until_now < outer1, outer1 IS NULL AND until_now <= strict, false) AS outer_cut,
           CASE WHEN outer_cut THEN until_now ELSE outer1 END AS outer2, CASE WHEN outer_cut THEN until_end ELSE outer0_end END AS outer_end2,
           CASE WHEN outer2 < strict THEN strict ELSE outer2 END AS latest, CASE WHEN outer2 < strict THEN strict_end ELSE outer_end2 END AS latest_end
    FROM rolled
), stopped AS (
    SELECT d.*, s.row AS stop_row, s.at_us AS stop_at, s.bare = 1 AS stop_bare, (d.stop // 1024) % 16 AS stop_kind
    FROM cut d LEFT JOIN events s ON s.row = d.stop // 16384 + d.stop % 1024
)
SELECT rv, row AS start_event, strict, strict_end::TINYINT AS strict_end, latest AS outer, latest_end::TINYINT AS outer_end,
       coalesce(stop_row, -1) AS stop_event, -1 AS tier, amount,
       CASE WHEN hard THEN 9 WHEN stop_row IS NULL THEN 0
            WHEN on_its_day(stop_at, stop_bare, latest, latest_end) OR undecided(stop_at, latest, strict, strict_end) THEN 9
            WHEN past(stop_at, latest, latest_end) THEN 4 WHEN stop_kind = 9 THEN 3 ELSE 5 END AS outcome
FROM stopped;

-- segments
-- The other lanes: a segment begins with a start and ends with the stop that ends its clock for certain.
CREATE OR REPLACE TEMP TABLE rows AS
WITH every AS (
    SELECT lane, row, -1 AS ref, kind, true AS opens, false AS late, false AS sure, false AS several, row AS place, run, kind AS turn_kind,
           0 AS late_kind
    FROM opens WHERE lane NOT IN (SELECT lane FROM plain)
    UNION ALL
    SELECT h.lane, h.row, ref, h.kind, false, false, sure AND NOT (several AND o.run IS NOT NULL), several, h.row, h.run, h.kind, 0
    FROM heard h LEFT JOIN (SELECT DISTINCT lane, run FROM opens WHERE starts > 1) o ON h.several AND h.lane = o.lane AND h.run = o.run
    WHERE NOT is_early AND h.lane NOT IN (SELECT lane FROM plain)
    UNION ALL
    SELECT lane, row, ref, kind, false, true, sure, several, place, place_run, turn_kind, 1 + kind FROM late
), placed AS (
    SELECT *, row_number() OVER (PARTITION BY lane ORDER BY run, turn_kind, CASE WHEN turn_kind <= 1 THEN place END, late_kind, row, ref) AS pos
    FROM every
), looked_back AS (
    SELECT *, max(CASE WHEN opens THEN pos END) OVER before_here AS last_open,
           max(CASE WHEN sure THEN pos END) OVER (PARTITION BY lane ORDER BY pos ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS last_sure
    FROM placed WINDOW before_here AS (PARTITION BY lane ORDER BY pos ROWS UNBOUNDED PRECEDING)
)
SELECT * EXCLUDE (last_open, last_sure, late_kind), opens OR (last_open IS NOT NULL AND coalesce(last_sure < last_open, true)) AS live
FROM looked_back;
CREATE OR REPLACE TEMP TABLE turns AS
WITH begins AS (
    SELECT *, row_number() OVER here AS n,
           opens AND (lag(sure) OVER here IS NULL OR (lag(sure) OVER here AND NOT coalesce(lead(late) OVER here, false))) AS is_new
    FROM rows WHERE live WINDOW here AS (PARTITION BY lane ORDER BY pos)
), numbered AS (
    SELECT *, max(CASE WHEN is_new THEN n END) OVER (PARTITION BY lane ORDER BY pos ROWS UNBOUNDED PRECEDING) AS first,
           coalesce(lead(is_new) OVER (PARTITION BY lane ORDER BY pos), true) AS is_last
    FROM begins
)
SELECT * EXCLUDE (n, first, is_new, pos, live), pos, lane * 4096 + first AS seg, n - first AS turn FROM numbered;

-- steps
-- What each turn of a segment reads.
CREATE OR REPLACE TEMP TABLE steps AS
WITH hands AS (
    SELECT t.lane, e.at_us, arg_min(t.row, t.pos) AS hand_row, arg_min(t.kind, t.pos) AS hand_kind, arg_min(e.person, t.pos) AS hand_person,
           arg_min(e.bare = 1, t.pos) AS hand_bare
    FROM turns t JOIN events e ON t.row = e.row WHERE t.several AND t.kind >= 8 AND NOT t.late GROUP BY t.lane, e.at_us
), masks AS (SELECT lane, row, ref, sum(bit)::BIGINT AS mask, any_value(certain) AS certain FROM pausing GROUP BY lane, row, ref),
acting AS (
    SELECT t.seg, t.turn, t.is_last, t.lane, t.row AS e_row, t.ref AS e_ref, t.kind AS e_kind, t.place AS e_place, t.late AS e_late, e.at_us AS e_at,
           e.bare = 1 AS e_bare, CASE WHEN a.axis > 0 THEN e.person ELSE -1 END AS e_person, a.rv AS e_rv, a.arg AS e_arg,
           a.lim AS e_lim, a.waits AS e_waits, CASE WHEN t.kind = 3 THEN m.mask ELSE a.bit END AS e_bit, coalesce(m.mask, 0) AS e_mask,
           coalesce(m.certain, false) AS e_certain, a.after AS e_after, a.ordinal AS e_ordinal, a.mode AS e_mode,
           e.until AS e_until, e.until_end = 1 AS e_until_end, coalesce(l.counts_hours AND e.bare = 1, false) AS e_no_hour,
           CASE WHEN t.kind = 6 AND a.states = 1 AND e.days IS NOT NULL THEN least(l.amount, a.base_amount + e.days) ELSE l.amount END AS e_amount,
           t.kind = 6 AND (a.mode = 2 OR (a.states = 1 AND e.days IS NULL)) AND e.until IS NULL AS e_lacks,
           CASE WHEN NOT e_no_hour THEN strict_of(e.at_us, l.counting, l.step, l.amount) END AS e_strict0,
           CASE WHEN NOT e_no_hour THEN outer_of(e.at_us, l.counting, l.reading, l.step, l.amount, a.at_once) END AS e_outer0,
           is_end(l.counting) AS e_strict0_end, outer_is_end(l.counting, l.reading) AS e_outer0_end, l.counting AS e_counting,
           l.reading AS e_reading, l.step AS e_step, l.counts_hours AS e_counts_hours
    FROM turns t JOIN acts a ON t.ref = a.ref JOIN events e ON t.row = e.row
    LEFT JOIN limits l ON a.lim = l.lim
    LEFT JOIN masks m ON t.kind IN (3, 4) AND t.lane = m.lane AND t.row = m.row AND t.ref = m.ref
    WHERE NOT t.opens
), opening AS (
    SELECT t.seg, t.turn, t.is_last, t.lane, t.row AS e_row, -1 AS e_ref, t.kind AS e_kind, t.place AS e_place, false AS e_late, o.at_us AS e_at,
           o.bare AS e_bare, o.person AS e_person, o.rv AS e_rv, -1 AS e_arg, o.lim AS e_lim, 0 AS e_waits, -1 AS e_bit, 0 AS e_mask,
           false AS e_certain, -1 AS e_after, -1 AS e_ordinal, -1 AS e_mode, o.until AS e_until, o.until_end AS e_until_end,
           o.no_hour AS e_no_hour, o.amount AS e_amount, false AS e_lacks, o.strict0 AS e_strict0, o.outer0 AS e_outer0,
           o.strict0_end AS e_strict0_end, o.outer0_end AS e_outer0_end, o.wait AS e_wait, coalesce(h.holds, 0) AS e_holds, o.hard AS e_hard,
           o.mna AS e_mna, o.keeps AS e_keeps, o.tells AS e_tells, o.kind = 1 AS e_opens, o.before_start AS e_before,
           hand_row, hand_kind, hand_person, hand_bare
    FROM turns t JOIN opens o ON t.lane = o.lane AND t.row = o.row
    LEFT JOIN holding h ON o.row = h.row AND o.rv = h.rv
    LEFT JOIN hands ON o.lane = hands.lane AND o.at_us = hands.at_us
    WHERE t.opens
)
SELECT * FROM opening UNION ALL BY NAME SELECT * FROM acting;

-- turns
-- The state of each segment after each of its turns, with the clock that the turn ended, if any.
CREATE OR REPLACE TEMP TABLE states AS
WITH RECURSIVE states AS (
    SELECT seg, turn, is_last, true AS open, e_rv AS rv, e_row AS event, e_at AS start, e_bare AS start_bare, e_person AS person, e_at AS origin,
           e_bare AS origin_bare, e_lim AS lim, e_amount AS amount, e_strict0 AS strict0, e_strict0_end AS strict0_end, e_outer0 AS outer0,
           e_outer0_end AS outer0_end, -1::BIGINT AS tier, 0::BIGINT AS granted, 0::BIGINT AS paused_days, 0::BIGINT AS paused_us,
           CASE WHEN NOT e_before THEN e_until END AS until, e_until_end AS until_end, 0::BIGINT AS until_days, 0::BIGINT AS until_us,
           e_at AS since, e_holds::BIGINT AS holds, e_wait::BIGINT AS wait, e_hard AS hard, e_mna AS mna, false AS excused, false AS handed,
           e_keeps AS keeps, -4611686018427387904::BIGINT AS prev_stop, e_person AS prev_person, false AS closes, 0::BIGINT AS c_rv,
           0::BIGINT AS c_event, 0::BIGINT AS c_strict, false AS c_strict_end, 0::BIGINT AS c_latest, false AS c_latest_end,
           0::BIGINT AS c_stop, 0::BIGINT AS c_tier, 0::BIGINT AS c_amount, 0 AS c_outcome, NULL::BIGINT AS missed_row, NULL::BIGINT AS missed_place,
           NULL::BIGINT AS missed_ref, NULL::BIGINT AS restart_row, false AS restart_opened, lane
    FROM steps WHERE turn = 0
    UNION ALL
    SELECT seg, turn, is_last, CASE WHEN fresh THEN true WHEN closes THEN false ELSE open END AS open, CASE WHEN begins THEN e_rv ELSE rv END AS rv,
           CASE WHEN fresh THEN e_row ELSE event END AS event, new_start AS start, CASE WHEN fresh THEN e_bare ELSE start_bare END AS start_bare,
           CASE WHEN begins THEN e_person ELSE person END AS person, CASE WHEN from_event THEN e_at ELSE origin END AS origin,
           CASE WHEN from_event THEN e_bare ELSE origin_bare END AS origin_bare, CASE WHEN from_event OR grants THEN e_lim ELSE lim END AS lim,
           CASE WHEN from_event OR (grants AND e_mode = 0) THEN e_amount ELSE amount END AS amount,
           CASE WHEN from_event THEN e_strict0 WHEN grants THEN CASE WHEN NOT lacks_hour THEN new_strict0 END ELSE strict0 END AS strict0,
           CASE WHEN from_event OR (grants AND e_mode = 0) THEN e_strict0_end ELSE strict0_end END AS strict0_end,
           CASE WHEN from_event THEN e_outer0 WHEN grants THEN CASE WHEN NOT lacks_hour THEN new_outer0 END ELSE outer0 END AS outer0,
           CASE WHEN from_event OR (grants AND e_mode = 0) THEN e_outer0_end ELSE outer0_end END AS outer0_end,
           CASE WHEN fresh THEN -1 WHEN grants THEN e_arg ELSE tier END AS tier,
           CASE WHEN fresh THEN 0 WHEN grants THEN granted | (1::BIGINT << e_ordinal::INTEGER) ELSE granted END AS granted,
           CASE WHEN from_event THEN 0 WHEN goes_on THEN paused_days + days_still ELSE paused_days END AS paused_days,
           CASE WHEN from_event THEN 0 WHEN goes_on THEN paused_us + us_still ELSE paused_us END AS paused_us,
           CASE WHEN said THEN CASE WHEN NOT before THEN e_until END WHEN NOT instead THEN until END AS until,
           CASE WHEN said THEN e_until_end ELSE until_end END AS until_end,
           CASE WHEN fresh THEN 0 WHEN grants THEN paused_days + days_still ELSE until_days END AS until_days,
           CASE WHEN fresh THEN 0 WHEN grants THEN paused_us + us_still ELSE until_us END AS until_us,
           CASE WHEN fresh THEN new_start WHEN (pauses OR waits) AND NOT still THEN greatest(e_at, start) ELSE since END AS since,
           CASE WHEN begins THEN e_holds WHEN pauses THEN holds | e_bit ELSE holds - released END AS holds, new_wait AS wait,
           CASE WHEN begins THEN e_hard WHEN again THEN mna OR (e_no_hour AND new_wait = 0) OR before
                ELSE hard OR before OR (e_kind = 0 AND open AND ((e_tells >> rv::INTEGER) & 1) = 1 AND (start <> e_at OR start_bare <> e_bare))
                     OR (alive AND e_kind IN (6, 7) AND same_day) OR (timely AND e_lacks) OR (instead AND e_no_hour) END AS hard,
           CASE WHEN begins THEN e_mna ELSE mna END AS mna,
           (excused AND NOT fresh) OR (alive AND e_kind = 7 AND NOT same_day AND NOT is_past) AS excused,
           CASE WHEN fresh THEN hands ELSE handed END AS handed, CASE WHEN begins THEN e_keeps ELSE keeps END AS keeps,
           CASE WHEN closes THEN moment ELSE prev_stop END AS prev_stop, CASE WHEN closes THEN person ELSE prev_person END AS prev_person,
           closes, rv, event, CASE WHEN wait = 0 THEN strict END, strict_end, CASE WHEN wait = 0 THEN latest END, latest_end,
           CASE WHEN hands THEN hand_row ELSE e_row END, tier, due_amount,
           CASE WHEN hard OR doubtful OR (NOT still AND on_its_day(e_at, CASE WHEN hands THEN hand_bare ELSE e_bare AND ends END, latest, latest_end))
                THEN 9 WHEN is_past THEN CASE WHEN excused THEN 6 ELSE 4 END
                WHEN again THEN 8 WHEN CASE WHEN hands THEN hand_kind ELSE e_kind END = 9 THEN 3 ELSE 5 END,
           CASE WHEN e_kind = 9 AND NOT alive THEN e_row END, e_place, e_ref,
           CASE WHEN e_kind = 1 AND NOT e_late AND (begins OR alive) THEN e_row END, begins, lane
    FROM (
        SELECT *, begins OR again AS fresh, fresh OR instead AS from_event, fresh OR grants AS said,
               CASE WHEN begins THEN e_at WHEN again THEN moment ELSE start END AS new_start,
               said AND ends_before(e_until, e_until_end, new_start) AS before,
               alive AND NOT is_past AND e_kind = 3 AND e_certain AND (holds & e_bit) = 0 AS pauses,
               alive AND NOT is_past AND e_kind = 2 AND (wait & e_bit) = 0 AS waits,
               CASE WHEN begins THEN e_wait WHEN again THEN wait - (wait & e_bit) WHEN waits THEN wait | e_bit ELSE wait END AS new_wait
        FROM (
            SELECT *, (alive AND e_kind = 6 AND NOT is_past AND NOT same_day AND (e_after < 0 OR ((granted >> greatest(e_after, 0)::INTEGER) & 1) = 1)) AS timely,
                   CASE WHEN timely AND e_mode = 0 THEN strict_of(origin, e_counting, e_step, e_amount) END AS new_strict0,
                   CASE WHEN timely AND e_mode = 0 THEN outer_of(origin, e_counting, e_reading, e_step, e_amount, 0) END AS new_outer0,
                   timely AND NOT e_lacks AND NOT coalesce(new_strict0 < strict0, false) AS grants, e_counts_hours AND origin_bare AS lacks_hour
            FROM (
                SELECT *, hands OR ends OR again AS closes, (e_kind = 0 AND (NOT open OR hands)) OR (e_kind = 1 AND e_opens AND NOT open) AS begins,
                       CASE WHEN alive AND e_kind = 4 THEN holds & e_mask ELSE 0 END AS released,
                       released <> 0 AND ((holds - released) | wait) = 0 AS goes_on, goes_on AND e_lim >= 0 AS instead
                FROM (
                    SELECT *, NOT still AND past(moment, latest, latest_end) AS is_past,
                           NOT still AND on_its_day(moment, e_bare, latest, latest_end) AS same_day,
                           NOT still AND undecided(moment, latest, strict, strict_end) AS doubtful,
                           e_kind = 0 AND open AND handover AND start < e_at AND hand_row IS NOT NULL AND knows(person, hand_person) AS hands,
                           alive AND e_kind >= 8 AND NOT (handed AND start = e_at) AS ends,
                           alive AND e_kind = 1 AND (e_waits = 0 OR (wait & e_bit) <> 0) AS again
                    FROM (
                        SELECT *, open AND e_kind <> 0 AND (e_rv < 0 OR e_rv = rv) AND knows(person, e_person)
                               AND (NOT e_late OR (event = e_place AND NOT (prev_stop >= e_at AND knows(prev_person, e_person)))) AS alive
                        FROM ($due_of_turn)
                    )
                )
            )
        )
    )
)
FROM states;

-- due
-- Of rows named `asked`: both due times as they stand at an instant; of a clock that stands still as if it went on then.
WITH still_now AS (
    SELECT a.*, v.handover = 1 AS handover, (holds | wait) <> 0 AS still,
           CASE WHEN still THEN day_of(greatest(resumed, since)) - day_of(since) ELSE 0 END AS days_still,
           CASE WHEN still THEN greatest(resumed, since) - since ELSE 0 END AS us_still,
           still AND wait = 0 AND v.after_pauses >= 0 AS anew, CASE WHEN anew THEN v.after_pauses ELSE a.lim END AS due_lim,
           CASE WHEN anew THEN v.after_amount ELSE a.amount END AS due_amount, v.at_once_outer
    FROM asked a JOIN versions v ON a.rv = v.rv
), shifted AS (
    SELECT s.*, l.by_document, l.rolls, CASE WHEN anew THEN 0 WHEN l.in_days THEN (paused_days + days_still) * 86400000000
           ELSE paused_us + us_still END AS shift,
           CASE WHEN anew THEN resumed ELSE strict0 + shift END AS strict1, strict0_end AND NOT anew AS strict_end1,
           CASE WHEN anew THEN resumed + at_once_outer ELSE outer0 + shift END AS unrolled, outer0_end AND NOT anew AS outer_end1,
           CASE WHEN NOT anew THEN until + shift - CASE WHEN l.in_days THEN until_days * 86400000000 ELSE until_us END END AS until_now
    FROM still_now s JOIN limits l ON s.due_lim = l.lim
), rolled AS (
    SELECT s.*, CASE WHEN rolls AND outer_end1 AND NOT keeps AND unrolled IS NOT NULL THEN end_of(c.rolled) ELSE unrolled END AS outer1
    FROM shifted s LEFT JOIN calendar c ON s.rolls AND c.day = day_of(s.unrolled - 1)
), cut AS (
    SELECT *, coalesce(until_now < strict1, by_document AND strict1 IS NULL AND until_now IS NOT NULL) AS is_cut,
           CASE WHEN is_cut THEN until_now ELSE strict1 END AS strict, CASE WHEN is_cut THEN until_end ELSE strict_end1 END AS strict_end
    FROM rolled
), cut_too AS (
    SELECT *, CASE WHEN outer1 IS NULL THEN until_now IS NOT NULL AND (by_document OR coalesce(until_now <= strict, false))
                   ELSE coalesce(until_now < outer1, false) END AS outer_cut,
           CASE WHEN outer_cut THEN until_now ELSE outer1 END AS outer2, CASE WHEN outer_cut THEN until_end ELSE outer_end1 END AS outer_end2
    FROM cut
)
SELECT *, CASE WHEN outer2 < strict THEN strict ELSE outer2 END AS latest, CASE WHEN outer2 < strict THEN strict_end ELSE outer_end2 END AS latest_end
FROM cut_too

-- asked in a turn
SELECT n.* EXCLUDE (turn, is_last, lane, closes, c_rv, c_event, c_strict, c_strict_end, c_latest, c_latest_end, c_stop, c_tier, c_amount, c_outcome, missed_row,
       missed_place, missed_ref, restart_row, restart_opened), s.* EXCLUDE (seg),
       CASE WHEN e_kind = 1 THEN greatest(e_at, start) ELSE e_at END AS moment, greatest(e_at, start) AS resumed
FROM states n JOIN steps s ON n.seg = s.seg AND s.turn = n.turn + 1

-- asked at the end
SELECT *, $as_of AS resumed FROM states WHERE open AND is_last

-- clocks
INSERT INTO result
SELECT c_rv, c_event, c_strict, c_strict_end, c_latest, c_latest_end, c_stop, c_tier, c_amount, c_outcome FROM states WHERE closes
UNION ALL
SELECT rv, event, CASE WHEN wait = 0 THEN strict END, strict_end, CASE WHEN wait = 0 THEN latest END, latest_end, -1, tier, due_amount,
       CASE WHEN hard THEN 9 WHEN still THEN CASE WHEN wait = 0 THEN 2 ELSE 1 END WHEN excused AND past($as_of, latest, latest_end) THEN 6 ELSE 0 END
FROM ($due_at_the_end);
CREATE OR REPLACE TEMP TABLE unheard AS SELECT lane, missed_row AS row, missed_ref AS ref, missed_place AS place FROM states WHERE missed_row IS NOT NULL;
CREATE OR REPLACE TEMP TABLE restarting AS SELECT restart_row AS row, restart_opened AS opened FROM states WHERE restart_row IS NOT NULL;

-- early stops
-- Acts that should meet a clock, came before its start and found none open: the clock is a question.
CREATE OR REPLACE TEMP TABLE missed AS
WITH late_starts AS (SELECT lane, max(at_us) AS last_at FROM opens GROUP BY lane),
unlucky AS (
    SELECT lane, row, ref FROM heard WHERE asks AND is_early
    UNION SELECT r.lane, r.row, r.ref FROM rows r JOIN acts a ON r.ref = a.ref WHERE NOT r.live AND r.kind = 9 AND a.before_start = 0
    UNION SELECT u.lane, u.row, u.ref FROM unheard u JOIN acts a ON u.ref = a.ref WHERE a.before_start = 0
    UNION SELECT h.lane, h.row, h.ref FROM heard h JOIN plain p ON h.lane = p.lane WHERE h.asks AND place_of(h.run, h.kind, h.row) > p.stop
), before AS (
    SELECT DISTINCT u.lane, u.row, u.ref, a.rule, e.at_us, e.bare = 1 AS bare, CASE WHEN a.axis > 0 THEN e.person ELSE -1 END AS person
    FROM unlucky u JOIN late_starts l ON u.lane = l.lane JOIN events e ON u.row = e.row JOIN acts a ON u.ref = a.ref WHERE e.at_us < l.last_at
)
SELECT b.* FROM before b WHERE NOT EXISTS (
    FROM rows r JOIN acts a ON r.ref = a.ref WHERE r.live AND r.row = b.row AND a.rule = b.rule
    AND NOT EXISTS (FROM unheard u WHERE u.lane = r.lane AND u.row = r.row AND u.place = r.place))
AND NOT EXISTS (FROM heard h JOIN plain p ON h.lane = p.lane WHERE h.row = b.row AND h.rule = b.rule AND NOT h.is_early
                AND place_of(h.run, h.kind, h.row) <= p.stop);
UPDATE result SET outcome = 9
FROM (
    SELECT DISTINCT o.rv, o.row FROM opens o JOIN missed m ON o.lane = m.lane AND m.at_us < o.at_us AND knows(o.person, m.person)
    WHERE NOT (m.bare AND day_of(m.at_us) = day_of(o.at_us)) AND (o.kind = 0 OR o.row IN (SELECT row FROM restarting WHERE opened)
          OR o.row IN (SELECT row FROM turns WHERE turn = 0) OR o.lane IN (SELECT lane FROM plain))
) AS asking
WHERE result.rv = asking.rv AND result.start_event = asking.row;

-- needless
-- Restarts that opened a clock in one lane while a clock of another lane heard them: the first of each case.
CREATE OR REPLACE TEMP TABLE opened_by_restart AS
SELECT row FROM restarting WHERE opened
UNION SELECT row FROM turns WHERE turn = 0 AND kind = 1 UNION SELECT row FROM plain WHERE kind = 1;
CREATE OR REPLACE TEMP TABLE wrong AS
SELECT min(r.row) AS row FROM restarting r JOIN events e ON r.row = e.row
WHERE NOT r.opened AND r.row IN (FROM opened_by_restart) GROUP BY e.case_no;
DELETE FROM candidates WHERE kind = 1 AND row IN (FROM wrong);

-- muted
-- Bare dates that opened the first clock of their lane: no later clock of the day hears them again.
CREATE OR REPLACE TEMP TABLE wrong AS
SELECT DISTINCT l.row FROM late l JOIN acts a ON l.ref = a.ref
WHERE a.kind = 1 AND a.opens = 1 AND l.row IN (FROM opened_by_restart) AND l.row NOT IN (FROM muted)
  AND l.row IN (SELECT arg_min(row, (run * 16 + kind) * 1024 + row - run) FROM opens GROUP BY lane);
INSERT INTO muted FROM wrong;
