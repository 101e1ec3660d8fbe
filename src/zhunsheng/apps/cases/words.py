"""The vocabulary in force, read once from the rulebook."""

from functools import cache

from django.conf import settings

from zhunsheng.core.vocabulary import Vocabulary, parse_vocabulary


@cache
def vocabulary() -> Vocabulary:
    """The closed lists that events are judged by.

    Raises  VocabularyRefused, FileNotFoundError: without a vocabulary nothing can be taken in.
    """
    path = settings.RULEBOOK / "vocabulary.toml"
    return parse_vocabulary(path.read_text(encoding="utf-8"), path=str(path.name))
