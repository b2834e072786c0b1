"""Whether a Word file may serve as an officer's own template: known fields in places where they can stand.

No database. What officers write between braces is Jinja. Only what a letter needs is allowed: a field, a filter of
a few, conditions, and loops over the lists that the paper has. No call, no arithmetic and no loop inside a loop over
the same data, so that a template can neither reach into the program nor keep it busy; it is filled in by Jinja's
sandbox all the same.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import IO
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from docx.opc.exceptions import PackageNotFoundError
from docxtpl import DocxTemplate
from jinja2 import TemplateError, TemplateSyntaxError, nodes
from lxml import etree

from emulation.reports.paper_kinds import SAMPLE_TABLE, TABLE, Field, PaperKind, sample_of
from emulation.typesetting import environment, word
from units.errors import Refused
from units.files import MB, detect, kind_of_name, open_zip

LIMIT = 2 * MB  # a template is a page or two
UNPACKED = 20 * MB
LOOPS = 30
# No filter that makes long texts of short ones: chained they would grow without end.
FILTERS = {"upper", "lower", "capitalize", "title", "trim", "default", "length", "first", "last"}
LOOP = {name: Field("") for name in ("index", "index0", "first", "last", "length")}
ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Const, nodes.If, nodes.For, nodes.Getattr,
    nodes.Getitem, nodes.Filter, nodes.Compare, nodes.Operand, nodes.Not, nodes.And, nodes.Or, nodes.CondExpr,
)  # fmt: skip
RAW = re.compile(r"\{\{\s*(?:r|p|tr|tc)\s")
HYPERLINKS = {
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/hyperlink",  # as “strict” files name it
}
CLICKED = ("http://", "https://", "mailto:")
PROPERTIES = ("author", "comments", "identifier", "language", "subject", "title")
Scope = Mapping[str, Field]


def check_template(name: str, file: IO[bytes], kind: PaperKind) -> bytes:
    """The file's content, when it can be filled in for papers of `kind`. Raises `Refused` with every fault."""
    content = _content(name, file)
    try:
        document = DocxTemplate(io.BytesIO(content))
        texts = [(_plain(text), document.patch_xml(text)) for text in _texts(document)]
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError, AttributeError, etree.LxmlError) as error:
        raise Refused(_("“%(name)s” is damaged and cannot be opened. Save it again and try once more.")
                      % {"name": name}, "file") from error  # fmt: skip
    problems = list(dict.fromkeys(problem for _raw, text in texts for problem in faults(text, kind.fields)))
    if any(RAW.search(raw) for raw, _text in texts):
        problems.append(
            _("Fields that insert formatted text (“{{r …}}”, “{{p …}}”) do not exist here: write “{{ field }}”.")
        )
    if not problems and (missing := lacking([text for _raw, text in texts], kind)):
        problems.append(
            _("Without these fields the paper would say nothing: %(fields)s. Put them where they belong.")
            % {"fields": "; ".join(missing)}
        )
    if problems:
        raise Refused(problems, "file")
    try:
        word(io.BytesIO(content), sample_of(kind.fields), table=SAMPLE_TABLE)
    except (TemplateError, etree.LxmlError, LookupError, ValueError, TypeError, AttributeError) as error:
        raise Refused(
            _(
                "The template cannot be filled in: a loop or condition begins and ends in different places. “{%p”, "
                "“{%tr” stand alone, in a paragraph or row of their own."
            ),
            "file",
        ) from error
    return content


def _content(name: str, file: IO[bytes]) -> bytes:
    """What was sent, when it is a small Word file without macros and without anything fetched from elsewhere."""
    file.seek(0, io.SEEK_END)
    if file.tell() > LIMIT:
        raise Refused(_("A template has at most %(limit)d MB.") % {"limit": LIMIT // MB}, "file")
    _is_word(name, file)
    with open_zip(name, file, UNPACKED) as archive:
        for entry in archive.namelist():
            if entry.lower().endswith((".xml", ".rels")):
                text = archive.read(entry)
                if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
                    raise Refused(_("“%(name)s” holds definitions that Word never writes.") % {"name": name}, "file")
                if entry.lower().endswith(".rels") and _fetches(text):
                    raise Refused(
                        _("“%(name)s” is linked to another file. In Word remove the link, then upload it again.")
                        % {"name": name}, "file",
                    )  # fmt: skip
    file.seek(0)
    return file.read()


def _is_word(name: str, file: IO[bytes]) -> None:
    """Raises `Refused` for whatever is no Word file of today, and says what a template has to be."""
    said = kind_of_name(name)
    if said in ("docm", "dotm", "dotx", "dot"):
        raise Refused(
            _("“%(name)s” may contain macros: in Word save it as “Word Document (docx)”.") % {"name": name}, "file"
        )
    if said != "docx":
        raise Refused(_("“%(name)s” is no Word template: upload a Word file (docx).") % {"name": name}, "file")
    try:
        found = detect(name, file)
    except Refused as error:
        raise Refused(error.messages, "file") from error
    if found != "docx":
        raise Refused(
            _("“%(name)s” is no Word file inside, or it is damaged. Open it in Word, save it as docx and try again.")
            % {"name": name}, "file",
        )  # fmt: skip


def _fetches(relations: bytes) -> bool:
    """Whether opening the file would fetch something: a linked template, picture or object.

    Links to click are none, as long as they lead to a page or a letter. What cannot be read counts as fetching.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(relations, parser)
    except etree.XMLSyntaxError:
        return True
    if root.getroottree().docinfo.doctype:
        return True
    return any(_leads_out(one) for one in root.iter("{*}*"))


def _leads_out(relation: etree._Element) -> bool:
    """Whether a relation is external and no link to click. Programs differ in how strictly they read the names."""
    said = {etree.QName(name).localname.lower(): value.strip() for name, value in relation.items()}
    if said.get("targetmode", "Internal").lower() == "internal":
        return False
    return said.get("type") not in HYPERLINKS or not said.get("target", "").lower().startswith(CLICKED)


def _texts(document: DocxTemplate) -> Iterator[str]:
    """What the template engine will read: body, heads, feet, notes and properties."""
    document.init_docx()
    yield document.get_xml()
    for uri in (document.HEADER_URI, document.FOOTER_URI):
        for _key, part in document.get_headers_footers(uri):
            yield document.get_part_xml(part)
    for part in document.docx.part.package.iter_parts():
        if part.content_type.endswith("footnotes+xml"):
            yield part.blob.decode()
    for name in PROPERTIES:
        yield getattr(document.docx.core_properties, name) or ""


def _plain(xml: str) -> str:
    """The words without their marks: Word splits what was typed into pieces."""
    return re.sub(r"<[^>]*>", "", xml)


def faults(text: str, fields: Scope) -> list[str]:
    """Everything that is wrong with a piece of template, in sentences. Nothing is run."""
    try:
        tree = environment().parse(text)
    except TemplateSyntaxError as error:
        return [_("The template is not written correctly: %(error)s.") % {"error": str(error.message)[:200]}]
    except (RecursionError, ValueError):
        return [_("The template is not written correctly: %(error)s.") % {"error": _("nested too deeply")}]
    if sum(1 for _loop_node in tree.find_all(nodes.For)) > LOOPS:
        return [_("A template has at most %(limit)d loops.") % {"limit": LOOPS}]
    return list(_walk(tree, fields, frozenset()))


def lacking(texts: Iterable[str], kind: PaperKind) -> list[str]:
    """Fields that a paper of `kind` needs and no piece of the template prints or loops over, as they are written."""
    found = {name for text in texts for name in _printed(environment().parse(text))}
    return [
        _(" or ").join(_written(name, kind.fields[name]) for name in names)
        for names in kind.needed if not found & set(names)
    ]  # fmt: skip


def _printed(tree: nodes.Template) -> Iterator[str]:
    shown: list[nodes.Node] = [one for out in tree.find_all(nodes.Output) for one in out.nodes]
    for node in (*shown, *(loop.iter for loop in tree.find_all(nodes.For))):
        yield from (name.name for name in ([node] if isinstance(node, nodes.Name) else node.find_all(nodes.Name)))


def _written(name: str, field: Field) -> str:
    """How the field stands in a template: «{{ signer }} (name of the signer)»."""
    code = f"{{%p for one in {name} %}}" if field.is_list else f"{{{{ {name} }}}}"
    return f"{code} ({field.words})"


def _walk(node: nodes.Node, scope: Scope, looped: frozenset[int]) -> Iterator[str]:
    if not isinstance(node, ALLOWED):
        yield _("Only fields, conditions and loops over lists are allowed; “%(what)s” is not.") % {
            "what": type(node).__name__
        }
    elif isinstance(node, nodes.For):
        yield from _loop(node, scope, looped)
    elif isinstance(node, nodes.Output):
        for one in node.nodes:
            yield from _shown(one, scope, looped)
    elif isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
        if _field(node, scope) is None:
            yield _unknown(node, scope)
    elif isinstance(node, nodes.Filter) and node.name not in FILTERS:
        yield _("There is no filter “%(name)s”. Known are: %(known)s.") % {
            "name": node.name, "known": ", ".join(sorted(FILTERS)),
        }  # fmt: skip
    else:
        for child in node.iter_child_nodes():
            yield from _walk(child, scope, looped)


def _shown(node: nodes.Node, scope: Scope, looped: frozenset[int]) -> Iterator[str]:
    """What is printed where it stands: a text, not a list."""
    if isinstance(node, nodes.TemplateData):
        return
    found = _field(node, scope)
    if found is not None and found.is_list:
        yield _("“%(name)s” is a list: it is printed by a loop, “{%%p for one in %(name)s %%}”.") % {
            "name": _path(node)
        }
    yield from _walk(node, scope, looped)


def _loop(node: nodes.For, scope: Scope, looped: frozenset[int]) -> Iterator[str]:
    """A loop over a list of the paper, inside another one only over a list that hangs on its item."""
    found = _field(node.iter, scope)
    if found is None or not found.is_list or node.recursive or not isinstance(node.target, nodes.Name):
        if found is None and isinstance(node.iter, nodes.Name | nodes.Getattr | nodes.Getitem):
            yield _unknown(node.iter, scope)
        else:
            yield _("A loop goes over a list of the paper; these are: %(lists)s.") % {
                "lists": ", ".join(name for name, one in scope.items() if one.is_list)
            }
        return
    if looped and (isinstance(node.iter, nodes.Name) or id(found) in looped):
        yield _("A loop inside a loop goes over a list of the outer item, not over “%(name)s”.") % {
            "name": _path(node.iter)
        }
        return
    inner = dict(scope) | {node.target.name: found.item, "loop": Field("", LOOP, is_item=True)}
    for child in [*node.body, *node.else_, *([node.test] if node.test else [])]:
        yield from _walk(child, inner, looped | {id(found)})


def _field(node: nodes.Node, scope: Scope) -> Field | None:
    """The field that a name, an attribute or an index stands for; None where there is none."""
    if isinstance(node, nodes.Name):
        return scope.get(node.name)
    if isinstance(node, nodes.Getattr):
        outer = _field(node.node, scope)
        return outer.each.get(node.attr) if outer and outer.is_item else None
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        outer = _field(node.node, scope)
        if outer is None:
            return None
        key = str(node.arg.value)
        if outer.is_list:
            return outer.item if key.isdecimal() else None
        return outer.each.get(key)
    return None


def _path(node: nodes.Node) -> str:
    if isinstance(node, nodes.Name):
        return node.name
    if isinstance(node, nodes.Getattr):
        return f"{_path(node.node)}.{node.attr}"
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const):
        return f"{_path(node.node)}[{node.arg.value}]"
    return "…"


def _unknown(node: nodes.Node, scope: Scope) -> str:
    """What is no field, and those that exist at this place."""
    known = [name for name in scope if name != "loop"]
    for name, one in scope.items():
        if one.each and name not in (TABLE, "loop") and "" not in one.each:
            known += [f"{name}: {', '.join(one.each)}"]
    return _("There is no field “%(name)s” here. Known are: %(known)s.") % {
        "name": _path(node)[:80], "known": "; ".join(known),
    }  # fmt: skip
