-- The fifteen limits in SQL. Statements are parted by a line of "-- name"; $offset and $as_of stand for numbers.

-- macros
CREATE OR REPLACE MACRO day_of(t) AS (t + $offset) // 86400000000;
CREATE OR REPLACE MACRO end_of(d) AS (d + 1) * 86400000000 - $offset;
CREATE OR REPLACE MACRO reaches(mine, whose, other, others) AS
    (other < 0 OR mine < 0 OR other = mine) AND (others < 0 OR whose < 0 OR others = whose);

-- pairs
CREATE OR REPLACE TEMP VIEW pairs AS
SELECT e.row, e.case_no, e.at_us, r.rv, r.kind, r.arg, r.axis, e.person,
       CASE r.axis WHEN 1 THEN e.person WHEN 2 THEN e.item WHEN 3 THEN e.visit ELSE -1 END AS subject,
       e."order", e.document, e.until, e.until_end, e.case_kind, e.public_security, e.economic, e.in_custody,
       e.tier, e.days
FROM events e JOIN roles r ON e.type = r.type;
CREATE OR REPLACE TEMP VIEW measures AS
SELECT case_no, person, at_us AS measured, at_us * 2 + (custody = 1)::BIGINT AS measure
FROM events WHERE custody <> 0 AND person >= 0;
CREATE OR REPLACE TEMP TABLE last_facts AS
SELECT case_no, arg_max(public_security, row) AS last_public, arg_max(economic, row) AS last_economic
FROM events WHERE public_security IS NOT NULL OR economic IS NOT NULL GROUP BY case_no;

-- starts
CREATE OR REPLACE TEMP TABLE begun AS
SELECT p.* EXCLUDE (kind, arg, axis, tier, days), v.* EXCLUDE (rv, rule)
FROM pairs p JOIN versions v ON p.rv = v.rv
WHERE p.kind = 0 AND day_of(p.at_us) >= v.first_day AND day_of(p.at_us) < v.end_day;
CREATE OR REPLACE TEMP TABLE held AS
SELECT b.row, max(m.measure) % 2 AS held
FROM (SELECT DISTINCT row, case_no, person, at_us FROM begun WHERE need_in_custody IS NOT NULL) b
JOIN measures m ON b.case_no = m.case_no AND b.person = m.person AND m.measured <= b.at_us
GROUP BY b.row;
CREATE OR REPLACE TEMP TABLE started AS
WITH kinds AS (SELECT case_no, at_us, arg_max(case_kind, row) AS kind_of_case FROM events WHERE case_kind IS NOT NULL GROUP BY ALL)
SELECT b.row, b.case_no, b.rv, b.at_us, b.subject, b.person, b.axis, b.amount, b.unit, b.counting, b.outer_reading, b.roll,
       b.until, b.until_end, b.in_custody
FROM begun b
ASOF LEFT JOIN kinds k ON b.case_no = k.case_no AND b.at_us >= k.at_us
LEFT JOIN last_facts f ON b.case_no = f.case_no
LEFT JOIN held h ON b.row = h.row
WHERE (need_case_kind IS NULL OR need_case_kind = coalesce(b.case_kind, k.kind_of_case))
  AND (need_public_security IS NULL OR need_public_security = coalesce(b.public_security, f.last_public))
  AND (need_economic IS NULL OR need_economic = coalesce(b.economic, f.last_economic, assume_economic))
  AND (need_in_custody IS NULL OR need_in_custody = coalesce(h.held, b.in_custody));

-- stops
CREATE OR REPLACE TEMP TABLE stopped AS
SELECT s.row, s.rv, min({'at_us': p.at_us, 'kind': p.kind, 'row': p.row}) AS stop
FROM started s JOIN pairs p ON s.case_no = p.case_no AND s.rv = p.rv
WHERE p.kind IN (8, 9) AND p.at_us >= s.at_us AND reaches(s.subject, s.person, p.subject, p.person)
GROUP BY s.row, s.rv;
CREATE OR REPLACE TEMP TABLE clocks AS
WITH every AS (
    SELECT s.*, t.stop.at_us AS stop_at, t.stop.kind AS kind, t.stop.row AS stop_row
    FROM started s LEFT JOIN stopped t ON s.row = t.row AND s.rv = t.rv
), firsts AS (SELECT min(row) AS row, rv FROM every GROUP BY case_no, rv, subject, stop_row)
SELECT e.*, -1 AS tier, 0 AS granted, 0::BIGINT AS until_days, 0::BIGINT AS until_us
FROM every e SEMI JOIN firsts f ON e.row = f.row AND e.rv = f.rv;

-- spans
CREATE OR REPLACE TEMP TABLE spans AS
WITH paired AS (
    SELECT p.*, CASE q.pair WHEN 1 THEN p.person WHEN 4 THEN p."order" WHEN 5 THEN p.document END AS key
    FROM pairs p JOIN pause_pairs q ON p.arg = q.pause WHERE p.kind IN (3, 4)
), begins AS (
    SELECT c.row, c.rv, c.case_no, c.at_us, c.subject, c.person, coalesce(c.stop_at, $as_of) AS over_at,
           p.arg AS pause, p.key, p.at_us AS begin_at
    FROM clocks c JOIN paired p ON c.case_no = p.case_no AND c.rv = p.rv
    WHERE p.kind = 3 AND reaches(c.subject, c.person, p.subject, p.person) AND p.at_us <= coalesce(c.stop_at, $as_of)
), ends AS (
    SELECT b.row, b.rv, b.pause, b.key, b.begin_at, min(p.at_us) AS end_at
    FROM begins b JOIN paired p ON b.case_no = p.case_no AND b.rv = p.rv AND b.pause = p.arg
    WHERE p.kind = 4 AND reaches(b.subject, b.person, p.subject, p.person) AND p.at_us >= b.begin_at
      AND (b.key = p.key OR b.key < 0 OR p.key < 0)
    GROUP BY ALL
), whole AS (
    SELECT b.row, b.rv, greatest(b.begin_at, b.at_us) AS begin, least(coalesce(e.end_at, b.over_at), b.over_at) AS finish,
           e.end_at IS NULL OR e.end_at > b.over_at AS is_open
    FROM begins b LEFT JOIN ends e USING (row, rv, pause, key, begin_at)
    WHERE e.end_at IS NULL OR e.end_at >= b.at_us
), apart AS (
    SELECT *, coalesce(begin > max(finish) OVER (
        PARTITION BY row, rv ORDER BY begin ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), true) AS is_first
    FROM whole
), islands AS (
    SELECT *, sum(is_first::INT) OVER (PARTITION BY row, rv ORDER BY begin ROWS UNBOUNDED PRECEDING) AS island FROM apart
)
SELECT row, rv, min(begin) AS begin, max(finish) AS finish, bool_or(is_open) AS is_open FROM islands GROUP BY row, rv, island;

-- extensions
CREATE OR REPLACE TEMP TABLE extensions AS
SELECT c.row, c.rv, p.arg AS tier, p.at_us AS ext_at, p.until, p.until_end, t.* EXCLUDE (tier, code, siblings, amount, states, base_amount),
       CASE WHEN t.states = 1 AND p.days IS NOT NULL THEN least(t.amount, t.base_amount + p.days) ELSE t.amount END AS amount,
       row_number() OVER (PARTITION BY c.row, c.rv ORDER BY p.row, p.arg) AS turn
FROM clocks c
JOIN pairs p ON c.case_no = p.case_no AND c.rv = p.rv
JOIN tiers t ON p.arg = t.tier
LEFT JOIN last_facts f ON c.case_no = f.case_no
WHERE p.kind = 6 AND (p.tier = t.code OR (p.tier IS NULL AND t.siblings = 1))
  AND (t.need_public_security IS NULL OR t.need_public_security = coalesce(p.public_security, f.last_public))
  AND reaches(c.subject, c.person, p.subject, p.person) AND p.at_us >= c.at_us AND (c.stop_at IS NULL OR p.at_us <= c.stop_at);
CREATE OR REPLACE TEMP TABLE moving AS SELECT c.* FROM clocks c SEMI JOIN extensions e ON c.row = e.row AND c.rv = e.rv;
CREATE OR REPLACE TEMP TABLE resting AS SELECT c.* FROM clocks c ANTI JOIN extensions e ON c.row = e.row AND c.rv = e.rv;

-- due
-- Of the table `asked` (a clock and the instant `moment`): both due times as they stand.
CREATE OR REPLACE TEMP VIEW paused AS
SELECT a.row, a.rv, sum(day_of(least(s.finish, a.moment)) - day_of(s.begin))::BIGINT AS days,
       sum(least(s.finish, a.moment) - s.begin)::BIGINT AS us, bool_or(s.is_open OR s.finish > a.moment) AS still
FROM asked a JOIN spans s ON a.row = s.row AND a.rv = s.rv WHERE s.begin <= a.moment GROUP BY a.row, a.rv;
CREATE OR REPLACE TEMP VIEW counted AS
SELECT a.*, coalesce(p.days, 0) AS paused_days, coalesce(p.us, 0) AS paused_us, coalesce(p.still, false) AS still,
       CASE a.counting WHEN 0 THEN a.at_us + a.amount * 3600000000
                       WHEN 1 THEN a.at_us + a.amount * 86400000000
                       WHEN 3 THEN end_of(day_of(a.at_us) + a.amount)
                       ELSE end_of(m.same_day) END AS strict0,
       CASE a.outer_reading WHEN 1 THEN a.at_us - (a.at_us + $offset) % 3600000000 + (a.amount + 1) * 3600000000
                            WHEN 2 THEN end_of(day_of(a.at_us) + a.amount)
                            WHEN 3 THEN end_of(m.spc_day) END AS outer_own
FROM asked a
LEFT JOIN paused p ON a.row = p.row AND a.rv = p.rv
LEFT JOIN months m ON a.counting = 5 AND m.day = day_of(a.at_us) AND m.months = a.amount;
CREATE OR REPLACE TEMP VIEW moved AS
SELECT *, CASE unit WHEN 0 THEN paused_us ELSE paused_days * 86400000000 END AS shift,
       strict0 + shift AS strict1, coalesce(outer_own, strict0) + shift AS unrolled, counting IN (3, 5) AS strict_end1,
       (outer_reading IN (2, 3) OR counting IN (3, 5)) AND outer_reading <> 1 AS outer_end1,
       until + shift - CASE unit WHEN 0 THEN until_us ELSE until_days * 86400000000 END AS until_now
FROM counted;
CREATE OR REPLACE TEMP VIEW in_custody_then AS
WITH asked_of AS (SELECT row, rv, case_no, in_custody, least(unrolled, $as_of) AS then_at FROM moved WHERE roll = 2),
by_person AS (
    SELECT a.row, a.rv, m.person, max(m.measure) FILTER (m.measured <= a.then_at) % 2 AS held
    FROM asked_of a JOIN measures m ON a.case_no = m.case_no GROUP BY a.row, a.rv, m.person
), measured AS (SELECT row, rv, max(held) AS held FROM by_person GROUP BY row, rv)
SELECT a.row, a.rv, CASE WHEN m.row IS NULL THEN coalesce(a.in_custody, 0) ELSE coalesce(m.held, 0) END = 1 AS held
FROM asked_of a LEFT JOIN measured m ON a.row = m.row AND a.rv = m.rv;
CREATE OR REPLACE TEMP VIEW rolled AS
SELECT m.*, CASE WHEN m.outer_reading = 4 AND m.outer_end1 AND NOT coalesce(h.held, false)
                 THEN end_of(c.rolled) ELSE m.unrolled END AS outer1
FROM moved m
LEFT JOIN in_custody_then h ON m.row = h.row AND m.rv = h.rv
LEFT JOIN calendar c ON m.outer_reading = 4 AND c.day = day_of(m.unrolled - 1);
CREATE OR REPLACE TEMP VIEW due AS
SELECT * EXCLUDE (strict1, strict_end1, outer1, outer_end1),
       coalesce(until_now < strict1, false) AS is_cut, coalesce(until_now < outer1 OR (outer1 IS NULL AND until_now <= strict1), false) AS outer_cut,
       CASE WHEN is_cut THEN until_now ELSE strict1 END AS strict,
       CASE WHEN is_cut THEN until_end = 1 ELSE strict_end1 END AS strict_end,
       CASE WHEN outer_cut THEN until_now ELSE outer1 END AS outer2,
       CASE WHEN outer_cut THEN until_end = 1 ELSE outer_end1 END AS outer_end2,
       CASE WHEN outer2 < strict THEN strict ELSE outer2 END AS latest,
       CASE WHEN outer2 < strict THEN strict_end ELSE outer_end2 END AS latest_end
FROM rolled;

-- ask
CREATE OR REPLACE TEMP VIEW asked AS
SELECT m.*, e.ext_at AS moment FROM moving m JOIN extensions e ON m.row = e.row AND m.rv = e.rv WHERE e.turn = $turn;

-- round
CREATE OR REPLACE TEMP TABLE granted_now AS
SELECT d.row, d.rv, d.strict0 AS before, d.paused_days, d.paused_us
FROM due d JOIN extensions e ON d.row = e.row AND d.rv = e.rv AND e.turn = $turn
WHERE (d.still OR CASE WHEN d.latest_end THEN e.ext_at < d.latest ELSE e.ext_at <= d.latest END)
  AND (e.after < 0 OR (d.granted >> greatest(e.after, 0)) & 1 = 1);
CREATE OR REPLACE TEMP TABLE candidates AS
SELECT m.* REPLACE (e.amount AS amount, e.unit AS unit, e.counting AS counting, e.outer_reading AS outer_reading, e.roll AS roll,
                    e.tier AS tier, m.granted + (1 << e.ordinal)::INT AS granted, e.until AS until, e.until_end AS until_end,
                    g.paused_days AS until_days, g.paused_us AS until_us),
       g.before, e.ext_at
FROM moving m JOIN granted_now g ON m.row = g.row AND m.rv = g.rv
JOIN extensions e ON m.row = e.row AND m.rv = e.rv AND e.turn = $turn;
CREATE OR REPLACE TEMP VIEW asked AS SELECT * EXCLUDE (ext_at), ext_at AS moment FROM candidates;
CREATE OR REPLACE TEMP TABLE longer AS SELECT row, rv FROM counted WHERE strict0 >= before;
CREATE OR REPLACE TEMP TABLE moving AS
SELECT m.* FROM moving m ANTI JOIN longer l ON m.row = l.row AND m.rv = l.rv
UNION ALL
SELECT c.* EXCLUDE (before, ext_at) FROM candidates c SEMI JOIN longer l ON c.row = l.row AND c.rv = l.rv;

-- ask at the end
CREATE OR REPLACE TEMP VIEW asked AS
SELECT *, coalesce(stop_at, $as_of) AS moment FROM resting
UNION ALL
SELECT *, coalesce(stop_at, $as_of) AS moment FROM moving;

-- result
CREATE OR REPLACE TEMP TABLE result AS
SELECT rv, row AS start_event, strict, strict_end::TINYINT AS strict_end, latest AS outer, latest_end::TINYINT AS outer_end,
       coalesce(stop_row, -1) AS stop_event, tier, amount,
       CASE WHEN stop_at IS NULL THEN CASE WHEN still THEN 2 ELSE 0 END
            WHEN NOT still AND (CASE WHEN latest_end THEN stop_at >= latest ELSE stop_at > latest END) THEN 4
            WHEN kind = 9 THEN 3 ELSE 5 END AS outcome
FROM due;
