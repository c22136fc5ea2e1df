/* report.c - what a command says when it fails, the exit code that goes with it, and a question. */
#include <stdarg.h>
#include <unistd.h>

#include "context.h"
#include "term.h"
#include "json/json.h"

enum { TEXT_BYTES = 1 << 16, ANSWER_BYTES = 64 };

const cli_exit_row cli_exit_rows[] = {
    {CLI_OK, "done"},
    {CLI_FAILED, "it failed, or a document did"},
    {CLI_USAGE, "the command line or the input was wrong"},
    {CLI_NOT_FOUND, "there is no such thing"},
    {CLI_UNREACHABLE, "the server could not be reached or is busy"},
    {CLI_INTERRUPTED, "interrupted"},
    {0, NULL},
};

int cli_exit_code(anc_status status)
{
    switch (status) {
    case ANC_OK:
        return CLI_OK;
    case ANC_INVALID:
    case ANC_UNSUPPORTED:
        return CLI_USAGE;
    case ANC_NOT_FOUND:
        return CLI_NOT_FOUND;
    case ANC_UNAVAILABLE:
    case ANC_RATE_LIMITED:
        return CLI_UNREACHABLE;
    case ANC_CANCELLED:
        return CLI_INTERRUPTED;
    case ANC_UNAUTHENTICATED:
    case ANC_FORBIDDEN:
    case ANC_TOO_SLOW:
    case ANC_CONFLICT:
    case ANC_LIMIT:
    case ANC_CORRUPT:
    case ANC_BUG:
    case ANC_NOT_IMPLEMENTED:
    case ANC_PROVIDER:
    case ANC_NO_MEMORY:
    case ANC_IO:
    case ANC_DEADLINE:
    case ANC_DISK_FULL:
    case ANC_STATUS_COUNT:
        return CLI_FAILED;
    }
    return CLI_FAILED;
}

static void print_problem(const cli_context *cx, const anc_status_row *row, anc_str text)
{
    ANC_BUF(out, TEXT_BYTES);
    json_writer w = json_writer_of(&out);
    if (!cx->json) {
        (void)fputs("anchorage: ", stderr);
        term_print_text(stderr, text);
        (void)fputc('\n', stderr);
        return;
    }
    json_open_object(&w);
    json_put_str(&w, "error", anc_str_of(row->name));
    json_put_int(&w, "status", row->http);
    json_put_str(&w, "detail", text);
    json_close_object(&w);
    (void)fprintf(stderr, "%s\n", out.ptr != NULL ? out.ptr : "{}");
}

int cli_report(const cli_context *cx, anc_status status, const anc_err *err)
{
    const anc_status_row *row = anc_status_info(status);
    print_problem(cx, row, anc_str_of(err->text[0] != '\0' ? err->text : row->text));
    return cli_exit_code(status);
}

int cli_usage_error(const cli_context *cx, const char *fmt, ...)
{
    char text[1024];
    va_list args;
    va_start(args, fmt);
    (void)vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    print_problem(cx, anc_status_info(ANC_INVALID), anc_str_of(text));
    if (!cx->json)
        (void)fprintf(stderr, "Try: anchorage %s --help\n",
                      cx->command != NULL ? cx->command->name : "");
    return CLI_USAGE;
}

int cli_confirm(cli_context *cx, const char *fmt, ...)
{
    char answer[ANSWER_BYTES] = "";
    va_list args;
    if (cli_given(cx, "yes"))
        return CLI_OK;
    if (isatty(STDIN_FILENO) != 1 || !term_is_tty(stderr))
        return cli_usage_error(cx, "--yes is needed where nobody can be asked");
    va_start(args, fmt);
    (void)vfprintf(stderr, fmt, args);
    va_end(args);
    (void)fprintf(stderr, " [y/N] ");
    if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
        return CLI_OK;
    (void)fprintf(stderr, "nothing was changed\n");
    return CLI_FAILED;
}
