"""Every [[test]] of every rule and check file, computed by the oracle: python -m tests.rulecheck.second RULEBOOK

Prints one line for each answer that differs. 0 all agree, 1 some differ.
"""

import sys
from pathlib import Path

from tests.oracle.check_files import check_check_files
from tests.oracle.rule_files import check_rule_file


def main(folder: Path) -> int:
    lines = [line for path in sorted((folder / "deadlines").rglob("*.toml")) for line in check_rule_file(path, folder)]
    lines += check_check_files(folder)
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
