"""The articles that a rule may cite: those that any rule of the rulebook rests on, and those that it watches."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from zhunsheng.apps.rulemaking.blanks import cited_words
from zhunsheng.apps.rulemaking.forms import Library
from zhunsheng.core.clocks import Rulebook
from zhunsheng.core.rule import Basis
from zhunsheng.rulecheck.articles import article_text


def library(rulebook: Rulebook, instruments: str) -> Library:
    """Every article by its words on the page, in the order of these.

    Takes   instruments: the text of instruments.toml; may be empty.
    """
    rows = [*_cited(rulebook), *_watched(tomllib.loads(instruments))]
    return dict(sorted({cited_words(row): row for row in rows}.items()))


def _cited(rulebook: Rulebook) -> Iterator[Mapping[str, Any]]:
    versions = [version for rule in rulebook.rules for version in rule.versions]
    dated = [version for check in rulebook.checks for version in check.versions]
    for basis in (*(one.basis for one in versions), *(one.basis for one in dated)):
        yield from map(_row, basis)


def _row(basis: Basis) -> Mapping[str, Any]:
    year = {"year": basis.year} if basis.year else {}
    return {"instrument": basis.instrument, "article": basis.article, **year, "gist": basis.gist}


def _watched(data: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for instrument in data.get("instrument", []):
        for number, subject in instrument.get("articles", {}).items():
            yield {"instrument": instrument["name"], "article": article_text(int(number)), "gist": subject}
