/* rtf_words.c - control words of RTF by what they mean to a reader of text, and code pages. */
#include "rtf_impl.h"

#include <stdio.h>
#include <stdlib.h>

/* In byte order. */
static const prs_rtf_word words[] = {
    {ANC_STR_INIT("aftnsep"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("aftnsepc"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("annotation"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("ansicpg"), PRS_RTF_CODEPAGE, 0},
    {ANC_STR_INIT("atnauthor"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("atnid"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("atnref"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("atntime"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("atrfend"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("atrfstart"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("author"), PRS_RTF_AUTHOR, 0},
    {ANC_STR_INIT("bin"), PRS_RTF_BINARY, 0},
    {ANC_STR_INIT("bkmkend"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("bkmkstart"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("bullet"), PRS_RTF_CHAR, 0x2022},
    {ANC_STR_INIT("buptim"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("category"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("cell"), PRS_RTF_CELL, 0},
    {ANC_STR_INIT("colorschememapping"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("colortbl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("column"), PRS_RTF_PARAGRAPH, 0},
    {ANC_STR_INIT("comment"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("company"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("creatim"), PRS_RTF_CREATED, 0},
    {ANC_STR_INIT("datastore"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("deleted"), PRS_RTF_HIDDEN, 0},
    {ANC_STR_INIT("doccomm"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("dy"), PRS_RTF_DAY, 0},
    {ANC_STR_INIT("emdash"), PRS_RTF_CHAR, 0x2014},
    {ANC_STR_INIT("emspace"), PRS_RTF_CHAR, 32},
    {ANC_STR_INIT("endash"), PRS_RTF_CHAR, 0x2013},
    {ANC_STR_INIT("enspace"), PRS_RTF_CHAR, 32},
    {ANC_STR_INIT("f"), PRS_RTF_FONT, 0},
    {ANC_STR_INIT("falt"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("fcharset"), PRS_RTF_FONT_CHARSET, 0},
    {ANC_STR_INIT("filetbl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("fldinst"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("fontemb"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("fonttbl"), PRS_RTF_FONTS, 0},
    {ANC_STR_INIT("footer"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("footerf"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("footerl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("footerr"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("footnote"), PRS_RTF_NOTE, 0},
    {ANC_STR_INIT("ftnsep"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("ftnsepc"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("generator"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("header"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("headerf"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("headerl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("headerr"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("hlinkbase"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("hr"), PRS_RTF_HOUR, 0},
    {ANC_STR_INIT("ilvl"), PRS_RTF_LIST_LEVEL, 0},
    {ANC_STR_INIT("info"), PRS_RTF_INFO, 0},
    {ANC_STR_INIT("intbl"), PRS_RTF_IN_TABLE, 0},
    {ANC_STR_INIT("keywords"), PRS_RTF_KEYWORDS, 0},
    {ANC_STR_INIT("latentstyles"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("ldblquote"), PRS_RTF_CHAR, 0x201c},
    {ANC_STR_INIT("line"), PRS_RTF_BREAK, 0},
    {ANC_STR_INIT("listoverridetable"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("listpicture"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("listtable"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("listtext"), PRS_RTF_MARK, 0},
    {ANC_STR_INIT("lquote"), PRS_RTF_CHAR, 0x2018},
    {ANC_STR_INIT("ls"), PRS_RTF_LIST, 0},
    {ANC_STR_INIT("mac"), PRS_RTF_CODEPAGE, 0x2710},
    {ANC_STR_INIT("manager"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("min"), PRS_RTF_MINUTE, 0},
    {ANC_STR_INIT("mmathPr"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("mo"), PRS_RTF_MONTH, 0},
    {ANC_STR_INIT("nestcell"), PRS_RTF_CELL, 0},
    {ANC_STR_INIT("nestrow"), PRS_RTF_ROW, 0},
    {ANC_STR_INIT("nonshppict"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("objdata"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("operator"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("outlinelevel"), PRS_RTF_OUTLINE, 0},
    {ANC_STR_INIT("page"), PRS_RTF_PARAGRAPH, 0},
    {ANC_STR_INIT("panose"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("par"), PRS_RTF_PARAGRAPH, 0},
    {ANC_STR_INIT("pard"), PRS_RTF_RESET, 0},
    {ANC_STR_INIT("pc"), PRS_RTF_CODEPAGE, 0x1b5},
    {ANC_STR_INIT("pca"), PRS_RTF_CODEPAGE, 0x352},
    {ANC_STR_INIT("pict"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("plain"), PRS_RTF_PLAIN, 0},
    {ANC_STR_INIT("pn"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("pnseclvl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("pntext"), PRS_RTF_MARK, 0},
    {ANC_STR_INIT("printim"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("private"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("qmspace"), PRS_RTF_CHAR, 32},
    {ANC_STR_INIT("rdblquote"), PRS_RTF_CHAR, 0x201d},
    {ANC_STR_INIT("revtbl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("revtim"), PRS_RTF_MODIFIED, 0},
    {ANC_STR_INIT("row"), PRS_RTF_ROW, 0},
    {ANC_STR_INIT("rquote"), PRS_RTF_CHAR, 0x2019},
    {ANC_STR_INIT("rsidtbl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("rxe"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("s"), PRS_RTF_STYLE, 0},
    {ANC_STR_INIT("sect"), PRS_RTF_PARAGRAPH, 0},
    {ANC_STR_INIT("shpinst"), PRS_RTF_TEXT, 0},
    {ANC_STR_INIT("shppict"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("shptxt"), PRS_RTF_TEXT, 0},
    {ANC_STR_INIT("sn"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("softline"), PRS_RTF_BREAK, 0},
    {ANC_STR_INIT("sp"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("stylesheet"), PRS_RTF_STYLES, 0},
    {ANC_STR_INIT("subject"), PRS_RTF_SUBJECT, 0},
    {ANC_STR_INIT("sv"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("tab"), PRS_RTF_CHAR, 9},
    {ANC_STR_INIT("tc"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("template"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("themedata"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("title"), PRS_RTF_TITLE, 0},
    {ANC_STR_INIT("trhdr"), PRS_RTF_ROW_IS_HEADER, 0},
    {ANC_STR_INIT("trowd"), PRS_RTF_ROW_BEGINS, 0},
    {ANC_STR_INIT("txe"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("u"), PRS_RTF_UNICODE, 0},
    {ANC_STR_INIT("uc"), PRS_RTF_UNICODE_SKIP, 0},
    {ANC_STR_INIT("userprops"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("v"), PRS_RTF_HIDDEN, 0},
    {ANC_STR_INIT("wgrffmtfilter"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("xe"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("xmlnstbl"), PRS_RTF_SKIP, 0},
    {ANC_STR_INIT("yr"), PRS_RTF_YEAR, 0},
};

static int compare(const void *key, const void *row)
{
    return anc_str_cmp(*(const anc_str *)key, ((const prs_rtf_word *)row)->name);
}

const prs_rtf_word *prs_rtf_find(anc_str name)
{
    static const prs_rtf_word unknown = {ANC_STR_INIT(""), PRS_RTF_NONE, 0};
    const prs_rtf_word *found = bsearch(&name, words, ANC_COUNT(words), sizeof words[0], compare);
    return found != NULL ? found : &unknown;
}

const char *prs_rtf_codepage(uint32_t number, char out[16])
{
    if (number == 1252 || number == 0 || number > 65535)
        return NULL;
    if (number == 10000)
        return "MACINTOSH";
    if (number == 65001)
        return "UTF-8";
    if (number == 1361)
        return "JOHAB";
    (void)snprintf(out, 16, "CP%u", number);
    return out;
}

uint32_t prs_rtf_charset_page(uint32_t charset)
{
    static const struct {
        uint32_t charset, page;
    } rows[] = {{77, 10000}, {128, 932},  {129, 949},  {130, 1361}, {134, 936},  {136, 950},
                {161, 1253}, {162, 1254}, {163, 1258}, {177, 1255}, {178, 1256}, {186, 1257},
                {204, 1251}, {222, 874},  {238, 1250}, {255, 850},  {0, 1252}};
    for (size_t i = 0; i < ANC_COUNT(rows); i++)
        if (rows[i].charset == charset)
            return rows[i].page;
    return 0;
}
