"""Write bench/requirements.lock: what the dataframe and SQL forms run on, in an environment of their own.

.venv/bin/python -m bench.lock
"""

from pathlib import Path
from typing import Final

from tools.lock import resolve, write

LOCK: Final = Path(__file__).parent / "requirements.lock"
FORMS: Final = ("duckdb==2.0.1", "numpy==2.4.6", "pandas==3.1.1", "polars==2.1.0")

if __name__ == "__main__":
    write(LOCK, resolve(FORMS))
