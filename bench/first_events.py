"""Write the first events of a size to a file.

python -m bench.first_events FOLDER FILE N
"""

import sys
from pathlib import Path

import polars as pl

if __name__ == "__main__":
    folder, file, count = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    pl.scan_parquet(folder / "sorted.parquet").head(count).sink_parquet(file)
