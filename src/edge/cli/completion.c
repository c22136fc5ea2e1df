/* completion.c - scripts that complete the command line in bash, zsh and fish, made from the tables.
 *
 * What stands behind an option or a verb is told by how the tables show it: NAME is a collection's,
 * COMMAND is one of ours, DIR, FILE, PATH and WHEEL are of the file system, choices are as listed, anything else is free.
 */
#include <stdio.h>
#include <string.h>

#include "context.h"

#define NAMES "anchorage collections list --names --no-start --quiet 2>/dev/null"

typedef enum kind { FREE, NAME, FILES, CHOICES, COMMANDS } kind;

static kind kind_of(const char *shown, const char *choices)
{
    if (choices != NULL)
        return CHOICES;
    if (shown == NULL)
        return FREE;
    if (strstr(shown, "NAME") != NULL)
        return NAME;
    if (strstr(shown, "COMMAND") != NULL)
        return COMMANDS;
    if (strstr(shown, "DIR") != NULL || strstr(shown, "FILE") != NULL ||
        strstr(shown, "PATH") != NULL)
        return FILES;
    return FREE;
}

static kind option_kind(const cli_option *o)
{
    return kind_of(o->value, o->choices);
}

/* "a|b" with blanks between. */
static void put_parts(const char *parts)
{
    for (const char *c = parts; *c != '\0'; c++)
        (void)putchar(*c == '|' ? ' ' : *c);
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

/* Cases of what follows an option that takes a value. */
static void bash_values(const cli_option *options)
{
    for (; options->name != NULL; options++) {
        const kind k = option_kind(options);
        if (options->value == NULL)
            continue;
        (void)printf("        --%s", options->name);
        if (options->letter != 0)
            (void)printf("|-%c", options->letter);
        (void)fputs(") ", stdout);
        if (k == CHOICES) {
            (void)fputs("words=\"", stdout);
            put_parts(options->choices);
            (void)fputs("\"; kind=words", stdout);
        } else {
            (void)printf("kind=%s", k == NAME ? "names" : k == FILES ? "files" : "free");
        }
        (void)fputs(" ;;\n", stdout);
    }
}

static void bash_behind(const char *pattern, const char *words)
{
    const kind k = kind_of(words, NULL);
    if (k == NAME || k == FILES)
        (void)printf("        '%s') kind=%s ;;\n", pattern, k == NAME ? "names" : "files");
    if (k == COMMANDS)
        (void)printf("        '%s') words=$commands kind=words ;;\n", pattern);
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
        bash_behind(pattern, c->words);
        for (const cli_verb *v = c->verbs; v != NULL && v->name != NULL; v++) {
            (void)snprintf(pattern, sizeof pattern, "%s %s", c->name, v->name);
            bash_behind(pattern, v->words);
        }
    }
    (void)fputs("        esac\n"
                "    fi\n"
                "    case $kind in\n"
                "    words) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\")) ;;\n"
                "    names) COMPREPLY=($(compgen -W \"$(" NAMES ")\" -- \"$cur\")) ;;\n"
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

static void zsh_option(const cli_option *o)
{
    const kind k = option_kind(o);
    (void)printf("            '*--%s%s[", o->name, o->value != NULL ? "=" : "");
    put_quoted(o->help, "[]:");
    (void)putchar(']');
    if (o->value != NULL) {
        (void)putchar(':');
        put_quoted(o->value, ":");
        (void)putchar(':');
        if (k == CHOICES) {
            (void)putchar('(');
            put_parts(o->choices);
            (void)putchar(')');
        } else if (k != FREE) {
            (void)fputs(k == NAME ? "_anchorage_names" : "_files", stdout);
        }
    }
    (void)fputs("' \\\n", stdout);
}

static void zsh_command(const cli_command *c)
{
    const kind k = kind_of(c->words, NULL);
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
    }
    (void)fputs("        _arguments \\\n", stdout);
    for (const cli_option *o = c->options; o->name != NULL; o++)
        zsh_option(o);
    for (const cli_option *o = cli_common_options; o->name != NULL; o++)
        zsh_option(o);
    if (k == COMMANDS) {
        (void)fputs("            '*: :(", stdout);
        put_commands();
        (void)fputs(")' ;;\n", stdout);
        return;
    }
    (void)printf("            '*: :%s' ;;\n", c->verbs != NULL ? "_anchorage_names"
                                              : k == FILES     ? "_files"
                                              : k == NAME      ? "_anchorage_names"
                                                               : "");
}

int cli_run_completion_zsh(cli_context *cx)
{
    (void)cx;
    (void)fputs("#compdef anchorage\n"
                "# Completes anchorage in zsh; made by `anchorage completion zsh`.\n"
                "_anchorage_names() {\n"
                "    local -a names=(${(f)\"$(" NAMES ")\"})\n"
                "    compadd -a names\n"
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

static void fish_option(const char *condition, const cli_option *o)
{
    const kind k = option_kind(o);
    (void)printf("complete -c anchorage %s -l %s", condition, o->name);
    if (o->letter != 0)
        (void)printf(" -s %c", o->letter);
    if (o->value != NULL)
        (void)fputs(k == FILES ? " -r -F" : " -x", stdout);
    if (k == NAME)
        (void)fputs(" -a '(" NAMES ")'", stdout);
    if (k == CHOICES) {
        (void)fputs(" -a '", stdout);
        put_parts(o->choices);
        (void)putchar('\'');
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
        if (kind_of(v->words, NULL) == NAME)
            (void)printf("complete -c anchorage -n '__fish_seen_subcommand_from %s; and "
                         "__fish_seen_subcommand_from %s' -f -a '(" NAMES ")'\n",
                         c->name, v->name);
    }
    if (c->verbs != NULL || kind_of(c->words, NULL) != FILES)
        (void)printf("complete -c anchorage %s -f\n", here);
    if (kind_of(c->words, NULL) == COMMANDS) {
        (void)printf("complete -c anchorage %s -a '", here);
        put_commands();
        (void)fputs("'\n", stdout);
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
