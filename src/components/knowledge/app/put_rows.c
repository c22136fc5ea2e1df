/* put_rows.c - a file of records: each is handed out to become a document of its own, and the file's
 * document says what it holds.
 *
 * The file is read twice. The first reading surveys the columns: a column of a table is of numbers, or
 * of true and false, when all of its values are; and it finds out whether the column that names the
 * rows has another value in each. The second hands the rows out:
 *
 *   id        "<id>#<value of the id column>", without one "<id>#<number>"
 *   content   the record as a JSON object, of the text columns where those were named
 *   metadata  what was given, and the columns under names that were not; long values are text alone
 *
 * Of lines that are broken the rest of the file is not to blame: they are named, and the others are rows.
 */
#include <string.h>

#include "base/id.h"
#include "base/map.h"
#include "base/utf8.h"
#include "knowledge/domain/limits.h"
#include "put_impl.h"
#include "json/json.h"

enum {
    COLUMNS = 200, /* that are looked at; more are text alone */
    ROWS_MAX = 250000,
    VALUE_BYTES = 1024, /* of a value that is metadata too */
    FIELDS_BYTES = KNO_METADATA_BYTES / 2,
    ROW_BYTES = 16 << 20,
    SHOWN_BYTES = 100,
    DESCRIPTION_BYTES = 8192,
    REMARK_BYTES = 1024
};

typedef struct column {
    anc_str name;
    bool filled, numbers, truths; /* all of its values are */
} column;

/* A column that may name the rows. */
typedef struct candidate {
    size_t column;     /* COLUMNS: it was not seen yet */
    anc_map *values;   /* owned: to the row's number */
    uint64_t twice[2]; /* rows with one value; 0: none */
    uint64_t without;  /* the first row that has none; 0: each has one */
} candidate;

static const char *const id_names[] = {"id", "_id"}; /* the first that names every row does */

typedef struct reading {
    kno_put *put;
    const kno_rows_wanted *wanted;
    column columns[COLUMNS];
    size_t n;
    anc_map *by_name;                   /* owned: to index + 1 */
    candidate ids[ANC_COUNT(id_names)]; /* a named column is the only one */
    uint64_t rows, broken;
    anc_buf first_broken;                          /* owned; what is wrong with the first */
    size_t id, title;                              /* columns; COLUMNS: none */
    char made_for[2 * KNO_DIGEST_BYTES + 1];       /* of the rows, in hex */
    anc_buf name, uri, title_text, json, metadata; /* owned; of the row at hand */
} reading;

static void reading_done(reading *r)
{
    anc_map_free(r->by_name);
    for (size_t i = 0; i < ANC_COUNT(r->ids); i++)
        anc_map_free(r->ids[i].values);
    anc_buf *const buffers[] = {&r->name, &r->uri,      &r->title_text,
                                &r->json, &r->metadata, &r->first_broken};
    for (size_t i = 0; i < ANC_COUNT(buffers); i++)
        anc_buf_done(buffers[i]);
}

static anc_status no_memory(anc_err *err)
{
    return ANC_FAIL(err, ANC_NO_MEMORY, "no memory for the columns of a table");
}

/* ---- the survey ---------------------------------------------------------------------------- */

/* A number as JSON writes it, so that "007" and "1e5x" stay text. */
static bool is_number(anc_str s)
{
    size_t i = s.len > 0 && s.ptr[0] == '-' ? 1 : 0;
    const size_t whole = i;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
        i++;
    if (i == whole || (s.ptr[whole] == '0' && i > whole + 1) || i - whole > 15)
        return false;
    if (i == s.len)
        return true;
    const size_t point = i;
    if (s.ptr[i++] != '.')
        return false;
    while (i < s.len && s.ptr[i] >= '0' && s.ptr[i] <= '9')
        i++;
    return i == s.len && i > point + 1 && i - point <= 15;
}

static bool is_truth(anc_str s)
{
    return anc_str_eq_nocase(s, ANC_STR("true")) || anc_str_eq_nocase(s, ANC_STR("false"));
}

static anc_status find_column(reading *r, anc_str name, column **ret, anc_err *err)
{
    uint64_t at = 0;
    *ret = NULL;
    if (anc_map_find(r->by_name, name, &at)) {
        *ret = &r->columns[at - 1];
        return ANC_OK;
    }
    if (r->n == COLUMNS)
        return ANC_OK;
    *ret = &r->columns[r->n];
    **ret =
        (column){.name = anc_arena_copy(r->put->call.mem, name), .numbers = true, .truths = true};
    if ((*ret)->name.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(r->put->call.mem), "no room for a column's name");
    return anc_map_put(r->by_name, name, ++r->n) ? ANC_OK : no_memory(err);
}

static anc_status survey_value(reading *r, const kno_record_field *f, anc_err *err)
{
    column *c = NULL;
    ANC_TRY(find_column(r, f->name, &c, err));
    if (c == NULL || f->kind != KNO_VALUE_TEXT || f->value.len == 0)
        return ANC_OK;
    c->filled = true;
    c->numbers = c->numbers && is_number(f->value);
    c->truths = c->truths && is_truth(f->value);
    return ANC_OK;
}

static const kno_record_field *field_of(const reading *r, size_t index,
                                        const kno_record_field *fields, size_t n)
{
    for (size_t i = 0; index < r->n && i < n; i++)
        if (anc_str_eq(fields[i].name, r->columns[index].name) && fields[i].value.len > 0)
            return &fields[i];
    return NULL;
}

/* The column that `wanted` names, else the first that is called one of `names`. */
static size_t column_called(const reading *r, anc_str wanted, const char *const *names,
                            size_t n_names)
{
    for (size_t i = 0; wanted.len > 0 && i < r->n; i++)
        if (anc_str_eq(r->columns[i].name, wanted))
            return i;
    for (size_t k = 0; wanted.len == 0 && k < n_names; k++)
        for (size_t i = 0; i < r->n; i++)
            if (anc_str_eq_nocase(r->columns[i].name, anc_str_of(names[k])))
                return i;
    return COLUMNS;
}

static size_t n_candidates(const reading *r)
{
    return r->wanted->id_field.len > 0 ? 1 : ANC_COUNT(r->ids);
}

static bool names_each(const candidate *c)
{
    return c->column != COLUMNS && c->without == 0 && c->twice[0] == 0;
}

/* One column may come later than the other, so each is counted for itself from the first row on. */
static anc_status survey_id(reading *r, candidate *c, uint64_t number,
                            const kno_record_field *fields, size_t n, anc_err *err)
{
    const kno_record_field *f = field_of(r, c->column, fields, n);
    uint64_t first = 0;
    if (f == NULL && c->without == 0)
        c->without = number;
    if (f == NULL || c->without > 0 || c->twice[0] > 0)
        return ANC_OK;
    if (anc_map_find(c->values, f->value, &first)) {
        c->twice[0] = first;
        c->twice[1] = number;
    }
    return anc_map_put(c->values, f->value, number) ? ANC_OK : no_memory(err);
}

static anc_status survey_ids(reading *r, uint64_t number, const kno_record_field *fields, size_t n,
                             anc_err *err)
{
    for (size_t i = 0; i < n_candidates(r); i++) {
        candidate *c = &r->ids[i];
        if (c->column == COLUMNS)
            c->column = column_called(r, r->wanted->id_field, &id_names[i], 1);
        ANC_TRY(survey_id(r, c, number, fields, n, err));
    }
    return ANC_OK;
}

/* Once all rows were seen. */
static void find_columns(reading *r)
{
    static const char *const titles[] = {"title", "name", "subject", "titre", "nom", "titel"};
    r->title = column_called(r, r->wanted->title_field, titles, ANC_COUNT(titles));
    for (size_t i = n_candidates(r); i-- > 0;)
        if (names_each(&r->ids[i]))
            r->id = r->ids[i].column;
}

static anc_status check_rows(const reading *r, anc_err *err)
{
    if (r->rows + r->broken > ROWS_MAX)
        return ANC_FAIL(err, ANC_LIMIT, "it has more than %d rows, the limit of one file",
                        ROWS_MAX);
    return ANC_OK;
}

static anc_status survey_broken(void *arg, uint64_t line, anc_str why, anc_err *err)
{
    reading *r = arg;
    if (r->broken++ == 0)
        (void)anc_buf_printf(&r->first_broken, "line %llu: %.*s", (unsigned long long)line,
                             ANC_FMT(why));
    return check_rows(r, err);
}

static anc_status survey(void *arg, uint64_t number, const kno_record_field *fields, size_t n,
                         anc_err *err)
{
    reading *r = arg;
    r->rows = number;
    ANC_TRY(check_rows(r, err));
    for (size_t i = 0; i < n; i++)
        ANC_TRY(survey_value(r, &fields[i], err));
    return survey_ids(r, number, fields, n, err);
}

static bool has_column(const reading *r, anc_str name)
{
    uint64_t at;
    return anc_map_find(r->by_name, name, &at);
}

/* What was asked for by name must be there, and name each row once. */
static anc_status check_columns(const reading *r, anc_err *err)
{
    const kno_rows_wanted *w = r->wanted;
    const candidate *id = &r->ids[0];
    const anc_str named[] = {w->id_field, w->title_field};
    for (size_t i = 0; i < ANC_COUNT(named); i++)
        if (named[i].len > 0 && !has_column(r, named[i]))
            return ANC_FAIL(err, ANC_INVALID, "it has no column \"%.*s\"", ANC_FMT(named[i]));
    for (size_t i = 0; i < w->n_text_fields; i++)
        if (!has_column(r, w->text_fields[i]))
            return ANC_FAIL(err, ANC_INVALID, "it has no column \"%.*s\"",
                            ANC_FMT(w->text_fields[i]));
    if (w->id_field.len > 0 && id->without > 0)
        return ANC_FAIL(err, ANC_INVALID, "row %llu has nothing in the column \"%.*s\"",
                        (unsigned long long)id->without, ANC_FMT(w->id_field));
    if (w->id_field.len > 0 && id->twice[0] > 0)
        return ANC_FAIL(err, ANC_INVALID, "rows %llu and %llu have the same in the column \"%.*s\"",
                        (unsigned long long)id->twice[0], (unsigned long long)id->twice[1],
                        ANC_FMT(w->id_field));
    return ANC_OK;
}

/* ---- handed out ---------------------------------------------------------------------------- */

static void write_value(json_writer *w, const reading *r, const kno_record_field *f)
{
    uint64_t at = 0;
    const column *c = anc_map_find(r->by_name, f->name, &at) ? &r->columns[at - 1] : NULL;
    const bool inferred = f->kind == KNO_VALUE_TEXT && c != NULL && c->filled;
    json_name_str(w, f->name);
    if (f->value.len == 0 || f->kind == KNO_VALUE_NULL)
        json_write_null(w);
    else if (f->kind == KNO_VALUE_BOOL || (inferred && c->truths))
        json_write_bool(w, anc_str_eq_nocase(f->value, ANC_STR("true")));
    else if (f->kind == KNO_VALUE_NUMBER || (inferred && c->numbers))
        json_write_raw(w, f->value);
    else
        json_write_str(w, f->value);
}

static bool is_text_field(const kno_rows_wanted *w, anc_str name)
{
    bool found = w->n_text_fields == 0;
    for (size_t i = 0; !found && i < w->n_text_fields; i++)
        found = anc_str_eq(w->text_fields[i], name);
    return found;
}

static anc_status write_content(reading *r, const kno_record_field *fields, size_t n, anc_err *err)
{
    anc_buf_clear(&r->json);
    json_writer w = json_writer_of(&r->json);
    json_open_object(&w);
    for (size_t i = 0; i < n; i++)
        if (is_text_field(r->wanted, fields[i].name))
            write_value(&w, r, &fields[i]);
    json_close_object(&w);
    return anc_buf_status(&r->json, "a row", err);
}

static bool fits_metadata(const reading *r, const kno_record_field *fields, size_t i)
{
    const kno_record_field *f = &fields[i];
    if (f->value.len == 0 || f->value.len > VALUE_BYTES || f->name.len > KNO_METADATA_NAME_BYTES ||
        !has_column(r, f->name) ||
        r->metadata.len + 6 * (f->name.len + f->value.len) > (size_t)FIELDS_BYTES)
        return false;
    for (size_t k = 0; k < i; k++) /* a name that comes again is text alone */
        if (anc_str_eq(fields[k].name, f->name))
            return false;
    return true;
}

static anc_status write_metadata(reading *r, const kno_record_field *fields, size_t n, anc_err *err)
{
    json_doc *given = NULL;
    anc_str name;
    const json_value *value;
    ANC_TRY(json_parse(r->put->metadata, &given, err));
    const json_value *root = json_root(given);
    anc_buf_clear(&r->metadata);
    json_writer w = json_writer_of(&r->metadata);
    json_open_object(&w);
    for (size_t cursor = 0; json_each(root, &cursor, &name, &value);) {
        ANC_BUF(dumped, KNO_METADATA_BYTES);
        json_dump(value, &dumped);
        json_name_str(&w, name);
        json_write_raw(&w, anc_buf_view(&dumped));
    }
    const size_t room = KNO_METADATA_FIELDS - json_count(root);
    for (size_t i = 0, added = 0; i < n && added < room; i++) {
        ANC_BUF(terminated, KNO_METADATA_NAME_BYTES + 1);
        if (!fits_metadata(r, fields, i) || !anc_buf_add(&terminated, fields[i].name) ||
            json_member(root, terminated.ptr) != NULL)
            continue;
        write_value(&w, r, &fields[i]);
        added++;
    }
    json_close_object(&w);
    json_doc_free(given);
    return anc_buf_status(&r->metadata, "the metadata of a row", err);
}

/* "depots.csv#7" of a name and a key. */
static anc_status name_row(anc_buf *out, anc_str of, anc_str key, anc_err *err)
{
    anc_buf_clear(out);
    (void)anc_buf_printf(out, "%.*s#%.*s", ANC_FMT(of), ANC_FMT(key));
    return anc_buf_status(out, "the name of a row", err);
}

/* What the title column says, else "depots.csv, row 7". */
static anc_status title_row(reading *r, const kno_record_field *title, uint64_t number,
                            anc_err *err)
{
    const kno_document_input *in = r->put->input;
    const anc_str name = kno_put_file_name(r->put);
    const anc_str file = in->title.len > 0 ? in->title : name.len > 0 ? name : r->put->name;
    const anc_str full = title != NULL ? title->value : file;
    const anc_str s = anc_str_sub(
        full, 0,
        anc_utf8_floor(full, full.len < KNO_TITLE_BYTES / 2 ? full.len : KNO_TITLE_BYTES / 2));
    anc_buf_clear(&r->title_text);
    for (size_t i = 0; i < s.len; i++)
        (void)anc_buf_add_char(&r->title_text,
                               (unsigned char)s.ptr[i] < ' ' || s.ptr[i] == 0x7F ? ' ' : s.ptr[i]);
    if (title == NULL)
        (void)anc_buf_printf(&r->title_text, ", row %llu", (unsigned long long)number);
    return anc_buf_status(&r->title_text, "the title of a row", err);
}

static anc_status hand_out(void *arg, uint64_t number, const kno_record_field *fields, size_t n,
                           anc_err *err)
{
    reading *r = arg;
    kno_put *put = r->put;
    const kno_record_field *id = field_of(r, r->id, fields, n);
    ANC_BUF(counted, 32);
    (void)anc_buf_printf(&counted, "%llu", (unsigned long long)number);
    const anc_str key = id != NULL ? id->value : anc_buf_view(&counted);
    ANC_TRY(name_row(&r->name, put->name, key, err));
    anc_buf_clear(&r->uri);
    if (put->input->uri.len > 0)
        ANC_TRY(name_row(&r->uri, put->input->uri, key, err));
    ANC_TRY(title_row(r, field_of(r, r->title, fields, n), number, err));
    ANC_TRY(write_content(r, fields, n, err));
    ANC_TRY(write_metadata(r, fields, n, err));
    const kno_row row = {.number = number,
                         .parent = put->name,
                         .made_for = anc_str_of(r->made_for),
                         .id = anc_buf_view(&r->name),
                         .title = anc_buf_view(&r->title_text),
                         .uri = anc_buf_view(&r->uri),
                         .content = anc_buf_view(&r->json),
                         .metadata = anc_buf_view(&r->metadata)};
    if (!anc_map_put(put->parts.rows, row.id, number))
        return no_memory(err);
    return r->wanted->on_row(r->wanted->arg, &row, err);
}

static anc_status hand_out_broken(void *arg, uint64_t line, anc_str why, anc_err *err)
{
    reading *r = arg;
    ANC_BUF(key, 32);
    if (r->wanted->on_broken == NULL)
        return ANC_OK;
    (void)anc_buf_printf(&key, "line %llu", (unsigned long long)line);
    ANC_TRY(name_row(&r->name, r->put->name, anc_buf_view(&key), err));
    const kno_broken_row row = {
        .line = line, .parent = r->put->name, .id = anc_buf_view(&r->name), .why = why};
    return r->wanted->on_broken(r->wanted->arg, &row, err);
}

/* ---- the file's own text -------------------------------------------------------------------- */

static anc_status describe(const reading *r, anc_str *ret, anc_err *err)
{
    ANC_BUF(text, DESCRIPTION_BYTES + 64);
    (void)anc_buf_printf(
        &text, "%llu rows, each a document of its own. Columns: ", (unsigned long long)r->rows);
    for (size_t i = 0; i < r->n; i++) {
        const anc_str name = r->columns[i].name;
        const anc_str shown = anc_str_sub(
            name, 0, anc_utf8_floor(name, name.len < SHOWN_BYTES ? name.len : SHOWN_BYTES));
        if (text.len + shown.len + 8 > DESCRIPTION_BYTES)
            break;
        (void)anc_buf_printf(&text, "%s%.*s", i > 0 ? ", " : "", ANC_FMT(shown));
    }
    *ret = anc_arena_copy(r->put->call.mem, anc_buf_view(&text));
    if (ret->ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(r->put->call.mem), "no room for a description");
    return ANC_OK;
}

/* What could not be read is said beside the text. */
static anc_status remark_broken(const reading *r, kno_parsed *ret, anc_err *err)
{
    ANC_BUF(remark, REMARK_BYTES);
    ANC_BUF(json, 8 * REMARK_BYTES);
    if (r->broken == 0)
        return ANC_OK;
    (void)anc_buf_printf(&remark, "%llu of %llu records could not be read, first %.*s",
                         (unsigned long long)r->broken, (unsigned long long)(r->broken + r->rows),
                         ANC_FMT(anc_buf_view(&r->first_broken)));
    json_writer w = json_writer_of(&json);
    json_open_object(&w);
    json_put_str(&w, "unread", anc_buf_view(&remark));
    json_close_object(&w);
    ANC_TRY(anc_buf_status(&json, "what of a file is broken", err));
    ret->metadata = anc_arena_copy(r->put->call.mem, anc_buf_view(&json));
    if (ret->metadata.ptr == NULL)
        return ANC_FAIL(err, anc_arena_refusal(r->put->call.mem), "no room for what is broken");
    return ANC_OK;
}

static anc_status read_rows(reading *r, krn_call *call, const kno_source *source, kno_parsed *ret,
                            anc_str *ret_text)
{
    kno_put *put = r->put;
    const kno_parser parser = put->kno->with.parser;
    const kno_record_sink first = {.arg = r, .on_record = survey, .on_broken = survey_broken};
    const kno_record_sink second = {.arg = r, .on_record = hand_out, .on_broken = hand_out_broken};
    bool has = false;
    r->by_name = anc_map_new();
    put->parts.rows = anc_map_new();
    bool room = r->by_name != NULL && put->parts.rows != NULL;
    for (size_t i = 0; i < ANC_COUNT(r->ids); i++) {
        r->ids[i] = (candidate){.column = COLUMNS, .values = anc_map_new()};
        room = room && r->ids[i].values != NULL;
    }
    if (!room)
        return no_memory(call->err);
    ANC_TRY(parser.ops->records(parser.self, call, source, &first, ret, &has));
    *ret_text = ANC_STR_NONE;
    if (!has)
        return ANC_OK;
    find_columns(r);
    ANC_TRY(check_columns(r, call->err));
    put->has_rows = true;
    put->n_rows = r->rows;
    if (r->wanted->on_row != NULL)
        ANC_TRY(parser.ops->records(parser.self, call, source, &second, ret, &has));
    if (r->wanted->on_end != NULL)
        ANC_TRY(r->wanted->on_end(r->wanted->arg, call->err));
    ANC_TRY(remark_broken(r, ret, call->err));
    return describe(r, ret_text, call->err);
}

anc_status kno_put_rows(kno_put *put, krn_call *call, const kno_source *source, kno_parsed *ret,
                        anc_str *ret_text)
{
    reading *r = anc_arena_alloc(put->call.mem, 1, sizeof *r);
    if (r == NULL)
        return ANC_FAIL(call->err, anc_arena_refusal(put->call.mem), "no room for a table");
    *r = (reading){.put = put,
                   .wanted = put->rows,
                   .id = COLUMNS,
                   .title = COLUMNS,
                   .name = anc_buf_init(ROW_BYTES),
                   .uri = anc_buf_init(ROW_BYTES),
                   .first_broken = anc_buf_init(REMARK_BYTES / 2),
                   .title_text = anc_buf_init(2 * (size_t)KNO_TITLE_BYTES),
                   .json = anc_buf_init(ROW_BYTES),
                   .metadata = anc_buf_init(2 * (size_t)KNO_METADATA_BYTES)};
    anc_hex_text(put->fingerprint.bytes, KNO_DIGEST_BYTES, r->made_for);
    const anc_status status = read_rows(r, call, source, ret, ret_text);
    reading_done(r);
    return status;
}
