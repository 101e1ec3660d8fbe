"""The catalogues: what is unmarked, untranslated, unused or said in two ways is found."""

from pathlib import Path

import polib

from tools import messages


def tree(tmp_path: Path, template: str) -> Path:
    """A tree with the shell's folder and one application with one template."""
    (tmp_path / messages.SHARED).mkdir(parents=True)
    folder = tmp_path / messages.SOURCE / "apps" / "cases"
    (folder / "templates").mkdir(parents=True)
    (folder / "apps.py").write_text('"""An application."""\n')
    (folder / "words.py").write_text('from x import gettext as _\nNAME = _("案件")\nPLAIN = "没有标记的代码"\n')
    (folder / "templates" / "page.html").write_text(template)
    return tmp_path


def english(root: Path, **words: str) -> None:
    """Fill in the catalogue of the application."""
    messages.write(root)
    path = root / messages.SOURCE / "apps" / "cases" / messages.CATALOGUE
    catalogue = polib.pofile(str(path))
    for entry in catalogue:
        entry.msgstr = words.get(entry.msgid, entry.msgstr)
    catalogue.save()
    messages.write(root)


def test_every_mark_is_found_and_translated_once_filled_in(tmp_path: Path) -> None:
    root = tree(tmp_path, '{% translate "标题" %}{% blocktranslate with n=1 %}共 {{ n }} 件{% endblocktranslate %}')
    english(root, 案件="Case", 标题="Title")
    assert messages.issues(root) == ["src/zhunsheng/apps/cases: no English for: 共 %(n)s 件"]
    english(root, **{"案件": "Case", "标题": "Title", "共 %(n)s 件": "%(n)s in all"})
    assert messages.issues(root) == []


def test_words_outside_every_mark_are_found(tmp_path: Path) -> None:
    root = tree(tmp_path, "{# 注释 #}<p>裸露的字</p>{{ name }}")
    english(root, 案件="Case")
    assert messages.issues(root) == [
        "src/zhunsheng/apps/cases/templates/page.html: not marked for translation: <p>裸露的字</p>"
    ]


def test_a_compiled_catalogue_that_is_older_than_its_source_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, '{% translate "标题" %}')
    english(root, 案件="Case", 标题="Title")
    path = root / messages.SOURCE / "apps" / "cases" / messages.CATALOGUE
    path.write_text(path.read_text("utf-8").replace("Title", "Heading"), "utf-8")
    assert "the compiled catalogue is old" in messages.issues(root)[0]


def test_one_text_with_two_translations_is_found(tmp_path: Path) -> None:
    root = tree(tmp_path, "")
    (root / messages.SHARED / "views.py").write_text('from x import gettext as _\nNAME = _("案件")\n')
    english(root, 案件="Case")
    path = root / messages.SHARED / messages.CATALOGUE
    path.write_text(
        path.read_text("utf-8")
        .replace('msgstr ""\n', 'msgstr "Dossier"\n')
        .replace('msgstr "Dossier"', 'msgstr ""', 1),
        "utf-8",
    )
    messages.write(root)
    assert messages.contradictions(root) == ["src/zhunsheng/apps/cases: 案件: 'Case' here, 'Dossier' elsewhere"]
