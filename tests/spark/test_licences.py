"""The extra is under licences that the project may use."""

from tools import licences
from tools.lock import ROOT


def test_every_package_of_the_extra_is_under_an_allowed_licence() -> None:
    assert licences.issues([ROOT / "requirements-spark.lock"]) == []
