/* scopes.c - which collections are searched, and how each of them reads the question. */
#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "query_impl.h"

/* ---- which ------------------------------------------------------------------------------------ */

static void add_collection(srch_asking *a, const kno_collection *c)
{
    for (size_t i = 0; i < a->n_scopes; i++)
        if (anc_str_eq(a->scopes[i].name, c->name))
            return;
    srch_scope *scope = &a->scopes[a->n_scopes++];
    *scope = (srch_scope){.name = c->name};
    (void)txt_language_find(c->language, &scope->declared);
}

static bool holds_label_of(const krn_principal *p, const kno_collection *c)
{
    for (size_t i = 0; i < c->n_acl; i++)
        for (size_t k = 0; k < p->n_labels; k++)
            if (anc_str_eq(c->acl[i], p->labels[k]))
                return true;
    return c->n_acl == 0;
}

/* To the owner, who sees the collection on the shelf: why nothing may be found in it. Anybody else is told nothing that
 * labels keep from them. */
static anc_status warn_of_labels(srch_asking *a, const kno_collection *c, size_t i)
{
    const krn_principal *p = &a->call->principal;
    srch_result *r = &a->result;
    if (!p->is_admin || holds_label_of(p, c) || r->n_warnings == SRCH_MAX_WARNINGS)
        return ANC_OK;
    const srch_warning w = {
        anc_arena_printf(a->call->mem, "/collections/%zu", i),
        anc_arena_printf(a->call->mem,
                         "you hold no label of the collection \"%.*s\" (%.*s%s): nothing of it is "
                         "found but documents with a label of yours",
                         ANC_FMT(c->name), ANC_FMT(c->acl[0]), c->n_acl > 1 ? ", …" : "")};
    if (w.pointer.ptr == NULL || w.message.ptr == NULL)
        return srch_no_room(a->call);
    r->warnings[r->n_warnings++] = w;
    return ANC_OK;
}

static anc_status find_named(srch_asking *a)
{
    const srch_request *r = a->request;
    anc_err *err = a->call->err;
    for (size_t i = 0; i < r->n_collections; i++) {
        kno_collection c;
        const anc_status status =
            kno_collection_find(a->srch->config.knowledge, a->call, r->collections[i], &c);
        if (status == ANC_INVALID || status == ANC_NOT_FOUND)
            (void)snprintf(err->pointer, sizeof err->pointer, "/collections/%zu", i);
        ANC_TRY(status);
        ANC_TRY(warn_of_labels(a, &c, i));
        add_collection(a, &c);
    }
    return ANC_OK;
}

static anc_status find_all(srch_asking *a)
{
    enum { COLLECTIONS_A_PAGE = 100 };
    anc_str after = ANC_STR_NONE;
    for (;;) {
        kno_collection *rows = NULL;
        size_t n = 0;
        ANC_TRY(kno_collection_list(a->srch->config.knowledge, a->call, after, COLLECTIONS_A_PAGE,
                                    &rows, &n));
        for (size_t i = 0; i < n && a->n_scopes < SRCH_MAX_COLLECTIONS; i++)
            add_collection(a, &rows[i]);
        if (n < COLLECTIONS_A_PAGE || a->n_scopes == SRCH_MAX_COLLECTIONS)
            return ANC_OK;
        after = rows[n - 1].name;
    }
}

anc_status srch_scopes_find(srch_asking *a)
{
    const size_t n = a->request->n_collections;
    a->scopes = anc_arena_alloc(a->call->mem, n > 0 ? n : SRCH_MAX_COLLECTIONS, sizeof *a->scopes);
    if (a->scopes == NULL)
        return srch_no_room(a->call);
    return n > 0 ? find_named(a) : find_all(a);
}

/* ---- how -------------------------------------------------------------------------------------- */

static anc_status read_terms(srch_asking *a, srch_scope *scope)
{
    srch_query_term *terms;
    size_t words;
    ANC_TRY(srch_words_read(a->call->mem, &a->marked, scope->languages, scope->n_languages,
                            !a->result.relaxed, &terms, &scope->n_terms, &words, a->call->err));
    scope->terms = terms;
    if (words > SRCH_MAX_QUERY_WORDS)
        return ANC_FAIL_FIELD(a->call->err, ANC_INVALID, "/query",
                              "the query has %zu words, at most %d", words,
                              (int)SRCH_MAX_QUERY_WORDS);
    return ANC_OK;
}

static anc_status read_demands(srch_asking *a, srch_scope *scope)
{
    const txt_language *languages = scope->languages;
    const size_t n = scope->n_languages;
    krn_call *call = a->call;
    if (a->marked.n == 0)
        return ANC_OK;
    ANC_TRY(srch_demands_of(call->mem, &a->marked, languages, n, true, &scope->demands, call->err));
    ANC_TRY(srch_demands_of(call->mem, &a->marked, languages, n, false, &scope->strict, call->err));
    if (scope->demands.words > SRCH_MAX_QUERY_WORDS)
        return ANC_FAIL_FIELD(call->err, ANC_INVALID, "/query",
                              "the query marks %zu words, at most %d", scope->demands.words,
                              (int)SRCH_MAX_QUERY_WORDS);
    return ANC_OK;
}

/* A query has to say what to look for, unless it may be one that finds nothing. */
static anc_status check_words(srch_asking *a, const srch_scope *scope)
{
    if (scope->n_terms > 0)
        return ANC_OK;
    for (size_t i = 0; i < a->marked.n; i++)
        if (a->marked.marks[i].kind == SRCH_MARK_MUST_NOT)
            return ANC_FAIL_FIELD(a->call->err, ANC_INVALID, "/query",
                                  "the query only excludes; it has to say what to look for");
    if (!a->request->may_be_wordless)
        return ANC_FAIL_FIELD(a->call->err, ANC_INVALID, "/query", "there is no word in the query");
    a->wordless = true;
    return ANC_OK;
}

/* A scope before this one that reads in the same way: its analysis is shared. */
static const srch_scope *alike(const srch_asking *a, const srch_scope *scope)
{
    for (const srch_scope *s = a->scopes; s < scope; s++)
        if (s->n_languages == scope->n_languages &&
            memcmp(s->languages, scope->languages, s->n_languages * sizeof *s->languages) == 0)
            return s;
    return NULL;
}

anc_status srch_scopes_read(srch_asking *a)
{
    for (size_t i = 0; i < a->n_scopes; i++) {
        srch_scope *scope = &a->scopes[i];
        const srch_languages there = srch_languages_of(a->index, scope->name);
        const txt_language first = srch_language_of(&there, scope->declared, a->marked.words);
        scope->n_languages = srch_languages_in(&there, first, scope->languages);
        const srch_scope *same = alike(a, scope);
        if (same != NULL) {
            scope->terms = same->terms;
            scope->n_terms = same->n_terms;
        } else {
            ANC_TRY(read_terms(a, scope));
            ANC_TRY(check_words(a, scope));
        }
        ANC_TRY(read_demands(a, scope));
    }
    return ANC_OK;
}

static bool reads(const srch_scope *scope, int language)
{
    for (size_t i = 0; i < scope->n_languages; i++)
        if ((int)scope->languages[i] == language)
            return true;
    return false;
}

bool srch_scopes_outdated(const srch_asking *a)
{
    for (size_t i = 0; i < a->n_scopes && a->request->mode != SRCH_METADATA; i++) {
        const srch_languages now = srch_languages_of(a->index, a->scopes[i].name);
        for (int l = TXT_UND; l < TXT_LANGUAGE_COUNT; l++)
            if (now.documents[l] > 0 && !reads(&a->scopes[i], l))
                return true;
    }
    return false;
}
