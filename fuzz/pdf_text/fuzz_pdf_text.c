/* fuzz_pdf_text.c - any bytes read as what pdftotext wrote. */
#include "../document.h"
#include "parse/pdf_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    seen s = {0};
    prs_result result;
    const prs_limits limits = prs_limits_default();
    const prs_sink sink = sink_of(&s);
    if (prs_pdf_text((anc_str){(const char *)data, size}, &limits, &sink, &result, NULL) == ANC_OK)
        check_counts(&s, &result);
    return 0;
}
