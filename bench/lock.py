"""Write bench/requirements.lock and bench/drools.lock: what the dataframe and SQL forms, and the rule engine, run on,
each in an environment of its own. The rule engine needs a Java runtime beside it.

.venv/bin/python -m bench.lock
"""

from pathlib import Path
from typing import Final

from tools.lock import resolve, write

LOCK: Final = Path(__file__).parent / "requirements.lock"
DROOLS_LOCK: Final = Path(__file__).parent / "drools.lock"
FORMS: Final = ("duckdb==2.0.1", "numpy==2.4.6", "pandas==3.1.1", "polars==2.1.0")

DROOLS: Final = ("drools-jpy==0.4.1", "jpy==2.2.0")

if __name__ == "__main__":
    write(LOCK, resolve(FORMS))
    write(DROOLS_LOCK, resolve(DROOLS))
