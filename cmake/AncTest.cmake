# Tests and fuzz targets.
#
# anc_test(NAME <name> [ONE_THREAD] SOURCES … LINK <layers> [LABELS …] [VENDOR …] [TIMEOUT s] [OPTIONS link options])
#   a cmocka program; LINK names layers as DEPS of anc_layer does. Label `unit` unless given. ONE_THREAD: it
#   starts no thread, so it is left out where the thread sanitizer watches, which makes it slow and sees nothing.
# anc_fuzz(NAME <name> SOURCES … LINK <layers> [CORPUS dir] [DEFINE name=value])
#   one source file with LLVMFuzzerTestOneInput. With ANC_FUZZ a libFuzzer program; always also a
#   plain program that replays the corpus, as a ctest of label `fuzz`.
find_library(CMOCKA cmocka)

function(anc_link target)
  foreach(l IN LISTS ARGN)
    string(REPLACE "/" "_" lt anc_${l})
    target_link_libraries(${target} PRIVATE ${lt})
  endforeach()
endfunction()

function(anc_test)
  cmake_parse_arguments(A "ONE_THREAD" "NAME;TIMEOUT" "SOURCES;LINK;LABELS;VENDOR;OPTIONS;ENVIRONMENT" ${ARGN})
  set(left_out "")
  if(A_ONE_THREAD AND ANC_SANITIZE STREQUAL "thread")
    set(left_out EXCLUDE_FROM_ALL)
  endif()
  add_executable(${A_NAME} ${left_out} ${A_SOURCES})
  target_include_directories(${A_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(${A_NAME} PRIVATE anc_warnings anc_sanitize)
  anc_link(${A_NAME} ${A_LINK})
  target_link_libraries(${A_NAME} PRIVATE ${CMOCKA} ${A_VENDOR} m)
  if(A_OPTIONS)
    target_link_options(${A_NAME} PRIVATE ${A_OPTIONS})
  endif()
  if(left_out)
    return()
  endif()
  add_test(NAME ${A_NAME} COMMAND ${A_NAME})
  if(NOT A_LABELS)
    set(A_LABELS unit)
  endif()
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 300)
  endif()
  set_tests_properties(${A_NAME} PROPERTIES LABELS "${A_LABELS}" TIMEOUT ${A_TIMEOUT} SKIP_RETURN_CODE 77
    ENVIRONMENT "ANCHORAGE_SOURCE_DIR=${CMAKE_SOURCE_DIR};${A_ENVIRONMENT}")
endfunction()

function(anc_fuzz)
  cmake_parse_arguments(A "" "NAME;CORPUS;DEFINE" "SOURCES;LINK" ${ARGN})
  if(NOT A_CORPUS)
    set(A_CORPUS ${CMAKE_CURRENT_SOURCE_DIR}/corpus)
  endif()
  if(ANC_FUZZ)
    add_executable(${A_NAME} ${A_SOURCES})
    target_link_libraries(${A_NAME} PRIVATE anc_warnings anc_sanitize)
    anc_link(${A_NAME} ${A_LINK})
    target_compile_definitions(${A_NAME} PRIVATE ${A_DEFINE})
    target_link_options(${A_NAME} PRIVATE -fsanitize=fuzzer)
  endif()
  add_executable(${A_NAME}_replay ${A_SOURCES} ${CMAKE_SOURCE_DIR}/tests/support/fuzz_replay.c)
  target_link_libraries(${A_NAME}_replay PRIVATE anc_warnings anc_sanitize)
  anc_link(${A_NAME}_replay ${A_LINK})
  target_compile_definitions(${A_NAME}_replay PRIVATE ${A_DEFINE})
  add_test(NAME ${A_NAME}_replay COMMAND ${A_NAME}_replay ${A_CORPUS})
  set_tests_properties(${A_NAME}_replay PROPERTIES LABELS fuzz TIMEOUT 300)
endfunction()

# Link options of a test that includes tests/support/fail_alloc.c.
set(ANC_FAIL_ALLOC_OPTIONS -Wl,--wrap=malloc -Wl,--wrap=calloc -Wl,--wrap=realloc
  -Wl,--wrap=strdup -Wl,--wrap=strndup)
