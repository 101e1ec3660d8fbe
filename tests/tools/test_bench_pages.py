"""What `./zs bench pages` prints where no terminal reads it."""

from bench.pages import plain


def test_every_figure_stands_whole_in_its_line_however_wide_the_reader_is() -> None:
    """A page with a long name that was loaded, and one that was only counted: no load, no figures of it."""
    counted = {"queries": 41, "rows": 40, "alone_ms": 23.4, "first_load": 81_920}
    load = {"rate": 31.25, "bare_rate": 62.5, "ratio": 0.5, "p50_ms": 120.4, "p95_ms": 240.6}
    pages = {"inspection:problems (legal_department_2)": counted | load, "desk:mine (officer)": counted}
    lines = plain({300_000: pages})
    assert lines[0] == "./zs bench pages: 300,000 cases, 100,000 open limits"
    assert lines[2].split() == [
        "inspection:problems", "(legal_department_2)", "41", "40", "23", "31.2", "62.5", "50%", "120", "241", "80",
    ]  # fmt: skip
    assert lines[3].split() == ["desk:mine", "(officer)", "41", "40", "23", "80"]
    assert len({len(line) for line in lines[2:]}) == 1
