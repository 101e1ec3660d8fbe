"""The catalogues of the interface: Chinese in the source, English beside it.

    python -m tools.messages            what lacks a translation, is no longer used, or stands outside a catalogue
    python -m tools.messages --write    take new words into each catalogue (untranslated), drop unused ones, compile

Each application has a catalogue of its own (`locale/en/LC_MESSAGES/django.po` in its folder); words of `web`, `display`
and what is shared lie in that of `web`. The compiled .mo is committed: nothing is built at the start.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import polib
from django.conf import settings
from django.template.base import Lexer, TokenType
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parent.parent
SOURCE: Final = Path("src/zhunsheng")
SHARED: Final = SOURCE / "web"
CATALOGUE: Final = Path("locale/en/LC_MESSAGES/django.po")
CALLS: Final = {"_", "gettext", "gettext_lazy", "gettext_noop"}
"""No plurals: Chinese has none, and the English is written so that it fits every number."""
HAN: Final = re.compile(r"[\u4e00-\u9fff]")
COMMENT: Final = re.compile(r"{#.*?#}|<!--.*?-->", re.DOTALL)
MARKED: Final = re.compile(r"(?:gettext|_)\((u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"))")
METADATA: Final = {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "8bit",
    "Language": "en",
    "Plural-Forms": "nplurals=2; plural=(n != 1);",
}


def folders(root: Path) -> list[Path]:
    """The folders that have a catalogue: `web`, and every application with templates or words."""
    applications = sorted(path.parent for path in (root / SOURCE / "apps").glob("*/apps.py"))
    return [root / SHARED, *(folder for folder in applications if words_of(folder))]


def words_of(folder: Path) -> dict[str, str]:
    """Every marked text of a folder, with the first place where it stands."""
    sources = [folder, folder.parent / "apps" / "display"] if folder.name == "web" else [folder]
    found: dict[str, str] = {}
    for path in (path for source in sources for path in sorted(source.rglob("*"))):
        if path.suffix in (".py", ".html"):
            texts = python_words(path) if path.suffix == ".py" else template_words(path)
            for text in texts:
                found.setdefault(text, path.name)
    return found


def python_words(path: Path) -> Iterator[str]:
    """Constants that are given to gettext, under any of its names."""
    try:
        tree = ast.parse(path.read_text("utf-8"), str(path))
    except SyntaxError:
        return  # the linter says so, with the line
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from refusal_words(node)
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = node.args[:1] if name in CALLS else []
        yield from (text.value for text in texts if isinstance(text, ast.Constant) and isinstance(text.value, str))


def refusal_words(kind: ast.ClassDef) -> Iterator[str]:
    """What a refusal says: the constant `text` of its class, which DomainError gives to gettext."""
    for part in kind.body:
        is_text = isinstance(part, ast.Assign) and [ast.unparse(target) for target in part.targets] == ["text"]
        value = part.value if isinstance(part, ast.Assign) and is_text else None
        if isinstance(value, ast.Constant) and isinstance(value.value, str) and HAN.search(value.value):
            yield value.value


def template_words(path: Path) -> Iterator[str]:
    """Texts of translate, blocktranslate and _("…") in a template."""
    for match in MARKED.finditer(templatize(path.read_text("utf-8"))):
        yield str(ast.literal_eval(match[1]))


def bare_words(path: Path) -> Iterator[str]:
    """Chinese that a template says outside every mark: it would stay Chinese on an English page."""
    inside = False
    for token in Lexer(COMMENT.sub("", path.read_text("utf-8"))).tokenize():
        if token.token_type == TokenType.BLOCK and token.contents.split()[0] in ("blocktranslate", "endblocktranslate"):
            inside = token.contents.startswith("blocktranslate")
        elif token.token_type == TokenType.TEXT and not inside and HAN.search(token.contents):
            yield " ".join(token.contents.split())[:40]


def issues(root: Path) -> list[str]:
    """One line for each fault of the catalogues."""
    configure()
    found = []
    for folder in folders(root):
        place = folder.relative_to(root)
        for path in sorted(folder.rglob("*.html")):
            found += [f"{path.relative_to(root)}: not marked for translation: {text}" for text in bare_words(path)]
        catalogue = read(folder)
        known = {entry.msgid for entry in catalogue}
        translated = {entry.msgid for entry in catalogue if entry.translated()}
        words = words_of(folder)
        found += [f"{place}: no English for: {text}" for text in words if text not in translated]
        found += [f"{place}: used nowhere: {text}" for text in sorted(known - set(words))]
        compiled = (folder / CATALOGUE).with_suffix(".mo")
        if not compiled.exists() or compiled.read_bytes() != catalogue.to_binary():
            found.append(f"{place}: the compiled catalogue is old. Run python -m tools.messages --write.")
    return found + contradictions(root)


def contradictions(root: Path) -> list[str]:
    """One text with two translations: Django merges the catalogues, and one would win unseen."""
    entries = [(folder.relative_to(root), entry) for folder in folders(root) for entry in read(folder) if entry.msgstr]
    first: dict[str, str] = {}
    return [
        f"{place}: {entry.msgid}: {entry.msgstr!r} here, {first[entry.msgid]!r} elsewhere"
        for place, entry in entries
        if first.setdefault(entry.msgid, entry.msgstr) != entry.msgstr
    ]


def read(folder: Path) -> polib.POFile:
    """The catalogue of a folder; an empty one where there is none yet."""
    if (folder / CATALOGUE).exists():
        return polib.pofile(str(folder / CATALOGUE), wrapwidth=0)
    return polib.POFile(wrapwidth=0)


def write(root: Path) -> None:
    """Bring every catalogue to what the sources say, and compile it."""
    configure()
    for folder in folders(root):
        known = {entry.msgid: entry.msgstr for entry in read(folder)}
        catalogue = polib.POFile(wrapwidth=0)
        catalogue.metadata = METADATA
        for text, place in sorted(words_of(folder).items(), key=lambda pair: (pair[1], pair[0])):
            python_format = ["python-format"] if "%(" in text else []
            entry = polib.POEntry(msgid=text, msgstr=known.get(text, ""), comment=place, flags=python_format)
            catalogue.append(entry)
        path = folder / CATALOGUE
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
        path.with_suffix(".mo").write_bytes(catalogue.to_binary())
        lacking = len(catalogue.untranslated_entries())
        print(f"{path.relative_to(root)}: {len(catalogue)} texts, {lacking} without English")


def configure() -> None:
    """Django's reader of templates wants settings; it needs none of them."""
    if not settings.configured:
        settings.configure(USE_I18N=False)


def main(arguments: list[str]) -> int:
    """Check, or write."""
    if arguments == ["--write"]:
        write(ROOT)
        return 0
    found = issues(ROOT)
    print("\n".join(found) or "messages: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
