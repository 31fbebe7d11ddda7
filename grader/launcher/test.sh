# shellcheck shell=bash disable=SC2154,SC2034 # root, build and assume_yes are ./weir's
# `./weir test`: the whole suite from a fresh clone, no other step. Arguments go to ctest (`./weir test -R runtime`).

help_of_tests() {
  cat <<'TEXT'
./weir test [--all] [CTEST-ARG…]: the project's own whole test suite

Installs what is missing (on a terminal it asks first), builds everything, runs
all tests, and ends with 0 if none failed. The words behind it go to ctest:

  ./weir test -N            list the tests
  ./weir test -R runtime    those whose name matches
  ./weir test --rerun-failed

An exercise's calibration (every right and wrong answer, under many seeds and
sanitizers) is gone through again only if something has changed that it depends
on since it was last proven here. With --all, or CI in the environment, it is
gone through whatever has changed.
TEXT
}

run_tests() {
  local arguments=() word
  [[ -z ${CI-} ]] || export WEIR_PROVE=all
  for word in "$@"; do
    if [[ $word == --all ]]; then export WEIR_PROVE=all; else arguments+=("$word"); fi
  done
  set -- "${arguments[@]}"
  part say
  part packages
  part time_left
  part build
  [[ -t 0 && -t 2 ]] || assume_yes=yes
  require_for tests
  ensure_packages all
  build_weir tests
  local log=$build/weir-test.log status
  ctest --test-dir "$build" --output-on-failure --no-tests=error -j "$(nproc)" "$@" | tee -- "$log"
  status=${PIPESTATUS[0]}
  # Tests that this machine can't carry out say why. CTest counts them among those that passed.
  local skipped failed total
  skipped=$(grep -c '^ *[0-9]*/[0-9]* Test .*\*\*\*Skipped' "$log")
  grep -h -o 'this test is skipped: .*' "$build/Testing/Temporary/LastTest.log" 2>/dev/null | sort | uniq -c |
    sed 's/^ *\([0-9]*\) this test is /\1 /'
  # ctest: "98% tests passed, 2 tests failed out of 120"
  read -r failed total < <(sed -n 's/.*tests passed, \([0-9]*\) tests failed out of \([0-9]*\)$/\1 \2/p' "$log") || true
  [[ -z ${total-} ]] || printf '%d passed, %d failed\n' $((total - failed - skipped)) "$failed"
  [[ $status -eq 0 ]] || exit 1
}
