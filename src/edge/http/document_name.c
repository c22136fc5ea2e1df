/* document_name.c - see document_name.h. */
#include "document_name.h"

#include "base/str.h"
#include "base/utf8.h"
#include "net/uri.h"

enum { NAME_BYTES = 120, PLAIN_BYTES = 3 * NAME_BYTES, ENCODED_BYTES = 12 * NAME_BYTES };

static anc_str last_part(anc_str path)
{
    size_t start = path.len;
    while (start > 0 && path.ptr[start - 1] != '/' && path.ptr[start - 1] != '\\')
        start--;
    return anc_str_sub(path, start, path.len);
}

static anc_str chosen_name(const kno_document *d)
{
    anc_str uri = d->uri;
    for (size_t i = 0; i < uri.len; i++)
        if (uri.ptr[i] == '?' || uri.ptr[i] == '#')
            uri.len = i;
    const anc_str names[] = {last_part(d->file_name), last_part(uri), d->title, last_part(d->id)};
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        if (anc_str_trim(names[i]).len > 0)
            return anc_str_trim(names[i]);
    return ANC_STR("document");
}

/* What may stand in a file's name everywhere. */
static bool is_harmless(uint32_t c)
{
    static const char *const bad = "\"*/:<>?\\|%";
    if (c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x2028 && c <= 0x202e) ||
        (c >= 0x2066 && c <= 0x2069))
        return false; /* controls, and marks that turn the reading order around */
    for (size_t i = 0; bad[i] != '\0'; i++)
        if (c == (unsigned char)bad[i])
            return false;
    return true;
}

static void clean(anc_str name, anc_buf *out)
{
    size_t bytes;
    while (name.len > 0 && (name.ptr[0] == '.' || name.ptr[0] == ' '))
        name = anc_str_sub(name, 1, name.len);
    name =
        anc_str_sub(name, 0, anc_utf8_floor(name, name.len < NAME_BYTES ? name.len : NAME_BYTES));
    for (size_t i = 0; i < name.len; i += bytes) {
        const uint32_t c = anc_utf8_at(name, i, &bytes);
        (void)anc_buf_add(out, is_harmless(c) ? anc_str_sub(name, i, bytes) : ANC_STR("_"));
    }
    if (out->len == 0)
        (void)anc_buf_add(out, ANC_STR("document"));
}

static bool has_ending(anc_str name)
{
    for (size_t n = name.len; n > 1 && name.len - n < 8; n--)
        if (name.ptr[n - 1] == '.')
            return n < name.len;
    return false;
}

/* Of the types that a document may have here. */
static const struct {
    const char *type, *ending;
} endings[] = {
    {"text/plain", ".txt"},
    {"text/markdown", ".md"},
    {"text/html", ".html"},
    {"text/csv", ".csv"},
    {"application/json", ".json"},
    {"application/x-ndjson", ".ndjson"},
    {"application/pdf", ".pdf"},
    {"application/xml", ".xml"},
    {"application/rss+xml", ".xml"},
    {"message/rfc822", ".eml"},
    {"application/rtf", ".rtf"},
    {"application/epub+zip", ".epub"},
    {"application/vnd.oasis.opendocument.text", ".odt"},
    {"application/vnd.oasis.opendocument.spreadsheet", ".ods"},
    {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", ".docx"},
    {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ".xlsx"},
    {"application/vnd.openxmlformats-officedocument.presentationml.presentation", ".pptx"},
    {"text/x-c", ".c"},
    {"text/x-c++", ".cpp"},
    {"text/x-csharp", ".cs"},
    {"text/x-go", ".go"},
    {"text/x-java", ".java"},
    {"text/javascript", ".js"},
    {"text/x-typescript", ".ts"},
    {"text/x-kotlin", ".kt"},
    {"text/x-swift", ".swift"},
    {"text/x-rust", ".rs"},
    {"text/x-php", ".php"},
    {"text/x-python", ".py"},
    {"text/x-ruby", ".rb"},
    {"text/x-lua", ".lua"},
    {"text/x-shellscript", ".sh"},
    {"application/sql", ".sql"},
    {"application/yaml", ".yaml"},
    {"application/toml", ".toml"},
    {"text/x-ini", ".ini"},
    {"text/x-makefile", ".mk"},
    {"text/x-dockerfile", ".dockerfile"},
};

static const char *ending_of(anc_str type)
{
    const anc_str bare = anc_str_trim(anc_str_sub(type, 0, anc_str_find(type, ANC_STR(";"))));
    for (size_t i = 0; i < ANC_COUNT(endings); i++)
        if (anc_str_eq_nocase(bare, anc_str_of(endings[i].type)))
            return endings[i].ending;
    return "";
}

anc_status http_document_disposition(anc_arena *mem, const kno_document *document, anc_str *ret,
                                     anc_err *err)
{
    ANC_BUF(name, PLAIN_BYTES);
    ANC_BUF(plain, PLAIN_BYTES);
    ANC_BUF(encoded, ENCODED_BYTES);
    clean(chosen_name(document), &name);
    if (!has_ending(anc_buf_view(&name)))
        (void)anc_buf_add(&name, anc_str_of(ending_of(document->content_type)));
    for (size_t i = 0; i < name.len; i++)
        (void)anc_buf_add_char(&plain, (unsigned char)name.ptr[i] < 0x80 ? name.ptr[i] : '_');
    net_uri_encode(&encoded, anc_buf_view(&name));
    if (name.refused || plain.refused || encoded.refused)
        return ANC_FAIL(err, ANC_NO_MEMORY, "no room for the name of a file");
    *ret = anc_arena_printf(mem, "attachment; filename=\"%.*s\"; filename*=UTF-8''%.*s",
                            ANC_FMT(anc_buf_view(&plain)), ANC_FMT(anc_buf_view(&encoded)));
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(mem), "no room for the name of a file");
    return ANC_OK;
}

anc_str http_document_type(const kno_document *document)
{
    const anc_str type = document->content_type;
    bool good = anc_str_find(type, ANC_STR("/")) != SIZE_MAX;
    for (size_t i = 0; good && i < type.len; i++)
        good = (unsigned char)type.ptr[i] >= 0x20 && (unsigned char)type.ptr[i] < 0x7f;
    return good ? type : ANC_STR("application/octet-stream");
}
