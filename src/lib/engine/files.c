/* files.c - names made and read. */
#include "files.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

anc_str eng_file_path(anc_str folder, char out[OS_PATH_MAX], const char *fmt, ...)
{
    va_list args;
    memcpy(out, folder.ptr, folder.len);
    out[folder.len] = '/';
    va_start(args, fmt);
    const int n = vsnprintf(out + folder.len + 1, OS_PATH_MAX - folder.len - 1, fmt, args);
    va_end(args);
    return (anc_str){out, folder.len + 1 + (size_t)n};
}

anc_str eng_segment_path(anc_str folder, char out[OS_PATH_MAX], uint64_t number)
{
    return eng_file_path(folder, out, ENG_SEGMENT_PREFIX "%llu", (unsigned long long)number);
}

bool eng_segment_number(anc_str name, uint64_t *ret)
{
    const size_t prefix = sizeof ENG_SEGMENT_PREFIX - 1;
    uint64_t number = 0;
    if (!anc_str_starts(name, ANC_STR(ENG_SEGMENT_PREFIX)) || name.len == prefix)
        return false;
    for (size_t i = prefix; i < name.len; i++)
        if (name.ptr[i] < '0' || name.ptr[i] > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(name.ptr[i] - '0'), &number))
            return false;
    *ret = number;
    return true;
}
