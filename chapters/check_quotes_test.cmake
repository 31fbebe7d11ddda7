# The quote checker's own tests: cmake -D TOOL=check_quotes -D DIR=scratch -P check_quotes_test.cmake
# Each case writes a small chapter, runs the tool on it and states what it must say.

set(SOURCE "// [greet]\n  int greet() {\n    return 1;\n  }\n// [/greet]\n")
set(BLOCK "```cpp\nint greet() {\n  return 1;\n}\n```\n")
set(MARK "<!-- quote: a.cpp#greet -->\n")

# expect(name status message PROSE text [SOURCE text] [ARGS args...])
function(expect name status message)
  cmake_parse_arguments(PARSE_ARGV 3 it "" "PROSE;SOURCE" "ARGS")
  if(NOT DEFINED it_SOURCE)
    set(it_SOURCE "${SOURCE}")
  endif()
  set(at "${DIR}/${name}")
  file(REMOVE_RECURSE "${at}")
  file(WRITE "${at}/README.md" "${it_PROSE}")
  file(WRITE "${at}/a.cpp" "${it_SOURCE}")
  execute_process(
    COMMAND "${TOOL}" ${it_ARGS} "${at}/README.md"
    RESULT_VARIABLE result
    OUTPUT_VARIABLE text
    ERROR_VARIABLE text)
  if(NOT result STREQUAL status)
    message(SEND_ERROR "${name}: exit status ${result}, expected ${status}\n${text}")
  endif()
  if(NOT text MATCHES "${message}")
    message(SEND_ERROR "${name}: expected \"${message}\" in\n${text}")
  endif()
endfunction()

string(REPLACE "return 1" "return 2" stale "${BLOCK}")

expect("agrees" 0 "1 quotes agree" PROSE "${MARK}${BLOCK}")
expect("differs" 1 "README.md:4: differs from a.cpp#greet" PROSE "${MARK}${stale}")
expect("shorter" 1 "quoted: .end." PROSE "${MARK}```cpp\nint greet() {\n```\n")
expect("no_region" 1 "has no lines" PROSE "<!-- quote: a.cpp#other -->\n${BLOCK}")
expect("no_file" 1 "can't be read" PROSE "<!-- quote: b.cpp#greet -->\n${BLOCK}")
expect("no_block" 1 "no fenced block" PROSE "${MARK}\n${BLOCK}")
expect("no_marker" 1 "nothing proves it" PROSE "${BLOCK}")
expect("unclosed" 1 "never closed" PROSE "${MARK}```cpp\nint greet() {\n")
expect("unquoted" 1 "marks .more., which nothing quotes" PROSE "${MARK}${BLOCK}" SOURCE
       "${SOURCE}// [more]\n// [/more]\n")
expect("good_link" 0 "agree" PROSE "## What's a put?\n[up](#whats-a-put)\n${MARK}${BLOCK}")
expect("bad_link" 1 "no heading is called that" PROSE "[up](#nowhere)\n${MARK}${BLOCK}")
expect("bad_file" 1 "does not exist" PROSE "[up](nowhere.md)\n${MARK}${BLOCK}")
expect("bad_far_link" 1 "no heading there is called" PROSE "[away](a.cpp#nowhere)\n${MARK}${BLOCK}")
string(REPEAT "é" 80 eighty) # eighty columns in 160 bytes
expect("eighty_columns" 0 "agree" PROSE "```text\n${eighty}\n```\n${MARK}${BLOCK}")
expect("too_wide" 1 "README.md:2: is 81 columns wide" PROSE "```text\n${eighty}!\n```\n${MARK}${BLOCK}")
string(REPLACE "return 1" "return ${eighty}" wide_source "${SOURCE}")
string(REPLACE "return 1" "return ${eighty}" wide_block "${BLOCK}")
expect("quote_too_wide" 1 "columns wide" PROSE "${MARK}${wide_block}" SOURCE "${wide_source}")
expect("unknown" 2 "usage" PROSE "" ARGS "--upate")

expect("update" 0 "agree" PROSE "before\n${MARK}${stale}after\n" ARGS "--update")
file(READ "${DIR}/update/README.md" updated)
if(NOT updated STREQUAL "before\n${MARK}${BLOCK}after\n")
  message(SEND_ERROR "update: the block was not rewritten as expected:\n${updated}")
endif()
