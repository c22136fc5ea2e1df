/* detect.c - what a document is, from its first bytes; names and declarations only choose between
 * kinds of text, and what they call text without saying which may still be source code. */
#include "archive_impl.h"
#include "code_impl.h"
#include "parse_impl.h"

#include <string.h>

enum { SNIFF_BYTES = 8192 };

typedef struct signature {
    size_t at;
    anc_str bytes;
    const char *what;
} signature;

static const signature signatures[] = {
    {0, ANC_STR_INIT("\x1F\x8B"), "gzip data"},
    {0, ANC_STR_INIT("\x89PNG"), "a PNG image"},
    {0, ANC_STR_INIT("\xFF\xD8\xFF"), "a JPEG image"},
    {0, ANC_STR_INIT("GIF8"), "a GIF image"},
    {0, ANC_STR_INIT("II*\0"), "a TIFF image"},
    {0, ANC_STR_INIT("MM\0*"), "a TIFF image"},
    {8, ANC_STR_INIT("WEBP"), "a WebP image"},
    {8, ANC_STR_INIT("WAVE"), "a WAVE sound"},
    {4, ANC_STR_INIT("ftyp"), "an MP4 video"},
    {0, ANC_STR_INIT("ID3"), "an MP3 sound"},
    {0, ANC_STR_INIT("OggS"), "an Ogg sound"},
    {0,
     ANC_STR_INIT("\x7F"
                  "ELF"),
     "a program"},
    {0, ANC_STR_INIT("MZ\x90"), "a program"},
    {0, ANC_STR_INIT("\xD0\xCF\x11\xE0"), "an old Microsoft Office document"},
    {0, ANC_STR_INIT("SQLite format 3"), "an SQLite database"},
    {0, ANC_STR_INIT("7z\xBC\xAF"), "a 7-Zip archive"},
    {0, ANC_STR_INIT("Rar!"), "a RAR archive"},
    {0, ANC_STR_INIT("BZh"), "bzip2 data"},
    {0,
     ANC_STR_INIT("\xFD"
                  "7zXZ"),
     "xz data"},
    {0, ANC_STR_INIT("\x28\xB5\x2F\xFD"), "zstd data"},
};

/* Office documents with a password are archives inside a file of the old form, in a part of this name, which
 * stands there in UTF-16. */
static bool is_protected_office(anc_str bytes)
{
    static const anc_str name = ANC_STR_INIT("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0");
    return anc_str_starts(bytes, ANC_STR("\xD0\xCF\x11\xE0")) &&
           anc_str_find(bytes, name) != SIZE_MAX;
}

/* Whether a ZIP archive begins here; an empty one has nothing but its end. */
static bool is_archive(anc_str head)
{
    return anc_str_starts(head, ANC_STR("PK\x03\x04")) ||
           anc_str_starts(head, ANC_STR("PK\x05\x06"));
}

/* What `head` is, when it is no text; NULL otherwise. */
static const char *foreign(anc_str head)
{
    for (size_t i = 0; i < ANC_COUNT(signatures); i++)
        if (anc_str_starts(anc_str_sub(head, signatures[i].at, head.len), signatures[i].bytes))
            return signatures[i].what;
    return prs_is_binary(head) ? "binary data" : NULL;
}

static bool starts_nocase(anc_str s, anc_str prefix)
{
    return anc_str_eq_nocase(anc_str_sub(s, 0, prefix.len), prefix);
}

/* Whether the text begins as an HTML document does, behind comments and declarations. */
static bool begins_as_html(anc_str s)
{
    static const anc_str starts[] = {ANC_STR_INIT("<!doctype html"), ANC_STR_INIT("<html"),
                                     ANC_STR_INIT("<head"), ANC_STR_INIT("<body")};
    if (anc_str_starts(s, ANC_STR("\xEF\xBB\xBF")))
        s = anc_str_sub(s, 3, s.len);
    for (;;) {
        s = anc_str_trim(s);
        anc_str end = ANC_STR_NONE;
        if (anc_str_starts(s, ANC_STR("<!--")))
            end = ANC_STR("-->");
        else if (anc_str_starts(s, ANC_STR("<?")))
            end = ANC_STR("?>");
        const size_t at = end.len > 0 ? anc_str_find(s, end) : SIZE_MAX;
        if (at == SIZE_MAX)
            break;
        s = anc_str_sub(s, at + end.len, s.len);
    }
    for (size_t i = 0; i < ANC_COUNT(starts); i++)
        if (starts_nocase(s, starts[i]))
            return true;
    return false;
}

/* What names and declarations say of a text. A content type is compared up to its parameters. */
typedef struct declaration {
    prs_kind kind;
    anc_str said; /* ".md", "text/markdown" */
} declaration;

static const declaration endings[] = {
    {PRS_HTML, ANC_STR_INIT(".html")},         {PRS_HTML, ANC_STR_INIT(".htm")},
    {PRS_HTML, ANC_STR_INIT(".xhtml")},        {PRS_MARKDOWN, ANC_STR_INIT(".md")},
    {PRS_MARKDOWN, ANC_STR_INIT(".markdown")}, {PRS_MARKDOWN, ANC_STR_INIT(".mdown")},
    {PRS_MARKDOWN, ANC_STR_INIT(".mkd")},      {PRS_MARKDOWN, ANC_STR_INIT(".mdx")},
    {PRS_MAIL, ANC_STR_INIT(".eml")},          {PRS_TEXT, ANC_STR_INIT(".txt")},
    {PRS_CSV, ANC_STR_INIT(".csv")},           {PRS_CSV, ANC_STR_INIT(".tsv")},
    {PRS_CSV, ANC_STR_INIT(".tab")},           {PRS_JSON, ANC_STR_INIT(".json")},
    {PRS_JSON, ANC_STR_INIT(".geojson")},      {PRS_NDJSON, ANC_STR_INIT(".ndjson")},
    {PRS_NDJSON, ANC_STR_INIT(".jsonl")},      {PRS_XML, ANC_STR_INIT(".xml")},
    {PRS_FEED, ANC_STR_INIT(".rss")},          {PRS_FEED, ANC_STR_INIT(".atom")},
};

static const declaration types[] = {
    {PRS_HTML, ANC_STR_INIT("text/html")},
    {PRS_HTML, ANC_STR_INIT("application/xhtml+xml")},
    {PRS_MARKDOWN, ANC_STR_INIT("text/markdown")},
    {PRS_MARKDOWN, ANC_STR_INIT("text/x-markdown")},
    {PRS_MAIL, ANC_STR_INIT("message/rfc822")},
    {PRS_CSV, ANC_STR_INIT("text/csv")},
    {PRS_CSV, ANC_STR_INIT("text/tab-separated-values")},
    {PRS_JSON, ANC_STR_INIT("application/json")},
    {PRS_NDJSON, ANC_STR_INIT("application/x-ndjson")},
    {PRS_NDJSON, ANC_STR_INIT("application/jsonl")},
    {PRS_FEED, ANC_STR_INIT("application/rss+xml")},
    {PRS_FEED, ANC_STR_INIT("application/atom+xml")},
    {PRS_XML, ANC_STR_INIT("application/xml")},
    {PRS_XML, ANC_STR_INIT("text/xml")},
};

static bool kind_by_name(anc_str name, prs_kind *ret)
{
    if (prs_language_by_name(name, ret))
        return true;
    for (size_t i = 0; i < ANC_COUNT(endings); i++) {
        const anc_str e = endings[i].said;
        if (name.len > e.len && anc_str_eq_nocase(anc_str_sub(name, name.len - e.len, e.len), e)) {
            *ret = endings[i].kind;
            return true;
        }
    }
    return false;
}

static bool kind_by_type(anc_str content_type, prs_kind *ret)
{
    const size_t end = anc_str_find(content_type, ANC_STR(";"));
    const anc_str type = anc_str_trim(anc_str_sub(content_type, 0, end));
    for (size_t i = 0; i < ANC_COUNT(types); i++)
        if (anc_str_eq_nocase(type, types[i].said)) {
            *ret = types[i].kind;
            return true;
        }
    return prs_language_by_type(type, ret);
}

/* What a text is by its own words, whatever it is called. */
static bool kind_by_content(anc_str head, bool whole, prs_kind *ret)
{
    bool lines;
    anc_str root;
    if (begins_as_html(head))
        *ret = PRS_HTML;
    else if (prs_is_xml(head, &root))
        *ret = prs_is_feed(head, root) ? PRS_FEED : PRS_XML;
    else if (prs_is_rtf(head))
        *ret = PRS_RTF;
    else if (prs_is_mail(head))
        *ret = PRS_MAIL;
    else if (prs_is_json(head, whole, &lines))
        *ret = lines ? PRS_NDJSON : PRS_JSON;
    else
        return prs_language_by_program(head, ret);
    return true;
}

anc_status prs_detect(anc_str bytes, anc_str name, anc_str content_type, prs_kind *ret,
                      anc_err *err)
{
    const anc_str head = anc_str_sub(bytes, 0, SNIFF_BYTES);
    if (prs_is_pdf(bytes)) {
        *ret = PRS_PDF;
        return ANC_OK;
    }
    const char *what = NULL;
    if (is_archive(head)) {
        const anc_status got = prs_archive_kind(bytes, name, ret, &what, err);
        if (got != ANC_UNSUPPORTED)
            return got;
    }
    if (what == NULL)
        what = is_protected_office(bytes)
                   ? "a Microsoft Office document that is protected by a password"
                   : foreign(head);
    if (what != NULL)
        return ANC_FAIL(err, ANC_UNSUPPORTED, "it looks like %s, which is no kind that is read",
                        what);
    const bool whole = head.len == bytes.len;
    prs_kind kind = PRS_TEXT;
    if (kind_by_content(head, whole, ret))
        return ANC_OK;
    if (!kind_by_name(name, &kind))
        (void)kind_by_type(content_type, &kind);
    if (kind == PRS_TEXT)
        (void)prs_language_by_lines(head, whole, &kind);
    *ret = kind;
    return ANC_OK;
}
