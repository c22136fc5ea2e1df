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

#define C_TEXT                                                                                  \
    "/* A heap. */\n#include <stdio.h>\n\nstatic int up(int *a, int i)\n{\n    while (i > 0)\n" \
    "        i = (i - 1) / 2;\n    return a[i];\n}\n"
#define PYTHON_TEXT                                                                          \
    "\"\"\"Trees.\n\nThey are counted here by their kind and age.\n\"\"\"\nclass Orchard:\n" \
    "    def __init__(self, trees):\n        self.trees = trees\n"

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
    {"a draft of parts",
     ANC_STR_INIT("Subject: b\nMIME-Version: 1.0\nContent-Type: multipart/mixed; "
                  "boundary=x\n\n--x\n\nText\n--x--\n"),
     "", "", PRS_MAIL, NULL},
    {"a draft of one text",
     ANC_STR_INIT("Subject: b\nMIME-Version: 1.0\nContent-Type: text/plain\n\nText"), "",
     "text/plain", PRS_MAIL, NULL},
    {"a subject and a type",
     ANC_STR_INIT("Subject: b\nContent-Type: text/plain\nYear: 2020\n\nText"), "", "", PRS_TEXT,
     NULL},
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
    {"damaged, docx by its name", ANC_STR_INIT("PK\x03\x04.broken"), "a.DOCX", "", PRS_DOCX, NULL},
    {"damaged, epub by its name", ANC_STR_INIT("PK\x03\x04.broken"), "a.epub", "", PRS_EPUB, NULL},
    {"damaged, no known name", ANC_STR_INIT("PK\x03\x04.broken"), "a.zip", "", REFUSED, "ZIP"},
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
    {"C by its lines", ANC_STR_INIT(C_TEXT), "heap.txt", "text/plain", PRS_C, NULL},
    {"Python by its lines", ANC_STR_INIT(PYTHON_TEXT), "walnut.dat", "", PRS_PYTHON, NULL},
    {"a function of Python alone",
     ANC_STR_INIT("def add(a, b):\n    total = a\n    total += b\n    return total\n"), "", "",
     PRS_PYTHON, NULL},
    {"two lines of Python", ANC_STR_INIT("def add(a, b):\n    return a + b\n"), "", "text/plain",
     PRS_PYTHON, NULL},
    {"a note that begins as a program", ANC_STR_INIT("pub quiz\nFriday (at seven)\n"), "", "",
     PRS_TEXT, NULL},
    {"lines of a letter", ANC_STR_INIT("class reunion (1987):\nreturn the form to the office\n"),
     "", "", PRS_TEXT, NULL},
    {"C++ by its lines",
     ANC_STR_INIT("#include <vector>\n#define N 3\nclass Row {\npublic:\n    int at(int i);\n};\n"),
     "noext", "", PRS_CPP, NULL},
    {"Go by its lines",
     ANC_STR_INIT("package main\n\nfunc main() {\n\tn := 3  // Of the trees that stand "
                  "here.\n\tuse(n)\n}\n"),
     "", "", PRS_GO, NULL},
    {"Java by its lines",
     ANC_STR_INIT(
         "package a.b;\n\nimport java.util.List;\n\npublic class A {\n    private int n;\n}\n"),
     "A", "", PRS_JAVA, NULL},
    {"C# by its lines",
     ANC_STR_INIT("using System;\n\nnamespace A {\npublic class B {\n    public int C { get; set; "
                  "}\n}\n}\n"),
     "A", "", PRS_CSHARP, NULL},
    {"Rust by its lines",
     ANC_STR_INIT("use std::fmt;\n\npub fn up(n: u32) -> u32 {\n    let mut k = n;\n    k\n}\n"),
     "a.txt", "", PRS_RUST, NULL},
    {"JavaScript by its lines",
     ANC_STR_INIT("const fs = require('fs');\nfunction up(n) {\n  return n === 1;\n}\n"), "a", "",
     PRS_JAVASCRIPT, NULL},
    {"TypeScript by its lines",
     ANC_STR_INIT("import { a } from './a';\nexport interface B {\n  name: string;\n}\n"), "a", "",
     PRS_TYPESCRIPT, NULL},
    {"Kotlin by its lines",
     ANC_STR_INIT("package a.b\n\nfun up(n: Int): Int {\n    val k = n\n    return k\n}\n"), "a",
     "", PRS_KOTLIN, NULL},
    {"Swift by its lines",
     ANC_STR_INIT(
         "import Foundation\n\nfunc up(n: Int) -> Int {\n    let k = n\n    return k\n}\n"),
     "a", "", PRS_SWIFT, NULL},
    {"Ruby by its lines",
     ANC_STR_INIT("require 'json'\n\nclass A < B\n  def up(n)\n    n + 1\n  end\nend\n"), "a", "",
     PRS_RUBY, NULL},
    {"Lua by its lines", ANC_STR_INIT("local n = 1\nlocal function up(k)\n  return k + n\nend\n"),
     "a", "", PRS_LUA, NULL},
    {"a shell's without a program",
     ANC_STR_INIT("export A=1\nif [ -f \"$B\" ]; then\n  run \"$B\"\nfi\n"), "a", "", PRS_SHELL,
     NULL},
    {"SQL by its lines",
     ANC_STR_INIT(
         "-- Trees, one a row.\nCREATE TABLE trees (\n  id INTEGER PRIMARY KEY,\n  kind TEXT\n);\n"
         "INSERT INTO trees VALUES (1, 'oak');\n"),
     "a.txt", "", PRS_SQL, NULL},
    {"PHP", ANC_STR_INIT("<?php\necho 1;\n"), "a.txt", "", PRS_PHP, NULL},
    {"a name that says more wins over lines", ANC_STR_INIT(PYTHON_TEXT), "a.md", "", PRS_MARKDOWN,
     NULL},
    {"a page that quotes a program",
     ANC_STR_INIT("A heap is sifted upwards as in this function.\n\n" C_TEXT), "", "", PRS_TEXT,
     NULL},
    {"a program, and then what it is about",
     ANC_STR_INIT(PYTHON_TEXT "\nThis counts the trees of an orchard.\n"), "", "", PRS_TEXT, NULL},
    {"words of programs without any",
     ANC_STR_INIT("import duties\nclass of goods:\nif above the limit:\n  as the law has it for "
                  "all of them\n"
                  "for those in need:\n  what the council gives to each of them\n"),
     "", "", PRS_TEXT, NULL},
    {"a list of the law",
     ANC_STR_INIT(
         "private use only;\n(a) the buyer pays (if due);\n(b) the seller delivers to the house;\n"
         "(c) else, as agreed by both of them;\n"),
     "", "", PRS_TEXT, NULL},
    {"settings", ANC_STR_INIT("name = oak\nage = 3\nheight = 12\n"), "a.txt", "", PRS_TEXT, NULL},
    {"an include alone", ANC_STR_INIT("#include <stdio.h>\n"), "a.txt", "", PRS_TEXT, NULL},
    {"Latin-1 with an end of DOS",
     ANC_STR_INIT("Le caf\xE9 est tr\xE8s bon \xE0 cette heure.\r\n\x1A\0\0"), "", "", PRS_TEXT,
     NULL},
    {"few words in quotes",
     ANC_STR_INIT("\x93"
                  "A\x94 \x96 \x93"
                  "B\x94"),
     "", "", PRS_TEXT, NULL},
    {"letters with accents alone",
     ANC_STR_INIT("\xE9, \xE8, \xEA, \xEB, \xE0, \xE2, \xEE, \xEF, \xF4, \xF9, \xFB, \xE7"), "", "",
     PRS_TEXT, NULL},
    {"a picture in RTF",
     ANC_STR_INIT("{\\rtf1 \\bin9 \x01\xFF\xFE\xFD\xFC\xFB\xFA\xF9\xF8 behind}"), "", "", PRS_RTF,
     NULL},
    {"emoji in UTF-16", ANC_STR_INIT("\xFF\xFE\x3D\xD8\x00\xDE\x3D\xD8\x02\xDE"), "", "", PRS_TEXT,
     NULL},
    {"small numbers of two bytes", ANC_STR_INIT("\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x41\0\x42\0\x43\0"),
     "", "", REFUSED, "binary"},
    {"Latin-1 with controls", ANC_STR_INIT("caf\xE9 \x01\x02 and no more than these"), "", "",
     REFUSED, "binary"},
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

/* ---- random bytes --------------------------------------------------------------------------- */

enum { BUFFERS = 500, MOST_BYTES = 60000 };

typedef struct noise_row {
    const char *name;
    anc_str before;      /* what the random bytes stand behind */
    unsigned char least; /* of them */
    size_t shortest;
} noise_row;

static const noise_row noises[] = {
    {"random bytes", ANC_STR_INIT(""), 0, 64},
    {"without controls", ANC_STR_INIT(""), 0x20, 1024},
    {"behind a mark of UTF-8", ANC_STR_INIT("\xEF\xBB\xBF"), 0, 64},
    {"behind a mark of UTF-16", ANC_STR_INIT("\xFF\xFE"), 0, 256},
    {"behind the other mark of UTF-16", ANC_STR_INIT("\xFE\xFF"), 0, 256},
    {"behind a mark of UTF-32", {"\0\0\xFE\xFF", 4}, 0, 64},
    {"behind a line of text", ANC_STR_INIT("name: depot of the north\n"), 0, 64},
};

static void noise_is_no_text(void **state)
{
    const noise_row *row = *state;
    static char bytes[MOST_BYTES + 64];
    uint64_t seed = 20240607;
    memcpy(bytes, row->before.ptr, row->before.len);
    for (size_t b = 0; b < BUFFERS; b++) {
        const size_t span = b % 5 == 0 ? MOST_BYTES - row->shortest : 2048;
        seed = seed * 6364136223846793005U + 1442695040888963407U;
        const size_t len = row->shortest + (size_t)(seed >> 33) % span;
        for (size_t i = 0; i < len;) {
            seed = seed * 6364136223846793005U + 1442695040888963407U;
            const unsigned char c = (unsigned char)(seed >> 56);
            if (c >= row->least)
                bytes[row->before.len + i++] = (char)c;
        }
        prs_kind kind = PRS_TEXT;
        anc_err err = {0};
        const anc_str all = {bytes, row->before.len + len};
        if (prs_detect(all, ANC_STR("r.txt"), ANC_STR("text/plain"), &kind, &err) !=
            ANC_UNSUPPORTED)
            fail_msg("buffer %zu of %zu bytes is taken for a text", b, len);
    }
}

int main(void)
{
    int failed = RUN_TABLE("prs_detect", rows, detect);
    failed += RUN_TABLE("noise", noises, noise_is_no_text);
    return failed;
}
