"""The same clocks as dataframes and as SQL, each written as well as its engine allows.

Polars and DuckDB say of every case what the fold says: the version in force and what applies, subjects and persons,
starts again, stops, late and early ones, bare dates, pauses, waits, restarts, excuses, extensions, ends stated by
documents, custody, rest days, both readings, and what makes a clock a question. A rule that uses what they have no
words for is refused (book.NotExpressed). They leave out steps, findings, and which event and fact a question is about.

Known to be left out: a visit handed over in an instant in which several stops name different persons, of which the
first decides whether it was. No case of the city has one; of 256,599 clocks of random histories four differed so.

pandas expresses plain cases only (bench/plain_cases.py), and is not counted among the forms with the same semantics.

A form reads its input once, unmeasured; `run` is measured and returns the number of clocks.
"""
