/* test_detect.c - what documents are taken for. */
#include "support/test.h"

#include <string.h>

#include "parse/parse.h"

enum { REFUSED = -1 };

typedef struct detect_row {
    const char *name;
    anc_str bytes;
    const char *file;
    const char *type;
    int kind;         /* or REFUSED */
    const char *what; /* in the refusal */
} detect_row;

static const detect_row rows[] = {
    {"nothing known", ANC_STR_INIT("hello"), "", "", PRS_TEXT, NULL},
    {"empty", ANC_STR_INIT(""), "a.txt", "", PRS_TEXT, NULL},
    {"markdown by name", ANC_STR_INIT("hello"), "a.MD", "", PRS_MARKDOWN, NULL},
    {"markdown by type", ANC_STR_INIT("hello"), "", "text/markdown; charset=utf-8", PRS_MARKDOWN,
     NULL},
    {"html by name", ANC_STR_INIT("<p>x"), "a.htm", "", PRS_HTML, NULL},
    {"html by type", ANC_STR_INIT("<p>x"), "", "text/html", PRS_HTML, NULL},
    {"html by content", ANC_STR_INIT("\n<!-- c --><!DOCTYPE HTML>"), "a.pdf", "", PRS_HTML, NULL},
    {"xhtml", ANC_STR_INIT("<?xml version=\"1.0\"?><html>"), "", "", PRS_HTML, NULL},
    {"the name wins over the type", ANC_STR_INIT("x"), "a.md", "text/html", PRS_MARKDOWN, NULL},
    {"utf-16", ANC_STR_INIT("\xFF\xFEh\0i\0"), "", "", PRS_TEXT, NULL},
    {"a few controls", ANC_STR_INIT("a long enough text\0 with one\x01"), "", "", PRS_TEXT, NULL},
    {"pdf", ANC_STR_INIT("%PDF-1.7\n"), "a.txt", "text/plain", PRS_PDF, NULL},
    {"pdf behind junk", ANC_STR_INIT("junk\n%PDF-1.7\n1 0 obj"), "", "", PRS_PDF, NULL},
    {"text about pdf", ANC_STR_INIT("A file begins with %PDF-1.7."), "a.pdf", "", PRS_TEXT, NULL},
    {"a mail", ANC_STR_INIT("Received: x\n y\nFrom: a\nSubject: b\n\nText"), "a.txt", "", PRS_MAIL,
     NULL},
    {"a letter", ANC_STR_INIT("From: a\nDear b,\nSubject: c\n\nText"), "", "", PRS_TEXT, NULL},
    {"a mail by name", ANC_STR_INIT("Subject: b\n\nText"), "a.eml", "", PRS_MAIL, NULL},
    {"utf-16 without a mark", ANC_STR_INIT("h\0e\0l\0l\0o\0 \0"), "", "", PRS_TEXT, NULL},
    {"csv by name", ANC_STR_INIT("a,b\n1,2"), "a.csv", "", PRS_CSV, NULL},
    {"csv by type", ANC_STR_INIT("a,b\n1,2"), "", "text/csv; charset=x", PRS_CSV, NULL},
    {"json", ANC_STR_INIT(" {\"a\": [1, 2]}"), "a.txt", "text/plain", PRS_JSON, NULL},
    {"json by name", ANC_STR_INIT("{a"), "a.json", "", PRS_JSON, NULL},
    {"ndjson", ANC_STR_INIT("{\"a\": 1}\n{\"a\": 2}\n"), "", "", PRS_NDJSON, NULL},
    {"a note in brackets", ANC_STR_INIT("[1] See there."), "", "", PRS_TEXT, NULL},
    {"an open brace", ANC_STR_INIT("{ we begin"), "", "", PRS_TEXT, NULL},
    {"zip", ANC_STR_INIT("PK\x03\x04...."), "", "", REFUSED, "ZIP"},
    {"docx", ANC_STR_INIT("PK\x03\x04....word/document.xml"), "", "", PRS_DOCX, NULL},
    {"xlsx", ANC_STR_INIT("PK\x03\x04....xl/workbook.bin"), "", "", REFUSED, "Excel"},
    {"an old document", ANC_STR_INIT("\xD0\xCF\x11\xE0 W\0o\0r\0d\0"), "", "", REFUSED,
     "an old Microsoft"},
    {"a document with a password",
     ANC_STR_INIT("\xD0\xCF\x11\xE0 E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e\0"), "a.docx",
     "", REFUSED, "it looks like a Microsoft Office document that is protected by a password"},
    {"image", ANC_STR_INIT("\x89PNG\r\n"), "a.png", "", REFUSED, "it looks like a PNG"},
    {"rtf", ANC_STR_INIT("{\\rtf1 x}"), "a.doc", "", PRS_RTF, NULL},
    {"source by name", ANC_STR_INIT("x"), "folder.c/a.PY", "text/plain", PRS_PYTHON, NULL},
    {"source by its whole name", ANC_STR_INIT("x"), "a/Makefile", "", PRS_MAKEFILE, NULL},
    {"no source", ANC_STR_INIT("x"), "a.c.txt", "", PRS_TEXT, NULL},
    {"source by type", ANC_STR_INIT("x"), "", "Text/X-Rust; charset=utf-8", PRS_RUST, NULL},
    {"a script", ANC_STR_INIT("#!/usr/bin/env -S A=b python3.11 -u\nx"), "run", "", PRS_PYTHON,
     NULL},
    {"a script of a shell", ANC_STR_INIT("#! /bin/sh\n"), "run.txt", "", PRS_SHELL, NULL},
    {"a script of what is not known", ANC_STR_INIT("#!/bin/what\nx"), "a.md", "", PRS_MARKDOWN,
     NULL},
    {"a page named as a script", ANC_STR_INIT("<!doctype html><p>"), "a.php", "", PRS_HTML, NULL},
    {"a feed", ANC_STR_INIT("<rss version='2.0'>"), "a.txt", "", PRS_FEED, NULL},
    {"a feed of Atom",
     ANC_STR_INIT("<?xml version='1.0'?><!-- c --><a:feed xmlns:a='http://www.w3.org/2005/Atom'>"),
     "a.xml", "", PRS_FEED, NULL},
    {"a feed of another kind", ANC_STR_INIT("<?xml version='1.0'?><feed>"), "", "", PRS_XML, NULL},
    {"XML", ANC_STR_INIT("\xEF\xBB\xBF<?xml version='1.0'?><x/>"), "a.ts", "", PRS_XML, NULL},
    {"XML by its type of document", ANC_STR_INIT("<!DOCTYPE book [<!-- > -->]><book>"), "", "",
     PRS_XML, NULL},
    {"XML by name", ANC_STR_INIT("<x>"), "a.xml", "", PRS_XML, NULL},
    {"a sign of less", ANC_STR_INIT("<rssi> is a sign"), "", "", PRS_TEXT, NULL},
    {"noise", ANC_STR_INIT("\x01\x02\x03\x04\x05\x06"), "", "", REFUSED, "binary"},
};

static void detect(void **state)
{
    const detect_row *row = *state;
    prs_kind kind = PRS_TEXT;
    anc_err err = {0};
    const anc_status got =
        prs_detect(row->bytes, anc_str_of(row->file), anc_str_of(row->type), &kind, &err);
    if (row->kind == REFUSED) {
        assert_int_equal(got, ANC_UNSUPPORTED);
        assert_non_null(strstr(err.text, row->what));
        return;
    }
    ASSERT_OK(got, &err);
    assert_int_equal(kind, row->kind);
}

int main(void)
{
    return RUN_TABLE("prs_detect", rows, detect);
}
