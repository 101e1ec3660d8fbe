"""The mappings of docs/files.md are read as they stand there, by the vocabulary that ships."""

import re
from pathlib import Path
from typing import Final

import pytest

from zhunsheng.book import load_vocabulary
from zhunsheng.core.schemas import EVENTS
from zhunsheng.files.load import SUFFIXES
from zhunsheng.files.mapping import parse_mapping

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "files.md").read_text("utf-8")
MAPPINGS: Final = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("text", MAPPINGS, ids=range(len(MAPPINGS)))
def test_a_mapping_of_the_page_is_sound(text: str) -> None:
    assert parse_mapping(text, load_vocabulary(ROOT / "rulebook")).blocks


def test_the_page_names_every_column_and_every_ending() -> None:
    assert [name for name in EVENTS if f"`{name}`" not in PAGE] == []
    assert [suffix for suffix in SUFFIXES if f"`{suffix}`" not in PAGE] == []
