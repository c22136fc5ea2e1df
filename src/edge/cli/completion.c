/* completion.c - scripts that complete the command line in bash, zsh and fish, made from the tables.
 *
 * What stands behind an option or a verb is told by its row, else by how the tables show it: NAME is a
 * collection's, COMMAND is one of ours, DIR, FILE, PATH and WHEEL are of the file system, anything else is free.
 * What a server knows is asked of `anchorage completion values` (values.c).
 */
#include <stdio.h>
#include <string.h>

#include "context.h"

typedef enum kind { FREE, ASKED, FILES, WORDS, COMMANDS } kind;

typedef struct offer {
    kind kind;
    const char *of; /* ASKED: the kind of values; WORDS: "a|b" */
} offer;

static offer offer_of(const char *shown)
{
    if (shown == NULL)
        return (offer){FREE, NULL};
    if (strstr(shown, "NAME") != NULL)
        return (offer){ASKED, "collections"};
    if (strstr(shown, "COMMAND") != NULL)
        return (offer){COMMANDS, NULL};
    if (strstr(shown, "DIR") != NULL || strstr(shown, "FILE") != NULL ||
        strstr(shown, "PATH") != NULL)
        return (offer){FILES, NULL};
    return (offer){FREE, NULL};
}

static offer option_offer(const cli_option *o)
{
    if (o->choices != NULL || o->offers != NULL)
        return (offer){WORDS, o->choices != NULL ? o->choices : o->offers};
    return o->values != NULL ? (offer){ASKED, o->values} : offer_of(o->value);
}

/* Verbs whose words mean what the command is about. */
static offer verb_offer(const cli_command *c, const cli_verb *v)
{
    static const struct {
        const char *command, *shown, *values;
    } rows[] = {{"documents", "ID", "documents"},
                {"batches", "ID", "batches"},
                {"dead-letters", "ID", "dead-letters"},
                {"tracking", "QUERY_ID", "queries"},
                {"model", "MODEL", "embedding-models"}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (strcmp(c->name, rows[i].command) == 0 && strstr(v->words, rows[i].shown) != NULL)
            return (offer){ASKED, rows[i].values};
    if (v->run == cli_run_completion_values)
        return (offer){WORDS, NULL};
    return offer_of(v->words);
}

/* "a|b" with blanks between. */
static void put_parts(const char *parts)
{
    for (const char *c = parts; *c != '\0'; c++)
        (void)putchar(*c == '|' ? ' ' : *c);
}

/* The words that an offer of WORDS has. */
static void put_words(const offer *o)
{
    if (o->of != NULL) {
        put_parts(o->of);
        return;
    }
    for (size_t i = 0; cli_value_kinds[i] != NULL; i++)
        (void)printf("%s%s", i == 0 ? "" : " ", cli_value_kinds[i]);
}

static void put_commands(void)
{
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        (void)printf("%s%s", c == cli_commands ? "" : " ", c->name);
}

/* ---- bash ---- */

/* Those of a verb; NULL: all. */
static void bash_options(const cli_option *options, const cli_verb *verb)
{
    for (; options->name != NULL; options++)
        if (verb == NULL || options->verbs == NULL ||
            cli_has_part(options->verbs, anc_str_of(verb->name)))
            (void)printf(" --%s", options->name);
}

static void bash_verb_options(const cli_command *c)
{
    for (const cli_verb *v = c->verbs; v != NULL && v->name != NULL; v++) {
        (void)printf("    '%s %s') options=\"", c->name, v->name);
        bash_options(c->options, v);
        (void)fputs("\" ;;\n", stdout);
    }
}

/* Assignments that say what is offered. */
static void bash_offer(const offer *o)
{
    if (o->kind == WORDS) {
        (void)fputs("words=\"", stdout);
        put_words(o);
        (void)fputs("\" kind=words", stdout);
    } else if (o->kind == ASKED) {
        (void)printf("words=%s kind=asked", o->of);
    } else if (o->kind == COMMANDS) {
        (void)fputs("words=$commands kind=words", stdout);
    } else {
        (void)printf("kind=%s", o->kind == FILES ? "files" : "free");
    }
}

/* Cases of what follows an option that takes a value. */
static void bash_values(const cli_option *options)
{
    for (; options->name != NULL; options++) {
        const offer o = option_offer(options);
        if (options->value == NULL)
            continue;
        (void)printf("        --%s", options->name);
        if (options->letter != 0)
            (void)printf("|-%c", options->letter);
        (void)fputs(") ", stdout);
        bash_offer(&o);
        (void)fputs(" ;;\n", stdout);
    }
}

static void bash_behind(const char *pattern, offer o)
{
    if (o.kind == FREE)
        return;
    (void)printf("        '%s') ", pattern);
    bash_offer(&o);
    (void)fputs(" ;;\n", stdout);
}

static void bash_command(const cli_command *c)
{
    (void)printf("    %s)\n        options=\"", c->name);
    bash_options(c->options, NULL);
    (void)fputs("\"\n", stdout);
    if (c->verbs != NULL) {
        (void)fputs("        verbs=\"", stdout);
        for (const cli_verb *v = c->verbs; v->name != NULL; v++)
            (void)printf("%s%s", v == c->verbs ? "" : " ", v->name);
        (void)fputs("\"\n", stdout);
    }
    (void)fputs("        case $prev in\n", stdout);
    bash_values(c->options);
    (void)fputs("        esac ;;\n", stdout);
}

int cli_run_completion_bash(cli_context *cx)
{
    (void)cx;
    (void)fputs("# Completes anchorage in bash; made by `anchorage completion bash`.\n"
                "_anchorage() {\n"
                "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]}\n"
                "    local command=${COMP_WORDS[1]} verb= verbs= options= words= kind= i\n"
                "    local commands=\"",
                stdout);
    put_commands();
    (void)fputs("\"\n"
                "    COMPREPLY=()\n"
                "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
                "        COMPREPLY=($(compgen -W \"$commands\" -- \"$cur\"))\n"
                "        return\n"
                "    fi\n"
                "    case $command in\n",
                stdout);
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        bash_command(c);
    (void)fputs(
        "    esac\n"
        "    for ((i = 2; i < COMP_CWORD; i++)); do\n"
        "        case \" $verbs \" in *\" ${COMP_WORDS[i]} \"*) verb=${COMP_WORDS[i]}; break ;; "
        "esac\n"
        "    done\n"
        "    case \"$command $verb\" in\n",
        stdout);
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        bash_verb_options(c);
    (void)fputs("    esac\n"
                "    if [ -z \"$kind\" ]; then\n"
                "        case $prev in\n",
                stdout);
    bash_values(cli_common_options);
    (void)fputs("        esac\n"
                "    fi\n"
                "    if [ -z \"$kind\" ] && [[ $cur == -* ]]; then\n"
                "        words=\"$options",
                stdout);
    bash_options(cli_common_options, NULL);
    (void)fputs("\" kind=words\n"
                "    elif [ -z \"$kind\" ] && [ -n \"$verbs\" ] && [ -z \"$verb\" ]; then\n"
                "        words=$verbs kind=words\n"
                "    fi\n"
                "    if [ -z \"$kind\" ]; then\n"
                "        case \"$command $verb\" in\n",
                stdout);
    for (const cli_command *c = cli_commands; c->name != NULL; c++) {
        char pattern[128];
        (void)snprintf(pattern, sizeof pattern, "%s ", c->name);
        bash_behind(pattern, offer_of(c->words));
        for (const cli_verb *v = c->verbs; v != NULL && v->name != NULL; v++) {
            (void)snprintf(pattern, sizeof pattern, "%s %s", c->name, v->name);
            bash_behind(pattern, verb_offer(c, v));
        }
    }
    (void)fputs("        esac\n"
                "    fi\n"
                "    case $kind in\n"
                "    words) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
                "    asked) COMPREPLY=($(compgen -W \"$(anchorage completion values $words --quiet "
                "2>/dev/null)\" -- \"$cur\")) ;;\n"
                "    files) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "
                "\"$cur\")) ;;\n"
                "    esac\n"
                "}\n"
                "complete -F _anchorage anchorage\n",
                stdout);
    return CLI_OK;
}

/* ---- zsh ---- */

/* A text inside '…' of a shell script, and without what _arguments reads as its own signs. */
static void put_quoted(const char *text, const char *signs)
{
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '\'')
            (void)fputs("'\\''", stdout);
        else if (strchr(signs, *c) != NULL)
            (void)printf("\\%c", *c);
        else
            (void)putchar(*c);
    }
}

/* What _arguments is told of it; words of a verb are in single quotes too. */
static void zsh_offer(const offer *o)
{
    if (o->kind == WORDS || o->kind == COMMANDS) {
        (void)putchar('(');
        if (o->kind == WORDS)
            put_words(o);
        else
            put_commands();
        (void)putchar(')');
    } else if (o->kind == ASKED) {
        (void)printf(" _anchorage_values %s", o->of); /* the blank: called as it stands */
    } else if (o->kind == FILES) {
        (void)fputs("_files", stdout);
    }
}

static void zsh_option(const cli_option *o)
{
    const offer what = option_offer(o);
    (void)printf("            '*--%s%s[", o->name, o->value != NULL ? "=" : "");
    put_quoted(o->help, "[]:");
    (void)putchar(']');
    if (o->value != NULL) {
        (void)putchar(':');
        put_quoted(o->value, ":");
        (void)putchar(':');
        zsh_offer(&what);
    }
    (void)fputs("' \\\n", stdout);
}

/* What stands behind each verb. */
static void zsh_behind_verbs(const cli_command *c)
{
    (void)fputs("        local behind=\n        case $words[3] in\n", stdout);
    for (const cli_verb *v = c->verbs; v->name != NULL; v++) {
        const offer o = verb_offer(c, v);
        if (o.kind == FREE)
            continue;
        (void)printf("        %s) behind='", v->name);
        zsh_offer(&o);
        (void)fputs("' ;;\n", stdout);
    }
    (void)fputs("        esac\n", stdout);
}

static void zsh_command(const cli_command *c)
{
    const offer o = offer_of(c->words);
    (void)printf("    %s)\n", c->name);
    if (c->verbs != NULL) {
        (void)fputs("        if (( CURRENT == 3 )) && [[ $words[3] != -* ]]; then\n"
                    "            local -a verbs=(",
                    stdout);
        for (const cli_verb *v = c->verbs; v->name != NULL; v++) {
            (void)printf(" '%s:", v->name);
            put_quoted(v->summary, ":");
            (void)putchar('\'');
        }
        (void)fputs(
            " )\n            _describe 'what to do' verbs\n            return\n        fi\n",
            stdout);
        zsh_behind_verbs(c);
    }
    (void)fputs("        _arguments \\\n", stdout);
    for (const cli_option *each = c->options; each->name != NULL; each++)
        zsh_option(each);
    for (const cli_option *each = cli_common_options; each->name != NULL; each++)
        zsh_option(each);
    if (c->verbs != NULL) {
        (void)fputs("            \"*: :$behind\" ;;\n", stdout);
        return;
    }
    (void)fputs("            '*: :", stdout);
    zsh_offer(&o);
    (void)fputs("' ;;\n", stdout);
}

int cli_run_completion_zsh(cli_context *cx)
{
    (void)cx;
    (void)fputs("#compdef anchorage\n"
                "# Completes anchorage in zsh; made by `anchorage completion zsh`.\n"
                "_anchorage_values() {\n"
                "    local -a values=(${(f)\"$(anchorage completion values $1 --quiet "
                "2>/dev/null)\"})\n"
                "    compadd -a values\n"
                "}\n"
                "_anchorage() {\n"
                "    if (( CURRENT == 2 )); then\n"
                "        local -a commands=(\n",
                stdout);
    for (const cli_command *c = cli_commands; c->name != NULL; c++) {
        (void)printf("            '%s:", c->name);
        put_quoted(c->summary, ":");
        (void)fputs("'\n", stdout);
    }
    (void)fputs("        )\n"
                "        _describe command commands\n"
                "        return\n"
                "    fi\n"
                "    case $words[2] in\n",
                stdout);
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        zsh_command(c);
    (void)fputs("    esac\n"
                "}\n"
                "if [ \"$funcstack[1]\" = _anchorage ]; then\n"
                "    _anchorage \"$@\"\n"
                "else\n"
                "    compdef _anchorage anchorage\n"
                "fi\n",
                stdout);
    return CLI_OK;
}

/* ---- fish ---- */

/* " -a '…'" where something is offered. */
static void fish_offer(const offer *o)
{
    if (o->kind == FREE || o->kind == FILES)
        return;
    (void)fputs(" -a '", stdout);
    if (o->kind == ASKED)
        (void)printf("(anchorage completion values %s --quiet 2>/dev/null)", o->of);
    else if (o->kind == WORDS)
        put_words(o);
    else
        put_commands();
    (void)putchar('\'');
}

static void fish_option(const char *condition, const cli_option *o)
{
    const offer what = option_offer(o);
    (void)printf("complete -c anchorage %s -l %s", condition, o->name);
    if (o->letter != 0)
        (void)printf(" -s %c", o->letter);
    if (o->value != NULL) {
        (void)fputs(what.kind == FILES ? " -r -F" : " -x", stdout);
        fish_offer(&what);
    }
    (void)fputs(" -d '", stdout);
    put_quoted(o->help, "\\");
    (void)fputs("'\n", stdout);
}

static void fish_command(const cli_command *c)
{
    char here[128];
    (void)snprintf(here, sizeof here, "-n '__fish_seen_subcommand_from %s'", c->name);
    (void)printf("complete -c anchorage -n __fish_use_subcommand -f -a %s -d '", c->name);
    put_quoted(c->summary, "\\");
    (void)fputs("'\n", stdout);
    for (const cli_verb *v = c->verbs; v != NULL && v->name != NULL; v++) {
        (void)printf("complete -c anchorage -n '__fish_seen_subcommand_from %s; and test (count "
                     "(commandline -opc)) -eq 2' -f -a %s -d '",
                     c->name, v->name);
        put_quoted(v->summary, "\\");
        (void)fputs("'\n", stdout);
        const offer o = verb_offer(c, v);
        if (o.kind == FREE || o.kind == FILES)
            continue;
        (void)printf("complete -c anchorage -n '__fish_seen_subcommand_from %s; and "
                     "__fish_seen_subcommand_from %s' -f",
                     c->name, v->name);
        fish_offer(&o);
        (void)putchar('\n');
    }
    const offer behind = offer_of(c->words);
    if (c->verbs != NULL || behind.kind != FILES)
        (void)printf("complete -c anchorage %s -f\n", here);
    if (behind.kind == COMMANDS) {
        (void)printf("complete -c anchorage %s", here);
        fish_offer(&behind);
        (void)putchar('\n');
    }
    for (const cli_option *o = c->options; o->name != NULL; o++)
        fish_option(here, o);
}

int cli_run_completion_fish(cli_context *cx)
{
    (void)cx;
    (void)fputs("# Completes anchorage in fish; made by `anchorage completion fish`.\n", stdout);
    for (const cli_command *c = cli_commands; c->name != NULL; c++)
        fish_command(c);
    for (const cli_option *o = cli_common_options; o->name != NULL; o++)
        fish_option("", o);
    return CLI_OK;
}
