# Benchmarks: programs that bench/run builds and runs; no test.
#
# anc_bench(NAME <name> [SOURCES …] LINK <layers> [VENDOR …])
#   bench/<name>/<name>.c and SOURCES as the program bench_<name>. LINK names layers as DEPS of
#   anc_layer does; VENDOR what the peer needs.
function(anc_bench)
  cmake_parse_arguments(A "" "NAME" "SOURCES;LINK;VENDOR" ${ARGN})
  add_executable(bench_${A_NAME} ${A_NAME}.c ${A_SOURCES})
  target_include_directories(bench_${A_NAME} PRIVATE ${CMAKE_SOURCE_DIR}/bench ${CMAKE_SOURCE_DIR}/tests)
  target_link_libraries(bench_${A_NAME} PRIVATE anc_warnings anc_sanitize bench_common)
  anc_link(bench_${A_NAME} ${A_LINK})
  target_link_libraries(bench_${A_NAME} PRIVATE ${A_VENDOR} m)
  set_target_properties(bench_${A_NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bench)
endfunction()
