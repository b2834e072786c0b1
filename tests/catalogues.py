"""Message catalogues without gettext's programs: extract what the source says, update the .po files.

`python -m tests.catalogues` updates both catalogues (`make messages`); translations for new messages may
be given as a JSON file {msgid: translation, or {"plural": …, "vi": …}; a context stands before \\u0004}.
"""

import ast
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
APPS = ("units", "emulation", "awards")
LANGUAGES = ("vi", "en")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_TEXT = r"""u?('(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
_CALL = re.compile(rf"\b(np|n|p|)(?:gettext|_)\({_TEXT}(?:,\s*{_TEXT})?(?:,\s*{_TEXT})?")

Message = tuple[str | None, str | tuple[str, str], str]  # context, msgid (and plural), file


def path_of(language: str) -> Path:
    return ROOT / "emulation" / "locale" / language / "LC_MESSAGES" / "django.po"


def messages() -> Iterator[Message]:
    """Every message in Python files and templates."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            with path.open("rb") as file:
                for _line, found, _comments, context in extract("python", file, keywords=KEYWORDS):
                    yield context, found, str(path.relative_to(ROOT))
    for path in sorted((ROOT / "templates").rglob("*")):
        if path.is_file():
            yield from _template_messages(path)


def _template_messages(path: Path) -> Iterator[Message]:
    from django.utils.translation.template import templatize

    code = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for kind, *texts in _CALL.findall(code):
        words = [ast.literal_eval(text) for text in texts if text]
        context = words.pop(0) if "p" in kind else None
        msgid = tuple(words[:2]) if "n" in kind else words[0]
        yield context, msgid, str(path.relative_to(ROOT))


def template() -> Catalog:
    catalog = Catalog(project="Quyết Thắng", charset="utf-8")
    for context, msgid, file in messages():
        catalog.add(msgid, locations=[(file, 0)], context=context)
    return catalog


def load(language: str) -> Catalog:
    path = path_of(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def update(given: dict[str, str | dict[str, str]]) -> list[str]:
    """Bring both catalogues up to date; returns the messages that still lack a Vietnamese translation."""
    source = template()
    lacking = []
    for language in LANGUAGES:
        catalog = load(language)
        catalog.update(source, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        for message in catalog:
            if not message.id:
                continue
            ids = message.id if isinstance(message.id, tuple) else (message.id,)
            if language == "en":
                message.string = ids if len(ids) > 1 else ids[0]
                continue
            if not _filled(message.string):
                found = given.get(f"{message.context}\u0004{ids[0]}" if message.context else ids[0])
                text = found["vi"] if isinstance(found, dict) else found
                message.string = (text or "",) if len(ids) > 1 else text or ""
                if not text:
                    lacking.append(ids[0])
        path_of(language).parent.mkdir(parents=True, exist_ok=True)
        with path_of(language).open("wb") as file:
            write_po(file, catalog, width=110, sort_output=True, include_lineno=False, ignore_obsolete=True)
    return lacking


def _filled(text: str | tuple[str, ...]) -> bool:
    return all(text) if isinstance(text, tuple) else bool(text)


if __name__ == "__main__":
    import django
    from django.conf import settings

    settings.configure(USE_I18N=True)
    django.setup()
    translations: dict = {}
    for name in sys.argv[1:]:
        translations |= json.loads(Path(name).read_text(encoding="utf-8"))
    for msgid in update(translations):
        sys.stdout.write(f"not translated: {msgid}\n")
