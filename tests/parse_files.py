"""Small files of each format, written by hand so that a test shows all that is in them."""

import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence

FILL = (
    "The shop sells spare parts for bicycles and answers about nine hundred letters in each week, "
    "and most of them ask where a parcel is or why an invoice is wrong."
)
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_WORD_SPACES = (
    f'xmlns:w="{W}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml" '
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture" xmlns:wps="urn:wps" xmlns:v="urn:v" '
    'xmlns:o="urn:o" xmlns:c="urn:c"'
)
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODF_SPACES = (
    f'xmlns:office="{_ODF}:office:1.0" xmlns:text="{_ODF}:text:1.0" xmlns:table="{_ODF}:table:1.0" '
    f'xmlns:style="{_ODF}:style:1.0" xmlns:draw="{_ODF}:drawing:1.0" xmlns:fo="{_ODF}:xsl-fo-compatible:1.0" '
    f'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0" '
    f'xmlns:svg="{_ODF}:svg-compatible:1.0" xmlns:meta="{_ODF}:meta:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
)


def packed(parts: Mapping[str, str | bytes], first: str = "") -> bytes:
    """A ZIP file."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        if first:
            archive.writestr("mimetype", first, zipfile.ZIP_STORED)
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def paragraph(text: str, style: str = "") -> str:
    """A Word paragraph of one run."""
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t></w:r></w:p>"


STYLES = (
    '<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Title"/><w:basedOn w:val="N"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="N"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="2"><w:name w:val="heading 2"/><w:basedOn w:val="1"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="My"><w:name w:val="My heading"/><w:basedOn w:val="2"/></w:style>'
    '<w:style w:type="paragraph" w:styleId="L"><w:name w:val="List Bullet"/><w:pPr><w:numPr/></w:pPr></w:style>'
    '<w:style w:type="paragraph" w:styleId="Away"><w:pPr><w:ind w:left="-30000"/></w:pPr></w:style>'
    '<w:style w:type="table" w:styleId="First">'
    '<w:tblStylePr w:type="firstRow"><w:rPr><w:vanish/></w:rPr></w:tblStylePr></w:style>'
    '<w:style w:type="table" w:styleId="Dark"><w:tblStylePr w:type="firstRow"><w:tcPr><w:shd w:fill="1F3864"/></w:tcPr>'
    "</w:tblStylePr></w:style>"
    '<w:style w:type="character" w:styleId="Gone"><w:name w:val="Gone"/><w:rPr><w:vanish/></w:rPr></w:style>'
)


def docx(body: str, parts: Mapping[str, str | bytes] = {}, styles: str = STYLES) -> bytes:
    """A Word file."""
    return packed(
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_WORD_SPACES}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {_WORD_SPACES}>{styles}</w:styles>",
            **{
                name: part.replace("<w:X", f"<w:X {_WORD_SPACES}") if isinstance(part, str) else part
                for name, part in parts.items()
            },
        }
    )


def odt(body: str, styles: str = "", parts: Mapping[str, str | bytes] = {}) -> bytes:
    """An OpenDocument text."""
    content = (
        f"<office:document-content {ODF_SPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body></office:document-content>"
    )
    return packed({"content.xml": content, **parts}, first="application/vnd.oasis.opendocument.text")


def notebook(*cells: Mapping[str, object]) -> bytes:
    """A notebook of format 4."""
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()


def show(text: str, x: float = 72, y: float = 700, size: float = 12, font: str = "F1", before: str = "") -> str:
    """PDF operators that show a line."""
    escaped = text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return f"q {before} BT /{font} {size} Tf 1 0 0 1 {x} {y} Tm ({escaped}) Tj ET Q\n"


def pdf(pages: Sequence[str], extra: str = "", info: str = "", form: str = "") -> bytes:
    """A PDF file; each page is its operators. Fonts F1 (Helvetica) and F2 (bold); an image Im; a form Fx."""
    kids = " ".join(f"{10 + 2 * i} 0 R" for i in range(len(pages)))
    image = zlib.compress(bytes(3 * 4 * 4))
    objects: dict[int, bytes] = {
        1: f"<< /Type /Catalog /Pages 2 0 R {extra} >>".encode(),
        2: f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        3: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        4: b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica-Bold >>",
        5: (
            b"<< /Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceRGB /BitsPerComponent 8 "
            b"/Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(image), image)
        ),
        6: f"<< {info} >>".encode(),
        7: (
            f"<< /Type /XObject /Subtype /Form /BBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
            f"/Length {len(form)} >>\nstream\n{form}\nendstream"
        ).encode("latin-1"),
    }
    for i, page in enumerate(pages):
        content = zlib.compress(page.encode("latin-1"))
        objects[10 + 2 * i] = (
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {11 + 2 * i} 0 R /Resources "
            "<< /Font << /F1 3 0 R /F2 4 0 R >> /XObject << /Im 5 0 R /Fx 7 0 R >> >> >>"
        ).encode()
        objects[11 + 2 * i] = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%s\nendstream" % (len(content), content)
    out = bytearray(b"%PDF-1.5\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    last = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % last
    for number in range(1, last):
        out += b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (last, start)
    return bytes(out)


def prose(y: float = 780) -> str:
    """Enough lines of text to be a proposal, as PDF operators."""
    words = FILL.split()
    lines = [" ".join(words[i : i + 10]) for i in range(0, len(words), 10)]
    return "".join(show(line, y=y - 14 * n) for n, line in enumerate(lines))
