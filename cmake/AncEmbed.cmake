# Writes file FROM as a C source TO with the bytes as SYMBOL[] and their number as SYMBOL_len.
file(READ ${FROM} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR bytes "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," list "${hex}")
string(REGEX REPLACE "((0x[0-9a-f][0-9a-f],){24})" "\\1\n    " list "${list}")
get_filename_component(name ${FROM} NAME)
file(WRITE ${TO} "/* ${name} as bytes; written by the build. */
#include <stddef.h>

extern const unsigned char ${SYMBOL}[];
extern const size_t ${SYMBOL}_len;

const unsigned char ${SYMBOL}[] = {
    ${list}
};
const size_t ${SYMBOL}_len = ${bytes};
")
