/* archive_kind.c - what kind of document a ZIP archive is: by what it says of itself, else by the names
 * in it. A row whose kind is not read yet (-1) ends as a refusal that names it. */
#include "archive_impl.h"

enum {
    LIST_BYTES = 1 << 20, /* of the list of content types; what is longer is told by names */
    MIMETYPE_BYTES = 100,
    HEAD_BYTES = 8192
};

typedef struct kind_sign {
    anc_str sign;
    int kind;         /* -1: none that is read */
    const char *what; /* for people, where it is none */
} kind_sign;

/* What the entry "mimetype" says. */
static const kind_sign mimetypes[] = {
    {ANC_STR_INIT("application/epub+zip"), PRS_EPUB, "EPUB"},
    {ANC_STR_INIT("application/vnd.oasis.opendocument.text"), PRS_ODT, "ODT"},
    {ANC_STR_INIT("application/vnd.oasis.opendocument.spreadsheet"), PRS_ODS, "ODS"},
    {ANC_STR_INIT("application/vnd.oasis.opendocument.presentation"), -1,
     "an OpenDocument presentation"},
    {ANC_STR_INIT("application/vnd.oasis.opendocument.graphics"), -1, "an OpenDocument drawing"},
    {ANC_STR_INIT("application/vnd.oasis.opendocument"), -1, "an OpenDocument file"},
};

/* What the list of content types, or the name of an entry, says. The first that is found holds. */
static const kind_sign content_types[] = {
    {ANC_STR_INIT("wordprocessingml.document.main+xml"), PRS_DOCX, "DOCX"},
    {ANC_STR_INIT("wordprocessingml.template.main+xml"), PRS_DOCX, "DOCX"},
    {ANC_STR_INIT("ms-word.document.macroEnabled.main+xml"), PRS_DOCX, "DOCX"},
    {ANC_STR_INIT("ms-word.template.macroEnabledTemplate.main+xml"), PRS_DOCX, "DOCX"},
    {ANC_STR_INIT("spreadsheetml.sheet.main+xml"), PRS_XLSX, "XLSX"},
    {ANC_STR_INIT("spreadsheetml.template.main+xml"), PRS_XLSX, "XLSX"},
    {ANC_STR_INIT("ms-excel.sheet.macroEnabled.main+xml"), PRS_XLSX, "XLSX"},
    {ANC_STR_INIT("ms-excel.template.macroEnabled.main+xml"), PRS_XLSX, "XLSX"},
    {ANC_STR_INIT("ms-excel.sheet.binary.macroEnabled.main"), -1, "a binary Excel workbook"},
    {ANC_STR_INIT("presentationml.presentation.main+xml"), PRS_PPTX, "PPTX"},
    {ANC_STR_INIT("presentationml.slideshow.main+xml"), PRS_PPTX, "PPTX"},
    {ANC_STR_INIT("presentationml.template.main+xml"), PRS_PPTX, "PPTX"},
    {ANC_STR_INIT("ms-powerpoint.presentation.macroEnabled.main+xml"), PRS_PPTX, "PPTX"},
    {ANC_STR_INIT("ms-powerpoint.slideshow.macroEnabled.main+xml"), PRS_PPTX, "PPTX"},
    {ANC_STR_INIT("ms-visio.drawing.main+xml"), -1, "a Visio drawing"},
};

/* Beginnings of names of entries. */
static const kind_sign names[] = {
    {ANC_STR_INIT("word/document"), PRS_DOCX, "DOCX"},
    {ANC_STR_INIT("xl/workbook.bin"), -1, "a binary Excel workbook"},
    {ANC_STR_INIT("xl/workbook"), PRS_XLSX, "XLSX"},
    {ANC_STR_INIT("ppt/presentation"), PRS_PPTX, "PPTX"},
    {ANC_STR_INIT("META-INF/container.xml"), PRS_EPUB, "EPUB"},
    {ANC_STR_INIT("AndroidManifest.xml"), -1, "an Android program"},
    {ANC_STR_INIT("META-INF/MANIFEST.MF"), -1, "a Java archive"},
    {ANC_STR_INIT("Index/Document.iwa"), -1, "an Apple iWork document"},
    {ANC_STR_INIT("word/"), PRS_DOCX, "DOCX"},
    {ANC_STR_INIT("xl/"), PRS_XLSX, "XLSX"},
    {ANC_STR_INIT("ppt/"), PRS_PPTX, "PPTX"},
};

static bool add_head(void *self, anc_str piece)
{
    anc_buf *out = self;
    return anc_buf_add(out, anc_str_sub(piece, 0, out->max - out->len)) && out->len < out->max;
}

/* Unpacks up to the ceiling of `out`; what does not unpack tells nothing. */
static anc_str head_of(prs_archive *a, const char *name, anc_buf *out)
{
    if (prs_archive_has(a, name) && !prs_archive_read(a, name, add_head, out) &&
        a->e->status != ANC_NO_MEMORY)
        a->e->status = ANC_OK;
    return anc_buf_view(out);
}

static const kind_sign *by_mimetype(anc_str said)
{
    for (size_t i = 0; i < ANC_COUNT(mimetypes); i++)
        if (anc_str_starts(said, mimetypes[i].sign))
            return &mimetypes[i];
    return NULL;
}

static const kind_sign *by_content_types(anc_str list)
{
    for (size_t i = 0; i < ANC_COUNT(content_types); i++)
        if (anc_str_find(list, content_types[i].sign) != SIZE_MAX)
            return &content_types[i];
    return NULL;
}

static const kind_sign *by_entries(const prs_archive *a)
{
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        for (size_t k = 0;; k++) {
            const anc_str name = prs_archive_name(a, k);
            if (name.ptr == NULL)
                break;
            if (anc_str_starts(name, names[i].sign))
                return &names[i];
        }
    return NULL;
}

/* For an archive whose directory is lost: what stands near its start. */
static const kind_sign *by_head(anc_str head)
{
    for (size_t i = 0; i < ANC_COUNT(mimetypes); i++)
        if (anc_str_find(head, mimetypes[i].sign) != SIZE_MAX)
            return &mimetypes[i];
    for (size_t i = 0; i < ANC_COUNT(names); i++)
        if (anc_str_find(head, names[i].sign) != SIZE_MAX)
            return &names[i];
    return NULL;
}

/* For one of which nothing else is left: what it is called. */
static const kind_sign *by_name(anc_str name)
{
    static const kind_sign endings[] = {
        {ANC_STR_INIT(".docx"), PRS_DOCX, "DOCX"}, {ANC_STR_INIT(".docm"), PRS_DOCX, "DOCX"},
        {ANC_STR_INIT(".xlsx"), PRS_XLSX, "XLSX"}, {ANC_STR_INIT(".xlsm"), PRS_XLSX, "XLSX"},
        {ANC_STR_INIT(".pptx"), PRS_PPTX, "PPTX"}, {ANC_STR_INIT(".odt"), PRS_ODT, "ODT"},
        {ANC_STR_INIT(".ods"), PRS_ODS, "ODS"},    {ANC_STR_INIT(".epub"), PRS_EPUB, "EPUB"}};
    for (size_t i = 0; i < ANC_COUNT(endings); i++) {
        const anc_str e = endings[i].sign;
        if (name.len > e.len && anc_str_eq_nocase(anc_str_sub(name, name.len - e.len, name.len), e))
            return &endings[i];
    }
    return NULL;
}

anc_status prs_archive_kind(anc_str bytes, anc_str name, prs_kind *ret, const char **ret_what,
                            anc_err *err)
{
    const prs_limits limits = prs_limits_default();
    const kind_sign *sign = NULL;
    ANC_CLEANUP(prs_emitter_done) prs_emitter e;
    ANC_CLEANUP(prs_archive_done) prs_archive a;
    ANC_BUF(mimetype, MIMETYPE_BYTES);
    ANC_BUF(list, LIST_BYTES);
    prs_emitter_init(&e, &limits, NULL, NULL);
    if (prs_archive_open(bytes, &e, &a)) {
        sign = by_mimetype(head_of(&a, "mimetype", &mimetype));
        if (sign == NULL)
            sign = by_content_types(head_of(&a, "[Content_Types].xml", &list));
        if (sign == NULL)
            sign = by_entries(&a);
    } else {
        sign = by_head(anc_str_sub(bytes, 0, HEAD_BYTES));
        if (sign == NULL)
            sign = by_name(name);
    }
    if (mimetype.starved || list.starved || e.status == ANC_NO_MEMORY)
        return ANC_FAIL(err, ANC_NO_MEMORY, "archive: out of memory");
    *ret_what = sign != NULL ? sign->what : "a ZIP archive";
    if (sign == NULL || sign->kind < 0)
        return ANC_UNSUPPORTED;
    *ret = (prs_kind)sign->kind;
    return ANC_OK;
}
