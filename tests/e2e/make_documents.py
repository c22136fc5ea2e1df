"""make_documents.py - one small document of each kind, written here, with phrases that its text must hold."""
import base64
import io
import zipfile

CONTAINER = ('<?xml version="1.0"?><container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
             '<rootfiles><rootfile full-path="c.opf" media-type="application/oebps-package+xml"/></rootfiles></container>')
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"


def archive(*files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as z:
        for name, text in files:
            stored = zipfile.ZIP_STORED if name == "mimetype" else zipfile.ZIP_DEFLATED
            z.writestr(name, text, compress_type=stored)
    return out.getvalue()


def types(part, kind):
    return (f'<?xml version="1.0"?><Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" '
            f'ContentType="application/xml"/><Override PartName="/{part}" ContentType="{kind}"/></Types>')


def relations(kind, target):
    return (f'<?xml version="1.0"?><Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" '
            f'Type="{RELS}/{kind}" Target="{target}"/></Relationships>')


def pdf(pages):
    """A PDF of plain text, a list of lines a page."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>",
               b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(len(pages))),
                                                       len(pages)),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]
    for i, lines in enumerate(pages):
        text = b"BT /F1 12 Tf 72 720 Td " + b" ".join(b"(%s) Tj 0 -16 Td" % line.encode() for line in lines) + b" ET"
        objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F1 3 0 R>>>>"
                       b"/Contents %d 0 R>>" % (5 + 2 * i))
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(text), text))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % at for at in places)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" %
                  (len(objects) + 1, table, len(objects) + 1, len(out)))


def docx():
    body = ('<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>Harbour rules</w:t></w:r></w:p>'
            '<w:p><w:r><w:t>Boats moor at the </w:t></w:r><w:r><w:t>eastern quay.</w:t></w:r></w:p>'
            '<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Berth</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Depth</w:t></w:r></w:p>'
            '</w:tc></w:tr><w:tr><w:tc><w:p><w:r><w:t>Nine</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>four metres</w:t>'
            '</w:r></w:p></w:tc></w:tr></w:tbl>')
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return archive(("[Content_Types].xml", types("word/document.xml", kind)),
                   ("_rels/.rels", relations("officeDocument", "word/document.xml")),
                   ("word/document.xml", f'<?xml version="1.0"?><w:document xmlns:w="{WORD}"><w:body>{body}</w:body>'
                                         '</w:document>'))


def xlsx():
    def row(number, *cells):
        return f'<row r="{number}">' + "".join(
            f'<c r="{"AB"[i]}{number}" t="inlineStr"><is><t>{c}</t></is></c>' for i, c in enumerate(cells)) + "</row>"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    book = (f'<?xml version="1.0"?><workbook xmlns="{SHEET}" xmlns:r="{RELS}"><sheets><sheet name="Tides" sheetId="1" '
            'r:id="r1"/></sheets></workbook>')
    sheet = (f'<?xml version="1.0"?><worksheet xmlns="{SHEET}"><sheetData>{row(1, "Day", "High water")}'
             f'{row(2, "Monday", "quarter past six")}</sheetData></worksheet>')
    return archive(("[Content_Types].xml", types("xl/workbook.xml", kind)),
                   ("_rels/.rels", relations("officeDocument", "xl/workbook.xml")), ("xl/workbook.xml", book),
                   ("xl/_rels/workbook.xml.rels", relations("worksheet", "worksheets/sheet1.xml")),
                   ("xl/worksheets/sheet1.xml", sheet))


def workbook(*sheets):
    """A workbook of sheets (name, rows, merged ranges); None: an empty cell."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

    def sheet(rows, merged):
        cells = ("".join(f'<c r="{chr(65 + c)}{r}" t="inlineStr"><is><t>{text}</t></is></c>' for c, text in enumerate(row) if text is not None)
                 for r, row in enumerate(rows, 1))
        body = "".join(f'<row r="{r}">{row}</row>' for r, row in enumerate(cells, 1))
        ranges = "".join(f'<mergeCell ref="{m}"/>' for m in merged)
        return f'<worksheet xmlns="{main}"><sheetData>{body}</sheetData>{f"<mergeCells>{ranges}</mergeCells>" if ranges else ""}</worksheet>'
    names = "".join(f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"/>' for i, (name, _, _) in enumerate(sheets, 1))
    links = "".join(f'<Relationship Type="{office}/worksheet" Id="r{i}" Target="worksheets/s{i}.xml"/>' for i in range(1, len(sheets) + 1))
    return archive(("[Content_Types].xml", '<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'),
                   ("xl/workbook.xml", f'<workbook xmlns="{main}" xmlns:r="{office}"><workbookPr/><sheets>{names}</sheets></workbook>'),
                   ("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{links}</Relationships>'),
                   *((f"xl/worksheets/s{i}.xml", sheet(rows, merged)) for i, (_, rows, merged) in enumerate(sheets, 1)))


def opendocument(kind, body):
    names = " ".join(f'xmlns:{n}="{OASIS}{n}:1.0"' for n in ("office", "text", "table"))
    mime = f"application/vnd.oasis.opendocument.{kind}"
    manifest = (f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{OASIS}manifest:1.0"><manifest:file-entry '
                f'manifest:full-path="/" manifest:media-type="{mime}"/></manifest:manifest>')
    return archive(("mimetype", mime), ("META-INF/manifest.xml", manifest),
                   ("content.xml", f'<?xml version="1.0"?><office:document-content {names} office:version="1.2">'
                                   f'<office:body>{body}</office:body></office:document-content>'))


def odt():
    return opendocument("text", '<office:text><text:h text:outline-level="1">Lamp oil</text:h><text:p>Fill the lamp '
                                'every evening.</text:p></office:text>')


def ods():
    def row(*cells):
        return "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{c}</text:p></table:table-cell>'
            for c in cells) + "</table:table-row>"
    return opendocument("spreadsheet", '<office:spreadsheet><table:table table:name="Stores">' + row("Thing", "Kept in") +
                        row("Spare wicks", "the third drawer") + "</table:table></office:spreadsheet>")


def epub():
    book = ('<?xml version="1.0"?><package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="i">'
            '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="i">x</dc:identifier>'
            '<dc:title>The keeper</dc:title><dc:language>en</dc:language></metadata><manifest><item id="a" href="a.xhtml" '
            'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="a"/></spine></package>')
    page = ('<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title>One</title></head><body>'
            '<h1>Chapter one</h1><p>The keeper climbed ninety steps.</p></body></html>')
    return archive(("mimetype", "application/epub+zip"), ("META-INF/container.xml", CONTAINER), ("c.opf", book),
                   ("a.xhtml", page))


def mail():
    attached = base64.b64encode(b"Part,Price\nHinge,12 crowns\n").decode()
    return ("From: Ann <ann@example.org>\r\nTo: bo@example.org\r\nSubject: Repairs\r\nDate: Tue, 3 Mar 2026 10:00:00 +0000\r\n"
            "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; "
            "charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nThe caf=C3=A9 door sticks.\r\n--b\r\n"
            'Content-Type: text/csv; name="prices.csv"\r\nContent-Disposition: attachment; filename="prices.csv"\r\n'
            f"Content-Transfer-Encoding: base64\r\n\r\n{attached}\r\n--b\r\nContent-Type: image/png; "
            'name="door.png"\r\nContent-Disposition: attachment; filename="door.png"\r\nContent-Transfer-Encoding: base64'
            "\r\n\r\niVBORw0KGgoAAAAN\r\n--b--\r\n").encode()


FEED = ('<?xml version="1.0"?><rss version="2.0"><channel><title>Notices</title><item><title>Fog signal</title>'
        '<description>The horn sounds twice a minute.</description></item></channel></rss>')
TABLE = "Depot,City,Capacity\n" + "".join(
    f"{name},{city},{100 + i} tonnes\n" for i, (name, city) in enumerate(
        (("Aalto", "Helsinki"), ("Boreal", "Oslo"), ("Cirrus", "Lyon"), ("Dunmore", "Dublin"), ("Elgin", "Perth"),
         ("Fjord", "Bergen"), ("Glacier", "Zermatt"), ("Harrow", "London"), ("Ivory", "Dakar")), 1))
PAGES = [["Tide tables are kept in the office.", "They are printed once a year."],
         ["The boathouse is painted green.", "Its doors face the south."],
         ["The lighthouse lamp burns rapeseed oil.", "It is lit at dusk by the keeper."]]

# name: (bytes, phrases)
DOCUMENTS = {
    "plain.txt": (b"A plain text.\n\nIt ends here.\n", ["A plain text.", "It ends here."]),
    "latin.txt": ("L'été à la plage, où tout est cher. Déjà vu.\n".encode("latin-1"), ["L'été à la plage, où tout"]),
    "wide.txt": (("The wide text of Øresund.\n" * 3).encode("utf-16"), ["The wide text of Øresund."]),
    "notes.md": (b"# Notes\n\nSome *marked* words.\n\n| Key | Door |\n|---|---|\n| brass | cellar |\n",
                 ["Some marked words.", "brass | cellar"]),
    "page.html": (b"<html><head><title>Page</title></head><body><nav>Menu</nav><main><h1>Ropes</h1><p>Coil them "
                  b"<em>clockwise</em>.</p></main></body></html>", ["Coil them clockwise."]),
    "depots.csv": (TABLE.encode(), ["Glacier | Zermatt | 107 tonnes"]),
    "depots.tsv": ("Name\tRole\nAnn\tharbour master\n".encode(), ["Ann | harbour master"]),
    "thing.json": (b'{"anchor": {"weight": "forty pounds"}, "chain": ["iron", "steel"]}', ["forty pounds", "steel"]),
    "list.json": (b'[{"buoy": "red", "depth": 7}, {"buoy": "striped", "depth": 9}]', ["striped"]),
    "tides.pdf": (pdf(PAGES), ["The lighthouse lamp burns rapeseed oil.", "The boathouse is painted green."]),
    "mail.eml": (mail(), ["Repairs", "The café door sticks."]),
    "rich.rtf": (rb"{\rtf1\ansi{\fonttbl{\f0 Times;}}\f0 A {\b rich} text with an \'e9cart.\par}",
                 ["A rich text with an écart."]),
    "code.c": (b"/* Counts the lamps. */\nint lamp_count(void)\n{\n    return 3;\n}\n",
               ["Counts the lamps.", "lamp_count"]),
    "rules.docx": (docx(), ["Harbour rules", "Boats moor at the eastern quay.", "Nine | four metres"]),
    "oil.odt": (odt(), ["Lamp oil", "Fill the lamp every evening."]),
    "tides.xlsx": (xlsx(), ["Monday | quarter past six"]),
    "stores.ods": (ods(), ["Spare wicks | the third drawer"]),
    "keeper.epub": (epub(), ["The keeper climbed ninety steps."]),
    "notices.xml": (FEED.encode(), ["Fog signal", "The horn sounds twice a minute."]),
}
