"""The mails of the bench: 60 % with a two-page PDF, 20 % with a DOCX, the rest text and HTML, in six languages. The
same mails for the same number and seed. Every file differs from every other; every third PDF is one of five that
LibreOffice made (with its embedded fonts), told apart only by a comment at its end.
"""

import io
import random
import re
import sys
import zipfile
import zlib
from html import escape
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "fixtures"))
from maker import mime  # noqa: E402
from maker.texts import INPUTS, LANGUAGES, sentences  # noqa: E402

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
BANK = {language: sentences(language) for language in LANGUAGES}
BODIES = {language: [key for key in INPUTS if key.startswith(language)] for language in LANGUAGES}
TEMPLATES = [path.read_bytes() for path in sorted((Path(__file__).resolve().parent / "templates").glob("*.pdf"))]
WIDTH = {"zh": 36, "ar": 78, "ru": 78}


def kind(number):
    """What mail `number` carries: of ten, six a PDF, two a DOCX, one text, one HTML."""
    return "pdf pdf docx pdf text pdf pdf docx pdf html".split()[number % 10]


def words_of(text, language):
    return len(text) // 2 if language == "zh" else len(text.split())


def prose(chance, language, words):
    """Paragraphs of about so many words; a number in each makes them differ."""
    paragraphs, count = [], 0
    while count < words:
        picked = chance.sample(BANK[language], min(4, len(BANK[language])))
        paragraph = (" " if language != "zh" else "").join(picked) + f" ({chance.randrange(10**6)})"
        paragraphs.append(paragraph)
        count += words_of(paragraph, language)
    return paragraphs


def wrap(paragraphs, width):
    lines = []
    for paragraph in paragraphs:
        line = ""
        for word in paragraph.split(" "):
            while len(word) > width:
                lines.append((line + " " + word[: width - len(line)]).strip())
                word, line = word[width - len(line) :], ""
            if len(line) + len(word) >= width:
                lines.append(line)
                line = ""
            line = (line + " " + word).strip()
        lines += [line, ""]
    return lines


def as_painted(line):
    """Right-to-left text in the order in which a PDF paints it, from the left; numbers stay as they are."""
    turned = line[::-1].translate(str.maketrans("()«»", ")(»«"))
    return re.sub(r"[0-9A-Za-z]+", lambda found: found[0][::-1], turned)


def pdf(lines, title):
    """A PDF of two pages (ISO 32000-1): Helvetica in WinAnsi where that can write the text, else a composite font with
    glyph numbers and a ToUnicode table, as office programs write it. Streams are deflated.
    """
    text = "".join(lines)
    try:
        text.encode("cp1252")
        codes = None
        font = [b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"]
    except UnicodeEncodeError:
        codes = {char: number for number, char in enumerate(sorted(set(text)), 3)}
        font = composite_font(codes)
    half = (len(lines) + 1) // 2
    pages = [content(lines[:half], codes), content(lines[half:], codes)]
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources << /Font << /F1 8 0 R >> >> >>"
    info = b"<< /Title <FEFF%s> >>" % title.encode("utf-16-be").hex().upper().encode()
    return pdf_file(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R 4 0 R] /Count 2 >>",
            page % 5,
            page % 6,
            stream(pages[0]),
            stream(pages[1]),
            info,
            *font,
        ]
    )


def composite_font(codes):
    table = "\n".join(f"<{code:04X}> <{char.encode('utf-16-be').hex().upper()}>" for char, code in codes.items())
    blocks = table.split("\n")
    ranges = "".join(
        f"{len(blocks[i:i + 100])} beginbfchar\n" + "\n".join(blocks[i : i + 100]) + "\nendbfchar\n"
        for i in range(0, len(blocks), 100)
    )
    cmap = (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /Bench def /CMapType 2 def\n"
        "1 begincodespacerange <0000> <FFFF> endcodespacerange\n" + ranges + "endcmap end end\n"
    )
    return [
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Bench /Encoding /Identity-H /DescendantFonts [9 0 R] /ToUnicode 10 0 R >>",
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Bench /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity)"
        b" /Supplement 0 >> /DW 600 /FontDescriptor 11 0 R >>",
        stream(cmap.encode()),
        b"<< /Type /FontDescriptor /FontName /Bench /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 800"
        b" /Descent -200 /CapHeight 700 /StemV 80 >>",
    ]


def content(lines, codes):
    out = [b"BT /F1 10 Tf 13 TL 56 780 Td"]
    for line in lines:
        if codes is None:
            out.append(
                b"("
                + line.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
                + b") Tj T*"
            )
        else:
            out.append(b"<" + "".join(f"{codes[char]:04X}" for char in line).encode() + b"> Tj T*")
    return b"\n".join([*out, b"ET"])


def stream(data):
    packed = zlib.compress(data, 6)
    return b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)


def pdf_file(objects):
    out, places = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 7 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
    return bytes(out)


def docx(title, paragraphs):
    """The smallest DOCX that Word opens (ECMA-376): one document part."""
    space = "http://schemas.openxmlformats.org"
    body = "".join(f"<w:p><w:r><w:t xml:space=\"preserve\">{escape(p)}</w:t></w:r></w:p>" for p in [title, *paragraphs])
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{space}/package/2006/content-types"><Default Extension="rels" ContentType='
        '"application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" '
        f'ContentType="{DOCX}.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{space}/package/2006/relationships"><Relationship Id="r1" Type="{space}'
        '/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": f'<w:document xmlns:w="{space}/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(
                zipfile.ZipInfo(name, (2023, 11, 28, 10, 0, 0)), "<?xml version=\"1.0\"?>" + text, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()


def some_pdf(chance, number, language, title):
    if chance.randrange(3) == 0:
        return chance.choice(TEMPLATES) + b"%% copy %d\n" % number
    lines = [title, "", *wrap(prose(chance, language, 700), WIDTH.get(language, 90))]
    return pdf([as_painted(line) for line in lines] if language == "ar" else lines, title)


def one(number, seed=0, prefix="bench"):
    """Mail `number` as bytes."""
    chance = random.Random(seed * 10**7 + number)
    language = LANGUAGES[number // 10 % len(LANGUAGES)]
    org, person, mailbox, title, _ = INPUTS[chance.choice(BODIES[language])]
    title, what = f"{title} ({number})", kind(number)
    body = "\n\n".join(prose(chance, language, 300)) + f"\n\n{person}\n{org}\n"
    parts = [mime.text(body)]
    if what == "html":
        page = "".join(f"<p>{escape(p)}</p>\n" for p in body.split("\n\n"))
        parts = [mime.text(f"<html><body><h1>{escape(title)}</h1>{page}</body></html>", subtype="html")]
    elif what == "pdf":
        parts.append(mime.file(f"input-{number}.pdf", "application/pdf", some_pdf(chance, number, language, title)))
    elif what == "docx":
        parts.append(mime.file(f"input-{number}.docx", DOCX, docx(title, prose(chance, language, 600))))
    content = parts[0] if len(parts) == 1 else mime.multipart("bench-part", parts)
    date = f"Tue, 28 Nov 2023 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} +0000"
    return mime.mail(
        prefix, mime.address(person, mailbox), mime.word(title), content, date, mid=f"{prefix}-{number}@bench.example"
    )
