"""What holds for every test."""

import gc
from importlib.util import find_spec

from hypothesis import Phase, settings

collect_ignore = [] if find_spec("pyspark") else ["spark"]  # ./zs test spark brings it
OBJECTS_PER_COLLECTION = 50_000

# For seeded faults (tests/bugs): that an example fails is enough, nobody reads the smallest one.
settings.register_profile("faults", settings.get_profile("ci"), phases=(Phase.explicit, Phase.generate, Phase.target))


def pytest_collection_finish() -> None:
    """What was collected (tests, modules, the law) lives as long as the run: the collector need not walk it again after
    every few hundred objects."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_PER_COLLECTION)
