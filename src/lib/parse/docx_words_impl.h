/* docx_words_impl.h - the elements and attributes of a DOCX that its body is read by. */
#ifndef ANC_PARSE_DOCX_WORDS_IMPL_H
#define ANC_PARSE_DOCX_WORDS_IMPL_H

#include "xml_impl.h"

enum {
    PRS_W_OTHER,
    PRS_W_P,
    PRS_W_P_PR,
    PRS_W_P_STYLE,
    PRS_W_OUTLINE,
    PRS_W_LEVEL,
    PRS_W_NUMBERS,
    PRS_W_R,
    PRS_W_R_PR,
    PRS_W_T,
    PRS_W_TAB,
    PRS_W_BR,
    PRS_W_NO_BREAK_HYPHEN,
    PRS_W_SYM,
    PRS_W_TBL,
    PRS_W_TBL_LOOK,
    PRS_W_GRID,
    PRS_W_GRID_COL,
    PRS_W_TR,
    PRS_W_TR_PR,
    PRS_W_TBL_HEADER,
    PRS_W_GRID_BEFORE,
    PRS_W_TC,
    PRS_W_GRID_SPAN,
    PRS_W_V_MERGE,
    PRS_W_DEL,
    PRS_W_FIELD,
    PRS_W_FOOTNOTE_REF,
    PRS_W_ENDNOTE_REF,
    PRS_W_BOX,
    PRS_W_VANISH,
    PRS_W_PAGE_TURN,
    PRS_W_NOTE,
    PRS_W_SKIPPED, /* with all that is in it */
    PRS_W_ALTERNATES,
    PRS_W_CHOICE,
    PRS_W_FALLBACK,
    PRS_W_VAL,
    PRS_W_ID,
    PRS_W_TYPE,
    PRS_W_FIELD_TYPE,
    PRS_W_FONT,
    PRS_W_CHAR,
    PRS_W_FIRST_ROW,
    PRS_W_EQUATIONS,
    PRS_W_EQUATION,
    PRS_W_M_T,
    PRS_W_M_FRACTION_TOP,
    PRS_W_M_FRACTION_BOTTOM,
    PRS_W_M_ABOVE,
    PRS_W_M_BELOW,
    PRS_W_M_ROOT,
    PRS_W_M_DEGREE,
    PRS_W_M_BRACKETS,
    PRS_W_M_OPENS,
    PRS_W_M_CLOSES,
    PRS_W_M_SUM,
    PRS_W_M_SIGN,
    PRS_W_M_ROW,
    PRS_W_M_ELEMENT,
    PRS_W_M_FUNCTION,
    PRS_W_M_VAL
};

extern const prs_xml_name prs_docx_words[];
extern const size_t prs_docx_n_words;

#endif
