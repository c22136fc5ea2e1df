/* test_eml.c - mails: headers, parts, charsets, what is attached, and mails inside mails without end. */
#include "blocks.h"
#include "support/test.h"

#include <string.h>

#define HEAD "From: A <a@x.org>\nTo: b@x.org\nSubject: Hello\n"
#define SEEN                                                                                    \
    "from=A <a@x.org>\nto=b@x.org\nsubject=Hello\ntitle Hello\nh1 Hello\np From: A <a@x.org>\n" \
    "To: b@x.org\n"
#define MULTI(type) HEAD "Content-Type: multipart/" type "; boundary=\"=b\"\n\npreamble\n--=b\n"

static const blocks_row rows[] = {
    {"plain", ANC_STR_INIT(HEAD "\nOne.\n\nTwo.\n"), SEEN "p One.\np Two.\n"},
    {"no body", ANC_STR_INIT(HEAD), SEEN},
    {"line ends of the net, folded headers, a mailbox's first line",
     ANC_STR_INIT("From a@x.org Sat Jan  3\r\nFrom: A\r\n "
                  "<a@x.org>\r\nTo:\r\n\tb@x.org\r\nSubject: Hello\r\n"
                  "\r\nOne.\r\n"),
     SEEN "p One.\n"},
    {"dates", ANC_STR_INIT("From: A\nDate: Fri, 21 Nov 1997 09:55:06 -0600\nSubject: S\n\nx\n"),
     "from=A\nsubject=S\ntitle S\ncreated=1997-11-21T09:55:06-06:00\nh1 S\np From: A\n"
     "Date: Fri, 21 Nov 1997 09:55:06 -0600\np x\n"},
    {"encoded words",
     ANC_STR_INIT("From: =?utf-8?Q?Zo=C3=AB_M=2E?= <z@x.org>\n"
                  "Subject: =?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=\n"
                  "    =?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?= (x)\n\nx\n"),
     "from=Zo\xC3\xAB M. <z@x.org>\nsubject=If you can read this you understand the example. (x)\n"
     "title If you can read this you understand the example. (x)\n"
     "h1 If you can read this you understand the example. (x)\n"
     "p From: Zo\xC3\xAB M. <z@x.org>\np x\n"},
    {"a character cut between two words",
     ANC_STR_INIT("From: a\nSubject: =?utf-8?Q?caf=C3?= =?utf-8?Q?=A9?= =?nonsense\n\nx\n"),
     "from=a\nsubject=caf\xC3\xA9 =?nonsense\ntitle caf\xC3\xA9 =?nonsense\n"
     "h1 caf\xC3\xA9 =?nonsense\np From: a\np x\n"},
    {"eight bits where there should be seven",
     ANC_STR_INIT("From: a\nSubject: caf\xE9 cr\xE8me\n\nx\n"),
     "from=a\nsubject=caf\xC3\xA9 cr\xC3\xA8me\ntitle caf\xC3\xA9 cr\xC3\xA8me\n"
     "h1 caf\xC3\xA9 cr\xC3\xA8me\np From: a\np x\n"},
    {"quoted-printable",
     ANC_STR_INIT(HEAD "Content-Type: text/plain; charset=iso-8859-1\n"
                       "Content-Transfer-Encoding: Quoted-Printable\n\n"
                       "caf=E9 is =\nnot c=cafe = 1=3D1 =  \nend=\n"),
     SEEN "p caf\xC3\xA9 is not c\xC3\x8A"
          "fe = 1=1 end\n"},
    {"base64",
     ANC_STR_INIT(HEAD
                  "Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n\n"
                  "Y2Fmw6kg\nYXQgMTA=\n"),
     SEEN "p caf\xC3\xA9 at 10\n"},
    {"Japanese by escapes",
     ANC_STR_INIT(HEAD "Content-Type: text/plain; charset=ISO-2022-JP\n\n\x1B$BF|K\\8l\x1B(B\n"),
     SEEN "p \xE6\x97\xA5\xE6\x9C\xAC\xE8\xAA\x9E\n"},
    {"HTML alone", ANC_STR_INIT(HEAD "Content-Type: text/html\n\n<p>One<p>Two"),
     SEEN "p One\np Two\n"},
    {"of alternatives the text",
     ANC_STR_INIT(
         MULTI("alternative") "Content-Type: text/html\n\n<p>HTML\n--=b\n\ntext\n--=b--\nepilogue"),
     SEEN "p text\n"},
    {"of alternatives HTML where the text is blank",
     ANC_STR_INIT(MULTI("alternative") "\n  \n--=b\nContent-Type: text/html\n\n<p>HTML\n--=b--\n"),
     SEEN "p HTML\n"},
    {"a text that is said again in HTML",
     ANC_STR_INIT(
         MULTI("mixed") "\nThis is what I wanted to say.\n--=b\nContent-Type: text/html\n\n"
                        "<p>This is <b>what</b> I wanted&nbsp;to say.\n--=b--\n"),
     SEEN "p This is what I wanted to say.\n"},
    {"attachments",
     ANC_STR_INIT(
         MULTI("mixed") "\ntext\n--=b\nContent-Type: application/x-thing; name=x\n"
                        "Content-Disposition: attachment; filename=\"..\\\\a/b c.bin\"\n"
                        "Content-Transfer-Encoding: base64\n\nAGI=\n--=b\n"
                        "Content-Disposition: attachment;\n filename*0*=utf-8''na%C3;\n"
                        " filename*1*=%AFve; filename*2=.txt\nContent-Type: text/plain\n\nbody\n"
                        "--=b--\n"),
     SEEN "p text\nattachment b c.bin (application/x-thing): \nattachment na\xC3\xAFve.txt "
          "(text/plain): "
          "body\n\nattachments=b c.bin, na\xC3\xAFve.txt\n"},
    {"pictures of an HTML text are none",
     ANC_STR_INIT(
         MULTI("related") "Content-Type: text/html\n\n<p>HTML\n--=b\nContent-Type: image/png\n\nx\n"
                          "--=b--\n"),
     SEEN "p HTML\n"},
    {"a mail in a mail",
     ANC_STR_INIT(
         MULTI("mixed") "\nouter\n--=b\nContent-Type: message/rfc822\n\nFrom: c\nSubject: Inner\n\n"
                        "inner\n--=b--\n"),
     SEEN "p outer\nh2 Inner\np From: c\np inner\n"},
    {"cut off inside a part",
     ANC_STR_INIT(MULTI("mixed") "\none\n--=b\nContent-Type: text/plain\n\ntwo and"),
     SEEN "p one\np two and\n"},
    {"a boundary that never comes",
     ANC_STR_INIT(HEAD "Content-Type: multipart/mixed; boundary=x\n\ntext\n"), SEEN},
};

static void mails(void **state)
{
    check_document(PRS_MAIL, *state);
}

static void mails_inside_mails_have_an_end(void **state)
{
    (void)state;
    ANC_BUF(source, 1 << 20);
    for (int i = 0; i < 2000; i++)
        (void)anc_buf_add(&source, ANC_STR("From: a\nContent-Type: message/rfc822\n\n"));
    check_refusal(PRS_MAIL, ANC_LIMIT,
                  &(blocks_row){"", anc_buf_view(&source), "8 mails inside one another"});
}

static void parts_inside_parts_have_an_end(void **state)
{
    (void)state;
    ANC_BUF(source, 1 << 20);
    for (int i = 0; i < 2000; i++)
        (void)anc_buf_printf(&source, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i,
                             i);
    check_refusal(PRS_MAIL, ANC_LIMIT, &(blocks_row){"", anc_buf_view(&source), "32 levels deep"});
}

static void parts_are_counted(void **state)
{
    (void)state;
    ANC_BUF(source, 1 << 20);
    (void)anc_buf_add(&source, ANC_STR(HEAD "Content-Type: multipart/mixed; boundary=b\n\n"));
    for (int i = 0; i < 20000; i++)
        (void)anc_buf_add(&source, ANC_STR("--b\n\nx\n"));
    check_refusal(PRS_MAIL, ANC_LIMIT, &(blocks_row){"", anc_buf_view(&source), "10000 parts"});
}

static anc_status take_block(void *self, const prs_block *block, anc_err *err)
{
    (void)self, (void)block, (void)err;
    return ANC_OK;
}

static anc_status take_attachment(void *self, const prs_attachment *attachment, anc_err *err)
{
    (void)attachment, (void)err;
    ++*(size_t *)self;
    return ANC_OK;
}

/* A mail of `n` attachments, half of them in a mail that it has forwarded: how many came. */
static size_t attach(unsigned n, anc_status expected, const char *words)
{
    size_t came = 0;
    anc_err err = {0};
    prs_result result = {0};
    ANC_BUF(source, 4 << 20);
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = {.block = take_block, .attachment = take_attachment, .self = &came};
    (void)anc_buf_add(&source, ANC_STR(HEAD "Content-Type: multipart/mixed; boundary=b\n\n"
                                            "--b\n\nThe text.\n"));
    for (unsigned i = 0; i < n - n / 2; i++)
        (void)anc_buf_printf(&source, "--b\nContent-Disposition: attachment; filename=%u\n\nx\n",
                             i);
    (void)anc_buf_add(&source, ANC_STR("--b\nContent-Type: message/rfc822\n\nFrom: b\n"
                                       "Content-Type: multipart/mixed; boundary=c\n\n"));
    for (unsigned i = 0; i < n / 2; i++)
        (void)anc_buf_add(&source, ANC_STR("--c\nContent-Type: application/pdf\n\nx\n"));
    (void)anc_buf_add(&source, ANC_STR("--c--\n--b--\n"));
    assert_int_equal(prs_parse(PRS_MAIL, anc_buf_view(&source), &limits, &sink, &result, &err),
                     expected);
    assert_non_null(strstr(err.text, words));
    assert_int_equal(result.attached, expected == ANC_OK ? n : 0);
    return came;
}

static void too_many_attachments_are_counted(void **state)
{
    (void)state;
    assert_int_equal(attach(1000, ANC_OK, ""), 1000);
    assert_int_equal(attach(1001, ANC_OK, ""), 1000);
    assert_int_equal(attach(1200, ANC_OK, ""), 1000);
    assert_int_equal(attach(12000, ANC_LIMIT, "10000 parts"), 0);
}

/* Headers that hold nothing of what is looked for, over and over: each is looked through a few times only. */
static void headers_that_lead_nowhere(void **state)
{
    (void)state;
    static const char *const headers[][2] = {
        {"Content-Type: text/plain", ";"},
        {"Content-Type: text/plain; a=\"", "\\\""},
        {"Content-Type: message/rfc822\n\nSubject: ", "=?u?q? "},
        {"Content-Type: message/rfc822\n\nSubject: ", "=?"}};
    for (size_t i = 0; i < ANC_COUNT(headers); i++) {
        ANC_BUF(source, 32 << 20);
        (void)anc_buf_add(&source,
                          ANC_STR("From: a\nContent-Type: multipart/mixed; boundary=b\n\n"));
        for (int n = 0; n < 40; n++) {
            (void)anc_buf_printf(&source, "--b\n%s", headers[i][0]);
            for (size_t from = source.len; source.len < from + (60 << 10);)
                (void)anc_buf_add(&source, anc_str_of(headers[i][1]));
            (void)anc_buf_add(&source, ANC_STR("\n\nx\n"));
        }
        check_is_read(PRS_MAIL, anc_buf_view(&source));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mails_inside_mails_have_an_end),
        cmocka_unit_test(parts_inside_parts_have_an_end),
        cmocka_unit_test(parts_are_counted),
        cmocka_unit_test(too_many_attachments_are_counted),
        cmocka_unit_test(headers_that_lead_nowhere),
    };
    int failed = RUN_TABLE("mails", rows, mails);
    failed += cmocka_run_group_tests_name("bombs", tests, NULL, NULL);
    return failed;
}
