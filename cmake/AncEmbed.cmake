# cmake -DIN=docs.html -DOUT=docs_page.c -P AncEmbed.cmake: a file as the bytes of http_docs_page.
file(READ ${IN} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR bytes "${digits} / 2")
string(REGEX REPLACE "(..)" "0x\\1," body "${hex}")
string(REGEX REPLACE "(................................................................................)" "\\1\n" body "${body}")
file(WRITE ${OUT} "/* docs_page.c - generated from docs.html */\n#include \"impl.h\"\n\nconst unsigned char http_docs_page[] = {\n${body}\n};\nconst size_t http_docs_page_len = ${bytes};\n")
