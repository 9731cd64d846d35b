"""A paper as Word (.docx): python-docx makes the shell (styles, fonts, page, page numbers), the body is written as it comes.

python-docx sets only the Latin font of a style; Chinese text follows ``w:eastAsia``, which is set here for every style. The body never
stands in memory as a whole, so a list of any length costs the same.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import BinaryIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
from django.conf import settings
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from qingdan.paper.blocks import Block, Break, Cell, Document, Flow, Paragraph, Rule, Table, cell

_BODY = "word/document.xml"
_CHUNK = 256 * 1024
# XML 1.0 holds no other controls, no surrogates and no non-characters.
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# GB/T 9704-2012 5: 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm, 22 lines of 28 characters.
_TOP, _LEFT, _RIGHT, _BOTTOM = 37, 28, 26, 35
_LINE = Pt(28.95)
# style → (font of the settings, size in pt, attributes of w:pPr besides spacing)
_CENTRED, _INDENTED, _RIGHT_ALIGNED = '<w:jc w:val="center"/>', '<w:ind w:firstLineChars="200" w:firstLine="640"/><w:jc w:val="both"/>', '<w:jc w:val="right"/>'  # fmt: skip
_STYLES: dict[str, tuple[str, float, str]] = {
    "masthead": ("title", 36, _CENTRED),
    "title": ("title", 22, _CENTRED),
    "body": ("body", 16, _INDENTED),
    "flush": ("body", 16, '<w:jc w:val="both"/>'),
    "heading": ("heading", 16, _INDENTED),
    "subheading": ("subheading", 16, _INDENTED),
    "right": ("body", 16, '<w:ind w:rightChars="200" w:right="640"/><w:jc w:val="right"/>'),
    "centre": ("body", 16, _CENTRED),
    "note": ("body", 10.5, '<w:jc w:val="both"/>'),
    "cell": ("body", 10.5, '<w:jc w:val="left"/>'),
    "label": ("heading", 10.5, _CENTRED),
    "step": ("body", 12, _CENTRED),
}
_COMPACT = frozenset({"note", "cell", "label", "step", "title", "masthead"})
_RED = "C00000"
_MARKS = {
    "": "",
    "ins": '<w:rPr><w:color w:val="14532D"/><w:u w:val="single"/></w:rPr>',
    "del": '<w:rPr><w:strike/><w:color w:val="8C1D18"/></w:rPr>',
    "strong": "<w:rPr><w:b/></w:rPr>",
}
_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def write_word(document: Document, to: BinaryIO) -> None:
    """Write ``document`` to an open binary file. The same paper gives the same bytes."""
    shell = _shell(document)
    with ZipFile(shell) as source, ZipFile(to, "w", ZIP_DEFLATED) as target:
        for name in source.namelist():
            part, content = ZipInfo(name), source.read(name)
            part.compress_type = ZIP_DEFLATED
            if name != _BODY:
                target.writestr(part, content)
                continue
            before, section, after = _opened(content.decode())
            with target.open(part, "w", force_zip64=True) as body:
                waiting = bytearray(before.encode())
                for piece in _body(document, section):
                    waiting += piece.encode()
                    if len(waiting) > _CHUNK:
                        body.write(waiting)
                        waiting.clear()
                body.write(waiting + after.encode())


def _opened(xml: str) -> tuple[str, str, str]:
    """What stands before the body, the section that the shell has, what stands after."""
    start = xml.index("<w:body>") + len("<w:body>")
    first, end = xml.index("<w:sectPr", start), xml.index("</w:body>")
    return xml[:start], xml[first:end].strip(), xml[end:]


def _body(document: Document, section: str) -> Iterator[str]:
    for number, part in enumerate(document.parts, 1):
        wide = part.landscape
        for block in part.blocks:
            yield from _block(block, _text_width(wide))
        turned = _turned(section) if wide else section
        yield turned if number == len(document.parts) else f"<w:p><w:pPr>{turned}</w:pPr></w:p>"


def _turned(section: str) -> str:
    """The section on its side: width and height change places, and the margins with them."""
    size = f'<w:pgSz w:w="{Mm(297).twips}" w:h="{Mm(210).twips}" w:orient="landscape"/>'
    section = re.sub(r"<w:pgSz[^>]*/>", size, section)
    for side, margin in (("top", _LEFT), ("right", _RIGHT), ("bottom", _RIGHT), ("left", _RIGHT)):
        section = re.sub(rf'(<w:pgMar[^>]*w:{side}=)"\d+"', rf'\g<1>"{Mm(margin).twips}"', section)
    return section


def _text_width(wide: bool) -> int:
    """Twentieths of a point between the margins."""
    return Mm(297 - 2 * _RIGHT).twips if wide else Mm(210 - _LEFT - _RIGHT).twips


def _block(block: Block, width: int) -> Iterator[str]:
    if isinstance(block, Paragraph):
        yield _paragraph(block.runs, block.style)
    elif isinstance(block, Table):
        yield from _table(block, width)
    elif isinstance(block, Flow):
        yield from _flow(block, width)
    elif isinstance(block, Rule):
        colour, size = (_RED, 18) if block.red else ("000000", 6)
        border = f'<w:pBdr><w:top w:val="single" w:sz="{size}" w:space="1" w:color="{colour}"/></w:pBdr>'
        yield f'<w:p><w:pPr><w:pStyle w:val="note"/>{border}</w:pPr></w:p>'
    elif isinstance(block, Break):
        yield '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'


def _paragraph(runs, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{"".join(_run(*run) for run in runs)}</w:p>'


def _run(text: str, mark: str) -> str:
    lines = _UNPRINTABLE.sub("", text).split("\n")
    inner = "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' if line else "" for line in lines)
    return f"<w:r>{_MARKS[mark]}{inner}</w:r>"


def _table(table: Table, width: int) -> Iterator[str]:
    widths = _shares(table.widths, width)
    grid = "".join(f'<w:gridCol w:w="{share}"/>' for share in widths)
    yield (
        f'<w:tbl><w:tblPr><w:tblW w:w="{width}" w:type="dxa"/><w:jc w:val="center"/><w:tblBorders>{_BORDERS}</w:tblBorders>'
        f'<w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>{grid}</w:tblGrid>'
    )
    if table.head:
        yield _row(tuple(Cell(((text, ""),), label=True) for text in table.head), widths, head=True)
    for row in table.rows:
        yield _row(row, widths)
    # A table must be followed by a paragraph before the section ends; a page break between tables needs one too.
    yield '</w:tbl><w:p><w:pPr><w:pStyle w:val="note"/></w:pPr></w:p>'


def _shares(shares: tuple[int, ...], width: int) -> list[int]:
    return [width * share // sum(shares) for share in shares]


def _row(cells: tuple[Cell, ...], widths: list[int], *, head: bool = False) -> str:
    tall = max((each.tall for each in cells), default=0)
    height = f'<w:trHeight w:val="{Mm(tall).twips}" w:hRule="atLeast"/>' if tall else ""
    parts, column = [], 0
    for each in cells:
        covered = sum(widths[column : column + each.span])
        span = f'<w:gridSpan w:val="{each.span}"/>' if each.span > 1 else ""
        place = "center" if each.label else "top"
        properties = f'<w:tcW w:w="{covered}" w:type="dxa"/>{span}<w:vAlign w:val="{place}"/>'
        parts.append(f"<w:tc><w:tcPr>{properties}</w:tcPr>{_paragraph(each.runs, 'label' if each.label else 'cell')}</w:tc>")
        column += each.span
    repeated = "<w:tblHeader/>" if head else ""
    properties = f"<w:trPr>{'<w:cantSplit/>' if head else ''}{height}{repeated}</w:trPr>" if head or height else ""
    return f"<w:tr>{properties}{''.join(parts)}</w:tr>"


def _flow(flow: Flow, width: int) -> Iterator[str]:
    """Each step a box of its own, an arrow between them."""
    for number, step in enumerate(flow.steps):
        if number:
            yield _paragraph((("↓", ""),), "step")
        name, who, what = step
        lines = "\n".join(line for line in (who, what) if line)
        box = Table((1,), ((cell(((name, "strong"), (f"\n{lines}" if lines else "", ""))),),))
        pieces = list(_table(box, width * 3 // 5))
        yield from (*pieces[:-1], "</w:tbl>")
    yield '<w:p><w:pPr><w:pStyle w:val="note"/></w:pPr></w:p>'


# --- the shell ------------------------------------------------------------------------------------------------------------------


def _shell(document: Document) -> io.BytesIO:
    """An empty document of python-docx with our styles, page and page numbers."""
    made = docx.Document()
    for name, (font, size, properties) in _STYLES.items():
        _add_style(made, name, settings.WORD_FONTS[font], size, properties)
    # What no style of ours names (Word's own dialogues, pasted text) is 仿宋 too; the language decides which form of a character is shown.
    _set_fonts(made.styles["Normal"].element.get_or_add_rPr(), settings.WORD_FONTS["body"])
    for language in made.styles.element.iter(qn("w:lang")):
        language.set(qn("w:eastAsia"), "zh-CN")
    made.settings.odd_and_even_pages_header_footer = True
    section = made.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(_TOP), Mm(_BOTTOM)
    section.left_margin, section.right_margin = Mm(_LEFT), Mm(_RIGHT)
    section.footer_distance, section.header_distance = Mm(20), Mm(15)
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        footer.is_linked_to_previous = False
        _number_pages(footer.paragraphs[0], side, document.foot)
    properties = made.core_properties
    properties.title, properties.author, properties.last_modified_by = document.title[:255], "", ""
    properties.created = properties.modified = document.dated.replace(tzinfo=None, microsecond=0)
    properties.comments = ""
    to = io.BytesIO()
    made.save(to)
    to.seek(0)
    return to


def _add_style(made, name: str, font: str, size: float, properties: str) -> None:
    style = made.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    style.quick_style = True
    style.font.size = Pt(size)
    if name == "masthead":
        style.font.color.rgb = docx.shared.RGBColor.from_string(_RED)
    _set_fonts(style.element.get_or_add_rPr(), font)
    spacing = style.paragraph_format
    spacing.space_before = spacing.space_after = Pt(0)
    spacing.line_spacing = Pt(size * 1.45) if name in _COMPACT else _LINE
    if name in ("title", "masthead"):
        spacing.space_after = Pt(16)
    fragment = docx.oxml.parse_xml(f'<w:pPr xmlns:w="{docx.oxml.ns.nsmap["w"]}">{properties}</w:pPr>')
    style.element.get_or_add_pPr().extend(list(fragment))


def _set_fonts(properties, chinese: str) -> None:
    """The font of Chinese text stands in ``w:eastAsia``; Latin letters and figures have their own."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for attribute in list(fonts.attrib):
        del fonts.attrib[attribute]
    for slot, font in (("ascii", settings.WORD_FONTS["latin"]), ("hAnsi", settings.WORD_FONTS["latin"]), ("eastAsia", chinese), ("cs", chinese)):  # fmt: skip
        fonts.set(qn(f"w:{slot}"), font)


def _number_pages(line, side: str, foot: str) -> None:
    """— 1 — : 四号半角宋体, odd pages right, even pages left (GB/T 9704-2012 7.5); ``foot`` in small print below."""
    properties = line._p.get_or_add_pPr()
    alignment = OxmlElement("w:jc")
    alignment.set(qn("w:val"), side)
    properties.append(alignment)
    _footer_run(line, "— ", 14)
    for kind in ("begin", None, "end"):
        run = _footer_run(line, "", 14)
        if kind is None:
            field = OxmlElement("w:instrText")
            field.set(qn("xml:space"), "preserve")
            field.text = "PAGE"
        else:
            field = OxmlElement("w:fldChar")
            field.set(qn("w:fldCharType"), kind)
        run._r.append(field)
    _footer_run(line, " —", 14)
    if foot:
        _footer_run(line, "", 8).add_break()
        _footer_run(line, _UNPRINTABLE.sub("", foot), 8)


def _footer_run(line, text: str, size: float):
    run = line.add_run(text)
    run.font.size = Pt(size)
    _set_fonts(run._r.get_or_add_rPr(), settings.WORD_FONTS["plain"])
    return run
