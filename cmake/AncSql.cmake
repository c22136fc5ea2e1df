# anc_sql(<variable> PREFIX kno COMPONENT knowledge FILES migrations/001_name.sql …)
#
# Makes a C source of numbered SQL files and puts its path in <variable>: the table
# <prefix>_migrations [<prefix>_n_migrations] of db_migration, declared by the adapter's header. The
# number is the file's first three digits, the name what follows with blanks for underscores.
function(anc_sql variable)
  cmake_parse_arguments(A "" "PREFIX;COMPONENT;HEADER" "FILES" ${ARGN})
  set(out ${CMAKE_CURRENT_BINARY_DIR}/${A_PREFIX}_migrations.c)
  set(arrays "")
  set(rows "")
  foreach(f IN LISTS A_FILES)
    get_filename_component(stem ${f} NAME_WE)
    string(REGEX REPLACE "^0*([0-9]+)_.*" "\\1" number ${stem})
    string(REGEX REPLACE "^[0-9]+_" "" name ${stem})
    string(REPLACE "_" " " name ${name})
    file(READ ${f} hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes ${hex})
    string(APPEND arrays "static const char sql_${number}[] = {${bytes}0};\n")
    string(APPEND rows "    {\"${A_COMPONENT}\", ${number}, \"${name}\", sql_${number}},\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${f})
  endforeach()
  list(LENGTH A_FILES n)
  file(CONFIGURE OUTPUT ${out} CONTENT "/* made of the .sql files beside the adapter */
#include \"${A_HEADER}\"

${arrays}
const db_migration ${A_PREFIX}_migrations[] = {
${rows}};
const size_t ${A_PREFIX}_n_migrations = ${n};
" @ONLY)
  set(${variable} ${out} PARENT_SCOPE)
endfunction()
