"""The same clocks as dataframes and as SQL, each written as well as its engine allows.

They express: starts by the version in force and by facts of the case and custody; stops in time or late, by case,
person, visit or item; repeated starts and several spans of one subject; extensions as totals, in order and in time,
with stated days; ends stated by documents; pauses as unions of spans that pair by order, document or person; hours,
days and months, both readings, the roll past rest days, also by custody. They leave out: restarts, waits, limits that
begin after a pause, late pauses, excuses, bare dates, questions, steps, anomalies and corrections.

A form reads its input once, unmeasured; `run` is measured and returns the clocks.
"""
