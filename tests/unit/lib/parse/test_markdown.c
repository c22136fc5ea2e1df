/* test_markdown.c - Markdown to blocks. */
#include "support/test.h"

#include "blocks.h"

static const blocks_row rows[] = {
    {"empty", ANC_STR_INIT(""), ""},
    {"heading and text", ANC_STR_INIT("# The *Anchor*\n\nIt **holds** `fast`.\n"),
     "title The Anchor\nh1 The Anchor\np It holds fast.\n"},
    {"soft and hard breaks", ANC_STR_INIT("one\ntwo  \nthree"), "p one two\nthree\n"},
    {"tight list", ANC_STR_INIT("- a\n- b\n  1. c\n  2. d\n"),
     "li1 - a\nli1 - b\nli2 1. c\nli2 2. d\n"},
    {"loose list", ANC_STR_INIT("3. a\n\n   more\n\n4. b\n"), "li1 3. a\nli1 more\nli1 4. b\n"},
    {"table", ANC_STR_INIT("| A | B |\n|---|---|\n| 1 | |\n| | 2 |\n"),
     "row* A | B\nrow 1 |\nrow | 2\n"},
    {"code keeps its blanks", ANC_STR_INIT("```c\nint  x;\n  y;\n```\n"), "code int  x;\n  y;\n"},
    {"quote", ANC_STR_INIT("> said\n> so\n"), "quote said so\n"},
    {"links and images", ANC_STR_INIT("See [the page](http://x.org) ![alt](i.png) now."),
     "p See the page now.\n"},
    {"entities", ANC_STR_INIT("a &amp; b &eacute; &#233; &#xE9; &unknown;"),
     "p a & b \xC3\xA9 \xC3\xA9 \xC3\xA9 &unknown;\n"},
    {"inline tags", ANC_STR_INIT("a<br>b <b>c</b>"), "p a\nb c\n"},
    {"HTML block", ANC_STR_INIT("<div align=\"center\">\n<h2>Name</h2><p>Text</p>\n</div>\n\nend"),
     "h2 Name\np Text\np end\n"},
    {"script in an HTML block", ANC_STR_INIT("<script>\nx()\n</script>\n\nend"), "p end\n"},
    {"header", ANC_STR_INIT("---\ntitle: \"The Log\"\ndate: 1\n---\n# Other\n"),
     "title The Log\nh1 Other\n"},
    {"a rule is no header", ANC_STR_INIT("---\n\ntext\n\n---\n"), "p text\n"},
    {"a table of contents is no title", ANC_STR_INIT("# Table of Contents\n\nOne\n\n# How\n"),
     "h1 Table of Contents\np One\nh1 How\n"},
    {"what stands right below it is", ANC_STR_INIT("# Contents\n\n# The Anchor\n\nOne\n"),
     "h1 Contents\ntitle The Anchor\nh1 The Anchor\np One\n"},
    {"a part's number is no title", ANC_STR_INIT("# PART IV\n\nOne\n"), "h1 PART IV\np One\n"},
    {"a page's number", ANC_STR_INIT("# Seite 3 / 7\n"), "h1 Seite 3 / 7\n"},
    {"a part that has a name", ANC_STR_INIT("# Part of the whole\n"),
     "title Part of the whole\nh1 Part of the whole\n"},
    {"the first h1 is the title", ANC_STR_INIT("## Sub\n\n# One\n\n# Two\n"),
     "h2 Sub\ntitle One\nh1 One\nh1 Two\n"},
};

static void blocks(void **state)
{
    check_blocks(PRS_MARKDOWN, *state);
}

int main(void)
{
    return RUN_TABLE("Markdown", rows, blocks);
}
