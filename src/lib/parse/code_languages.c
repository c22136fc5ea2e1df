/* code_languages.c - the languages, a row each. */
#include "code_impl.h"

#include <string.h>

#define C_DECLARES  "struct union enum class namespace concept #define"
#define JS_DECLARES "function class const let var"
#define JS_MODIFIERS                                                                           \
    "export default async public private protected static readonly get set override abstract " \
    "declare"
#define JAVA_MODIFIERS                                                                       \
    "public private protected static final abstract synchronized native strictfp transient " \
    "volatile default sealed non-sealed"

static const prs_language languages[] = {
    [PRS_C - PRS_C] = {.name = "C",
                       .content_type = "text/x-c",
                       .types = "text/x-csrc text/x-chdr",
                       .endings = ".c .h",
                       .comments = "//",
                       .block = {"/*", "*/"},
                       .attributes = "[[",
                       .declares = C_DECLARES,
                       .body = PRS_BODY_BRACES,
                       .calls = true,
                       .type_first = true},
    [PRS_CPP - PRS_C] = {.name = "C++",
                         .content_type = "text/x-c++",
                         .types = "text/x-c++src text/x-c++hdr",
                         .endings = ".cc .cpp .cxx .c++ .hh .hpp .hxx .ipp .inl .cu .ino",
                         .comments = "//",
                         .block = {"/*", "*/"},
                         .attributes = "[[ template",
                         .declares = C_DECLARES,
                         .holders = "struct class namespace",
                         .modifiers = "inline",
                         .goes_on = "public: private: protected:",
                         .joins = "~:",
                         .body = PRS_BODY_BRACES,
                         .calls = true,
                         .type_first = true},
    [PRS_CSHARP - PRS_C] = {.name = "C#",
                            .content_type = "text/x-csharp",
                            .endings = ".cs",
                            .comments = "//",
                            .block = {"/*", "*/"},
                            .fences = "\"\"\"",
                            .attributes = "[",
                            .declares = "class struct interface enum record namespace delegate",
                            .holders = "class struct interface record namespace",
                            .modifiers = "public private protected internal static sealed abstract "
                                         "partial readonly virtual override async extern unsafe",
                            .goes_on = "else catch finally",
                            .joins = ".",
                            .body = PRS_BODY_BRACES,
                            .calls = true},
    [PRS_GO - PRS_C] = {.name = "Go",
                        .content_type = "text/x-go",
                        .endings = ".go",
                        .comments = "//",
                        .block = {"/*", "*/"},
                        .fences = "`",
                        .declares = "func type var const",
                        .body = PRS_BODY_BRACES},
    [PRS_JAVA - PRS_C] = {.name = "Java",
                          .content_type = "text/x-java",
                          .types = "text/x-java-source",
                          .endings = ".java .groovy .gradle",
                          .comments = "//",
                          .block = {"/*", "*/"},
                          .fences = "\"\"\"",
                          .attributes = "@",
                          .declares = "class interface enum record @interface",
                          .holders = "class interface enum record",
                          .modifiers = JAVA_MODIFIERS,
                          .goes_on = "else catch finally",
                          .body = PRS_BODY_BRACES,
                          .calls = true},
    [PRS_JAVASCRIPT -
        PRS_C] = {.name = "JavaScript",
                  .content_type = "text/javascript",
                  .types = "application/javascript application/x-javascript text/x-javascript",
                  .endings = ".js .jsx .mjs .cjs",
                  .programs = "node nodejs bun",
                  .comments = "//",
                  .block = {"/*", "*/"},
                  .fences = "`",
                  .attributes = "@",
                  .declares = JS_DECLARES,
                  .holders = "class",
                  .modifiers = JS_MODIFIERS,
                  .goes_on = "else catch finally",
                  .joins = ".#",
                  .body = PRS_BODY_BRACES,
                  .member_calls = true},
    [PRS_TYPESCRIPT -
        PRS_C] = {.name = "TypeScript",
                  .content_type = "text/x-typescript",
                  .types = "application/typescript application/x-typescript text/typescript",
                  .endings = ".ts .tsx .mts .cts",
                  .programs = "deno ts-node tsx",
                  .comments = "//",
                  .block = {"/*", "*/"},
                  .fences = "`",
                  .attributes = "@",
                  .declares = JS_DECLARES " interface type enum namespace module",
                  .holders = "class namespace module",
                  .modifiers = JS_MODIFIERS,
                  .goes_on = "else catch finally",
                  .joins = ".#",
                  .body = PRS_BODY_BRACES,
                  .member_calls = true},
    [PRS_KOTLIN - PRS_C] = {.name = "Kotlin",
                            .content_type = "text/x-kotlin",
                            .endings = ".kt .kts",
                            .comments = "//",
                            .block = {"/*", "*/"},
                            .fences = "\"\"\"",
                            .attributes = "@",
                            .declares = "fun class interface object val var typealias",
                            .holders = "class interface object",
                            .modifiers =
                                "public private protected internal open abstract sealed data "
                                "inner override suspend inline companion final lateinit "
                                "const tailrec operator infix external annotation enum value",
                            .goes_on = "else catch finally",
                            .joins = ".",
                            .body = PRS_BODY_BRACES},
    [PRS_SWIFT - PRS_C] = {.name = "Swift",
                           .content_type = "text/x-swift",
                           .endings = ".swift",
                           .programs = "swift",
                           .comments = "//",
                           .block = {"/*", "*/"},
                           .fences = "\"\"\"",
                           .attributes = "@ #",
                           .declares = "func class struct enum protocol extension actor typealias "
                                       "let var",
                           .holders = "class struct enum protocol extension actor",
                           .modifiers = "public private fileprivate internal open static final "
                                        "override mutating lazy weak indirect convenience required",
                           .goes_on = "else catch",
                           .joins = ".",
                           .body = PRS_BODY_BRACES,
                           .member_calls = true},
    [PRS_RUST - PRS_C] = {.name = "Rust",
                          .content_type = "text/x-rust",
                          .types = "text/rust",
                          .endings = ".rs",
                          .comments = "//",
                          .block = {"/*", "*/"},
                          .attributes = "#",
                          .declares = "fn struct enum trait mod type union impl const static "
                                      "macro_rules!",
                          .phrases = "impl",
                          .holders = "impl trait mod",
                          .modifiers = "pub unsafe async extern default mut",
                          .joins = ":!",
                          .body = PRS_BODY_BRACES},
    [PRS_PHP - PRS_C] = {.name = "PHP",
                         .content_type = "text/x-php",
                         .types = "application/x-php application/x-httpd-php",
                         .endings = ".php .phtml .inc",
                         .programs = "php",
                         .comments = "// #",
                         .block = {"/*", "*/"},
                         .attributes = "#[",
                         .declares = "function class interface trait enum const",
                         .holders = "class interface trait enum",
                         .modifiers = "abstract final public protected private static readonly",
                         .goes_on = "else elseif catch finally",
                         .joins = "\\",
                         .body = PRS_BODY_BRACES},
    [PRS_PYTHON - PRS_C] = {.name = "Python",
                            .content_type = "text/x-python",
                            .types = "text/x-script.python application/x-python-code",
                            .endings = ".py .pyi .pyw .pyx SConstruct",
                            .programs = "python pypy uv",
                            .comments = "#",
                            .fences = "\"\"\" '''",
                            .attributes = "@",
                            .declares = "def class",
                            .holders = "class",
                            .modifiers = "async",
                            .goes_on = "else else: elif except except: finally finally:",
                            .joins = ".",
                            .body = PRS_BODY_COLON},
    [PRS_RUBY - PRS_C] = {.name = "Ruby",
                          .content_type = "text/x-ruby",
                          .types = "application/x-ruby",
                          .endings = ".rb .rake .gemspec Rakefile Gemfile Vagrantfile",
                          .programs = "ruby jruby",
                          .comments = "#",
                          .block = {"=begin", "=end"},
                          .declares = "def class module",
                          .holders = "class module",
                          .modifiers = "private public protected",
                          .goes_on = "end else elsif rescue ensure when",
                          .joins = ".:?!",
                          .body = PRS_BODY_INDENTED},
    [PRS_LUA - PRS_C] = {.name = "Lua",
                         .content_type = "text/x-lua",
                         .endings = ".lua",
                         .programs = "lua luajit",
                         .comments = "--",
                         .block = {"--[[", "]]"},
                         .declares = "function",
                         .modifiers = "local",
                         .goes_on = "end end) end, else elseif until",
                         .joins = ".:",
                         .body = PRS_BODY_INDENTED},
    [PRS_SHELL - PRS_C] = {.name = "a shell script",
                           .content_type = "text/x-shellscript",
                           .types = "application/x-sh text/x-sh application/x-csh",
                           .endings = ".sh .bash .zsh .ksh .bats .bashrc .profile .zshrc",
                           .programs = "sh bash zsh ksh dash ash bats",
                           .comments = "#",
                           .declares = "function",
                           .modifiers = "export readonly local declare",
                           .goes_on = "fi done esac then do else elif ;;",
                           .joins = "-.:",
                           .body = PRS_BODY_BRACES,
                           .calls = true},
    [PRS_SQL - PRS_C] = {.name = "SQL",
                         .content_type = "application/sql",
                         .types = "text/x-sql application/x-sql",
                         .endings = ".sql .ddl .psql",
                         .comments = "--",
                         .block = {"/*", "*/"},
                         .fences = "$$",
                         .declares = "table view function procedure index trigger type sequence "
                                     "schema database role domain extension policy",
                         .modifiers = "create or replace temp temporary unique materialized if not "
                                      "exists global local unlogged virtual concurrently",
                         .joins = ".\"`",
                         .body = PRS_BODY_BRACES,
                         .any_case = true},
    [PRS_YAML - PRS_C] = {.name = "YAML",
                          .content_type = "application/yaml",
                          .types = "text/yaml text/x-yaml application/x-yaml",
                          .endings = ".yaml .yml .clang-format .clang-tidy",
                          .comments = "#"},
    [PRS_TOML - PRS_C] = {.name = "TOML",
                          .content_type = "application/toml",
                          .types = "text/x-toml",
                          .endings = ".toml Cargo.lock poetry.lock",
                          .comments = "#",
                          .fences = "\"\"\" '''"},
    [PRS_INI - PRS_C] = {.name = "a configuration file",
                         .content_type = "text/x-ini",
                         .endings = ".ini .cfg .conf .cnf .properties .env .editorconfig .desktop "
                                    ".service .gitconfig",
                         .comments = "# ;"},
    [PRS_MAKEFILE - PRS_C] = {.name = "a makefile",
                              .content_type = "text/x-makefile",
                              .endings =
                                  "Makefile makefile GNUmakefile .mk .mak CMakeLists.txt .cmake "
                                  "Justfile",
                              .programs = "make",
                              .comments = "#"},
    [PRS_DOCKERFILE - PRS_C] = {.name = "a Dockerfile",
                                .content_type = "text/x-dockerfile",
                                .endings = "Dockerfile Containerfile .dockerfile",
                                .comments = "#"},
};

_Static_assert(ANC_COUNT(languages) == PRS_DOCKERFILE - PRS_C + 1, "a row a language");

const prs_language *prs_language_of(prs_kind kind)
{
    return kind >= PRS_C && kind <= PRS_DOCKERFILE ? &languages[kind - PRS_C] : NULL;
}

bool prs_word_in(const char *list, anc_str word, bool any_case)
{
    anc_str rest = anc_str_of(list), one;
    while (anc_str_split(&rest, ' ', &one))
        if (any_case ? anc_str_eq_nocase(one, word) : anc_str_eq(one, word))
            return true;
    return false;
}

size_t prs_starts_with_one(const char *list, anc_str s)
{
    anc_str rest = anc_str_of(list), one;
    while (anc_str_split(&rest, ' ', &one))
        if (anc_str_starts(s, one))
            return one.len;
    return 0;
}

static bool has_ending(const char *endings, anc_str name)
{
    anc_str rest = anc_str_of(endings), one;
    while (anc_str_split(&rest, ' ', &one)) {
        if (one.ptr[0] != '.' && anc_str_eq(one, name))
            return true;
        if (one.ptr[0] == '.' && name.len >= one.len &&
            anc_str_eq_nocase(anc_str_sub(name, name.len - one.len, one.len), one))
            return true;
    }
    return false;
}

bool prs_language_by_name(anc_str name, prs_kind *ret)
{
    for (size_t n = name.len; n > 0; n--)
        if (strchr("/\\", name.ptr[n - 1]) != NULL) {
            name = anc_str_sub(name, n, name.len);
            break;
        }
    for (size_t i = 0; i < ANC_COUNT(languages); i++)
        if (has_ending(languages[i].endings, name)) {
            *ret = (prs_kind)(PRS_C + i);
            return true;
        }
    return false;
}

bool prs_language_by_type(anc_str content_type, prs_kind *ret)
{
    for (size_t i = 0; i < ANC_COUNT(languages); i++)
        if (anc_str_eq_nocase(anc_str_of(languages[i].content_type), content_type) ||
            prs_word_in(languages[i].types, content_type, true)) {
            *ret = (prs_kind)(PRS_C + i);
            return true;
        }
    return false;
}

/* The program that the first line names, without folder and version: "python" of
 * "#!/usr/bin/env -S python3.11 -u". */
static anc_str program_of(anc_str head)
{
    anc_str line, word = ANC_STR_NONE;
    if (!anc_str_starts(head, ANC_STR("#!")) || !anc_str_split(&head, '\n', &line))
        return ANC_STR_NONE;
    line = anc_str_trim(anc_str_sub(line, 2, line.len));
    while (anc_str_split(&line, ' ', &word)) {
        for (size_t n = word.len; n > 0; n--)
            if (word.ptr[n - 1] == '/') {
                word = anc_str_sub(word, n, word.len);
                break;
            }
        const bool option =
            word.len == 0 || word.ptr[0] == '-' || anc_str_find(word, ANC_STR("=")) != SIZE_MAX;
        if (!option && !anc_str_eq(word, ANC_STR("env")))
            break;
    }
    while (word.len > 0 && strchr("0123456789.\r", word.ptr[word.len - 1]) != NULL)
        word.len--;
    return word;
}

bool prs_language_by_program(anc_str head, prs_kind *ret)
{
    if (anc_str_starts(head, ANC_STR("<?php"))) {
        *ret = PRS_PHP;
        return true;
    }
    const anc_str program = program_of(head);
    for (size_t i = 0; program.len > 0 && i < ANC_COUNT(languages); i++)
        if (prs_word_in(languages[i].programs, program, false)) {
            *ret = (prs_kind)(PRS_C + i);
            return true;
        }
    return false;
}
