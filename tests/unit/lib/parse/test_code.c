/* test_code.c - source code: units with their names, comments kept with what they are about, titles. */
#include "blocks.h"
#include "support/test.h"

#include <string.h>

typedef struct code_row {
    const char *name;
    prs_kind kind;
    anc_str source;
    const char *lines;
} code_row;

static const code_row rows[] = {
    {"C", PRS_C,
     ANC_STR_INIT(
         "/* Copyright (c) somebody.\n *\n * Licence: free. */\n\n/* add.c - sums.\n *\n * More. "
         "*/\n#include <a.h>\n#include \"b.h\"\n\n/* Adds. */\nstatic int add(int a, int "
         "b)\n{\n    int c;\n\n    goto out;\nout:\n#if X\n    c = 1;\n\n#endif\n    return "
         "a;\n}\nint main(void)\n{\n    return 0;\n}\n"),
     "code /* Copyright (c) somebody.\n *\n * Licence: free. */\ntitle add.c - sums.\n"
     "code /* add.c - sums.\n *\n * More. */\n#include <a.h>\n#include \"b.h\"\nh2 add\n"
     "code /* Adds. */\nstatic int add(int a, int b)\n{\n    int c;\n\n    goto out;\nout:\n#if "
     "X\n    c = "
     "1;\n\n#endif\n    return a;\n}\nh2 main\ncode int main(void)\n{\n    return 0;\n}\n"},
    {"what C can declare", PRS_C,
     ANC_STR_INIT(
         "typedef struct {\n    int x;\n} point;\n\nstruct list *\nlist_new(size_t n)\n{\n}\n\n"
         "static const row rows[N] = {\n    {1},\n};\nTEST(Sums, Empty)\n{\n}\n\n/* Called "
         "back. */\ntypedef int (*fn)(int);\n\nenum { A,\n       B };\n#define MAX(a) \\\n    "
         "(a)\n\nint x;\nint y;\n"),
     "h2 point\ncode typedef struct {\n    int x;\n} point;\nh2 list_new\ncode struct list "
     "*\nlist_new(size_t n)\n{\n}\nh2 rows\ncode static const row rows[N] = {\n    {1},\n};\n"
     "h2 TEST(Sums, Empty)\ncode TEST(Sums, Empty)\n{\n}\nh2 fn\ncode /* Called back. */\ntypedef "
     "int "
     "(*fn)(int);\ncode enum { A,\n       B };\nh2 MAX\ncode #define MAX(a) \\\n    (a)\ncode int "
     "x;\nint y;\n"},
    {"a namespace at the edge", PRS_CPP,
     ANC_STR_INIT(
         "namespace a {\n\nint Foo::bar(int x) {\n  return 1;\n}\n\ntemplate <typename T>\nclass "
         "EXPORTED Box : public B {\n public:\n  T x;\n};\n\n}  // namespace a\n"),
     "code namespace a {\nh2 Foo::bar\ncode int Foo::bar(int x) {\n  return 1;\n}\nh2 Box\ncode "
     "template "
     "<typename T>\nclass EXPORTED Box : public B {\n public:\n  T x;\n};\n\n}  // namespace a\n"},
    {"Java", PRS_JAVA,
     ANC_STR_INIT(
         "package a;\n\nimport b.C;\n\n/**\n * Counts things.\n */\n@Service\npublic class Counter "
         "extends Base {\n    int n;\n}\n"),
     "code package a;\ncode import b.C;\ntitle Counts things.\nh2 Counter\ncode /**\n * Counts "
     "things.\n */\n@Service\npublic class Counter extends Base {\n    int n;\n}\n"},
    {"Go", PRS_GO,
     ANC_STR_INIT("// Package a does it.\npackage a\n\nimport (\n\t\"fmt\"\n\n\t\"os\"\n)\n\n// Do "
                  "does.\nfunc "
                  "(c *Client) Do(x int) error {\n\ts := `\nraw {\n\nfunc no() {\n`\n\treturn "
                  "nil\n}\n\ntype Point struct {\n\tX int\n}\n"),
     "title Package a does it.\ncode // Package a does it.\npackage a\ncode import "
     "(\n\t\"fmt\"\n\n\t\"os\"\n)\nh2 Do\ncode // Do does.\nfunc (c *Client) Do(x int) error "
     "{\n\ts := "
     "`\nraw {\n\nfunc no() {\n`\n\treturn nil\n}\nh2 Point\ncode type Point struct {\n\tX "
     "int\n}\n"},
    {"Rust", PRS_RUST,
     ANC_STR_INIT(
         "//! A crate.\n\nuse a::b;\n\n#[derive(Debug)]\npub struct P<'a> {\n    x: &'a "
         "str,\n}\n\nimpl<'a> Display for P<'a> {\n    fn f() {}\n}\n\npub(crate) async fn "
         "go<T>(x: T) -> u8 {\n    1\n}\n"),
     "title A crate.\ncode //! A crate.\ncode use a::b;\nh2 P\ncode #[derive(Debug)]\npub struct "
     "P<'a> "
     "{\n    x: &'a str,\n}\nh2 Display for P<'a>\ncode impl<'a> Display for P<'a> {\n    fn f() "
     "{}\n}\nh2 go\ncode pub(crate) async fn go<T>(x: T) -> u8 {\n    1\n}\n"},
    {"Python", PRS_PYTHON,
     ANC_STR_INIT(
         "#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\"\"\"Reads things.\n\nLong "
         "story.\n\"\"\"\nimport os\nimport sys\n\nX = {\n    1: 2,\n}\n\n@app.route(\"/\")\n"
         "async def get(x):\n    \"\"\"Gets.\n\nAt the edge.\n\"\"\"\n    try:\n        "
         "pass\n\n    except E:\n        pass\n# about B\nclass B(A):\n    pass\n\nif "
         "x:\n    a()\nelse:\n    b()\n"),
     "title Reads things.\ncode #!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n\"\"\"Reads "
     "things.\n\nLong story.\n\"\"\"\nimport os\nimport sys\nh2 X\ncode X = {\n    1: 2,\n}\nh2 "
     "get\n"
     "code @app.route(\"/\")\nasync def get(x):\n    \"\"\"Gets.\n\nAt the edge.\n\"\"\"\n    "
     "try:\n      "
     "  pass\n\n    except E:\n        pass\nh2 B\ncode # about B\nclass B(A):\n    pass\ncode if "
     "x:\n    a()\nelse:\n    b()\n"},
    {"TypeScript", PRS_TYPESCRIPT,
     ANC_STR_INIT("import a from 'a';\nconst b = require('b');\nexport const go = async () => {\n  "
                  "await x;\n};\nexport default function name<T>(x: T) {\n  return `\n${x}\n`;\n}\n"
                  "export interface Shape {\n  x: number;\n}\n"),
     "code import a from 'a';\nconst b = require('b');\nh2 go\ncode export const go = async () => "
     "{\n  "
     "await x;\n};\nh2 name\ncode export default function name<T>(x: T) {\n  return "
     "`\n${x}\n`;\n}\nh2 Shape\ncode export interface Shape {\n  x: number;\n}\n"},
    {"a shell script", PRS_SHELL,
     ANC_STR_INIT("#!/bin/sh\n# Builds it.\nset -e\n\nbuild_all() {\n  make\n}\nif true; then\n  "
                  "x\nfi\nfunction clean {\n  rm\n}\n"),
     "title Builds it.\ncode #!/bin/sh\n# Builds it.\nset -e\nh2 build_all\ncode build_all() {\n  "
     "make\n}\ncode if true; then\n  x\nfi\nh2 clean\ncode function clean {\n  rm\n}\n"},
    {"SQL", PRS_SQL,
     ANC_STR_INIT("-- People.\nCREATE TABLE IF NOT EXISTS public.people (\n  id int\n);\n\ncreate "
                  "or replace "
                  "function f(x int) returns int as $$\nbegin\n\nselect 1;\nend $$;\n\nINSERT INTO "
                  "people VALUES\n  (1);\n"),
     "h2 public.people\ncode -- People.\nCREATE TABLE IF NOT EXISTS public.people (\n  id "
     "int\n);\nh2 "
     "f\ncode create or replace function f(x int) returns int as $$\nbegin\n\nselect 1;\nend "
     "$$;\ncode "
     "INSERT INTO people VALUES\n  (1);\n"},
    {"Ruby", PRS_RUBY,
     ANC_STR_INIT(
         "require 'a'\n\nmodule A\n  def self.b?(x)\n    1\n  end\nend\ndef c!\n  1\nend\n"),
     "code require 'a'\nh2 A\ncode module A\n  def self.b?(x)\n    1\n  end\nend\nh2 c!\ncode def "
     "c!\n  "
     "1\nend\n"},
    {"PHP", PRS_PHP,
     ANC_STR_INIT(
         "<?php\nnamespace A;\n\nfinal class B extends C\n{\n    public function d() {}\n}\n\n"
         "function e(int $x): int\n{\n    return 1;\n}\n"),
     "code <?php\nnamespace A;\nh2 B\ncode final class B extends C\n{\n    public function d() "
     "{}\n}\nh2 e\ncode function e(int $x): int\n{\n    return 1;\n}\n"},
    {"C#", PRS_CSHARP,
     ANC_STR_INIT(
         "using A;\n\nnamespace N\n{\n    [Serializable]\n    public class P\n    {\n        "
         "public int X { get; set; }\n    }\n}\n"),
     "code using A;\nh2 N\ncode namespace N\n{\n    [Serializable]\n    public class P\n    {\n    "
     "    "
     "public int X { get; set; }\n    }\n}\n"},
    {"Kotlin", PRS_KOTLIN,
     ANC_STR_INIT(
         "@Composable\nfun String.shout(): String {\n    return x\n}\ndata class P(\n    val x: "
         "Int,\n)\n"),
     "h2 String.shout\ncode @Composable\nfun String.shout(): String {\n    return x\n}\nh2 P\ncode "
     "data "
     "class P(\n    val x: Int,\n)\n"},
    {"Swift", PRS_SWIFT,
     ANC_STR_INIT(
         "@MainActor\npublic final class A: B {\n    let x = 1\n}\n\nextension A {\n    func f() "
         "{}\n}\n"),
     "h2 A\ncode @MainActor\npublic final class A: B {\n    let x = 1\n}\nh2 A\ncode extension A "
     "{\n    "
     "func f() {}\n}\n"},
    {"Lua", PRS_LUA,
     ANC_STR_INIT(
         "--[[ A module.\n\n]]\nlocal M = {}\nfunction M.go(x)\n  return x\nend\n\nlocal function "
         "f()\n  return 1\nend\nreturn M\n"),
     "title A module.\nh2 M\ncode --[[ A module.\n\n]]\nlocal M = {}\nh2 M.go\ncode function "
     "M.go(x)\n  "
     "return "
     "x\nend\nh2 f\ncode local function f()\n  return 1\nend\ncode return M\n"},
    {"YAML", PRS_YAML,
     ANC_STR_INIT("# What runs.\nname: x\non: push\njobs:\n  a:\n    b\n\n  c:\n    d\nlast: 1\n"),
     "title What runs.\ncode # What runs.\nname: x\non: push\njobs:\n  a:\n    b\n\n  c:\n    "
     "d\ncode "
     "last: 1\n"},
    {"nothing", PRS_INI, ANC_STR_INIT(" \n\n"), ""},
    {"line ends of other systems", PRS_PYTHON, ANC_STR_INIT("def a():\r\n  1\r\ndef b():\r  2\r"),
     "h2 a\ncode def a():\n  1\nh2 b\ncode def b():\n  2\n"},
    {"what is never closed", PRS_C, ANC_STR_INIT("int f() {\n  x(\"\n/* no end\n\nint g() {\n"),
     "h2 f\ncode int f() {\n  x(\"\n/* no end\n\nint g() {\n"},
};

static void sources(void **state)
{
    const code_row *row = *state;
    check_blocks(row->kind, &(blocks_row){row->name, row->source, row->lines});
}

/* A class too large for one chunk is opened; a small one is not. */
static void large_classes_are_opened(void **state)
{
    (void)state;
    ANC_BUF(source, 1 << 16);
    ANC_BUF(lines, 1 << 16);
    (void)anc_buf_add(&source, ANC_STR("class Large:\n    \"\"\"Doc.\"\"\"\n    x = 1\n\n"));
    (void)anc_buf_add(&lines,
                      ANC_STR("h2 Large\ncode class Large:\ncode     \"\"\"Doc.\"\"\"\n    x = "
                              "1\n"));
    for (int i = 0; i < 30; i++) {
        (void)anc_buf_printf(&source, "    # about %d\n    def m%d(self):\n        return %d\n\n",
                             i, i, i);
        (void)anc_buf_printf(&lines,
                             "h3 m%d\ncode     # about %d\n    def m%d(self):\n        return %d\n",
                             i, i, i, i);
    }
    check_blocks(PRS_PYTHON, &(blocks_row){"", anc_buf_view(&source), lines.ptr});
}

/* Nothing is looked at more than a few times, however the brackets and notes nest. */
static void shapes_that_repeat_are_read_in_time(void **state)
{
    (void)state;
    static const prs_kind kinds[] = {PRS_CPP, PRS_PYTHON, PRS_TYPESCRIPT, PRS_SQL};
    static const char *const pieces[] = {"class A { \n", "/* \n", "// x\n",        "{\n",
                                         "}\n",          "\"\n",  "  class B {\n", "((((<<<<",
                                         "\n\n",         "@a\n",  "#if x\n"};
    for (size_t i = 0; i < ANC_COUNT(pieces); i++) {
        ANC_BUF(source, 1 << 20);
        while (source.len < 256 << 10)
            (void)anc_buf_add(&source, anc_str_of(pieces[i]));
        for (size_t k = 0; k < ANC_COUNT(kinds); k++) {
            check_is_read(kinds[k], anc_buf_view(&source));
        }
    }
}

/* A line of quotes that nothing closes is looked through once, not once for each of them. */
static void quotes_that_nothing_closes(void **state)
{
    (void)state;
    static const char *const pieces[] = {"\\\"", "\\'", "\\\"\\'", "\" \\' "};
    for (size_t i = 0; i < ANC_COUNT(pieces); i++) {
        ANC_BUF(source, 8 << 20);
        (void)anc_buf_add(&source, ANC_STR("function f() {\n  x = \""));
        while (source.len < 1 << 20)
            (void)anc_buf_add(&source, anc_str_of(pieces[i]));
        check_is_read(PRS_JAVASCRIPT, anc_buf_view(&source));
    }
}

/* The body of a class is found behind any number of blank lines without passing over them again. */
static void blank_lines_before_a_body(void **state)
{
    (void)state;
    ANC_BUF(source, 8 << 20);
    (void)anc_buf_add(&source, ANC_STR("class A {\n"));
    while (source.len < 1 << 20)
        (void)anc_buf_add_char(&source, '\n');
    (void)anc_buf_add(&source, ANC_STR("  int a() {\n    return 1;\n  }\n}\n"));
    check_is_read(PRS_JAVA, anc_buf_view(&source));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(large_classes_are_opened),
        cmocka_unit_test(shapes_that_repeat_are_read_in_time),
        cmocka_unit_test(quotes_that_nothing_closes),
        cmocka_unit_test(blank_lines_before_a_body),
    };
    int failed = RUN_TABLE("code", rows, sources);
    failed += cmocka_run_group_tests_name("shapes", tests, NULL, NULL);
    return failed;
}
