#!/usr/bin/env bash
# What ./weir builds before it becomes the program, and what it leaves for later. Neither CMake nor ninja is the real one.
#
#   launcher_first_verdict.sh ROOT          status 77: there is no script(1)
set -u -o pipefail

root=$1
command -v script >/dev/null || { echo 'this test is skipped: there is no script(1)' && exit 77; }
folder=$(mktemp -d -t weir-launcher.XXXXXX) || exit 1
folder=$(readlink -f -- "$folder")
trap 'rm -rf -- "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/book/grader/src" "$folder/book/grader/tests" "$folder/book/runtime/src"
cp -- "$root/weir" "$folder/book/"
cp -r -- "$root/grader/launcher" "$folder/book/grader/"
touch "$folder/book/CMakeLists.txt" "$folder/book/grader/src/main.cpp" "$folder/book/grader/tests/some_test.cpp"
for id in 01-back-pressure/01-bounded-queue 01-back-pressure/02-overflow 03-bounded-concurrency/01-limiter; do
  mkdir -p "$folder/book/exercises/$id"
  printf 'id = "%s"\n' "${id##*/??-}" >"$folder/book/exercises/$id/exercise.toml"
  printf 'The brief of %s.\n' "${id##*/??-}" >"$folder/book/exercises/$id/brief.md"
done
export FOLDER=$folder TMPDIR=$folder PATH=$folder/bin:$PATH SHELL=/bin/bash WEIR_PACKAGES=skip COLUMNS=100
unset CI WEIR_BUILD WEIR_ROOT WEIR_WORKSPACE DISPLAY WAYLAND_DISPLAY
build=$folder/book/build

stub() { # NAME, its text on standard input
  { printf '#!/usr/bin/env bash\n' && cat; } >"$folder/bin/$1"
  chmod +x -- "$folder/bin/$1"
}

stub cmake <<'TEXT'
echo "$*" >>"$FOLDER/cmake"
build=$FOLDER/book/build
mkdir -p "$build"
touch "$build/build.ninja"
printf 'CMAKE_HOME_DIRECTORY:INTERNAL=%s\nCMAKE_CXX_COMPILER:FILEPATH=/bin/true\n' "$FOLDER/book" >"$build/CMakeCache.txt"
TEXT
stub ccache <<<'echo "$FOLDER/ccache"'
stub nproc <<<'echo 2'
stub ninja <<'TEXT'
shift 2 # -C BUILD
build=$FOLDER/book/build
if [[ $1 == -t ]]; then
  printf '%s\n' runtime/CMakeFiles/weir.dir/{a,b,c,d,e}.cpp.o reader/prelude.o cmake_order_only /usr/include/stdio.h
  exit 0
fi
echo "$*" >>"$FOLDER/ninja"
"$FOLDER/during"
mkdir -p "$build/bin"
for step in a b c d e; do echo "[1/6] Building CXX object runtime/CMakeFiles/weir.dir/$step.cpp.o"; done
[[ ! -e $FOLDER/full ]] || { echo 'FAILED: x'; echo 'cannot write: No space left on device'; exit 1; }
printf '#!/bin/sh\necho "the program: $*"\n' | tee "$build/bin/weir" >"$build/bin/weir-runner"
chmod +x "$build/bin/weir" "$build/bin/weir-runner"
TEXT
stub nothing <<<':'

during() { # TEXT: what happens while ninja is at work
  { printf '#!/usr/bin/env bash\n%s\n' "$1"; } >"$folder/during"
  chmod +x -- "$folder/during"
}

die() {
  printf 'launcher_first_verdict.sh: %s; it said:\n' "$*" >&2
  cat -- "$folder/said" >&2
  exit 1
}

# Starts ./weir, wants STATUS, and that ninja was given exactly TARGETS (nothing: it was not started).
start() { # STATUS TARGETS [WORD…]
  local expected=$1 targets=$2 status
  shift 2
  rm -f -- "$folder/ninja"
  "$folder/book/weir" "$@" >"$folder/said" 2>&1 </dev/null
  status=$?
  [[ $status -eq $expected ]] || die "./weir $*: status $status, expected $expected"
  [[ $(cat "$folder/ninja" 2>/dev/null) == "$targets" ]] || die "./weir $*: built '$(cat "$folder/ninja" 2>/dev/null)', expected '$targets'"
}

said() { grep -q -e "$1" -- "$folder/said" || die "expected '$1'"; }
anew() {
  rm -rf -- "$build" "$folder/book/workspace"
  touch "$folder/book/grader/src/main.cpp" "$folder/book/grader/tests/some_test.cpp"
}
is_marked() { [[ -e $build/.weir-built/$1 && ! $build/.weir-built/$1 -nt $build/.weir-stamp && ! $build/.weir-built/$1 -ot $build/.weir-stamp ]]; }
# Times of files go by the kernel's clock tick: what comes next shall be later than what was.
later() { touch -d "$(date -d '+2 seconds' '+%F %T')" -- "$@"; }

during :

# The first start builds the program and the first exercise's tests, and no other's.
start 0 'weir_first judge-bounded-queue'
said 'the program: $'
said 'Building Weir: about [0-9]* s left'
is_marked judge-bounded-queue || die 'expected a mark for what was built'

# Nothing to do: no ninja, no CMake.
: >"$folder/cmake"
start 0 ''
start 0 '' run overflow
said 'the program: run overflow$'
[[ ! -s $folder/cmake ]] || die 'expected no CMake'

# A command builds what it needs: the exercise that is named, or where the reader is, or none.
anew && start 0 'weir_first judge-limiter' run limiter
anew && start 0 'weir_first judge-limiter' watch --manual limiter
anew && start 0 'weir_first' list
anew && start 0 'weir_first' run 3.1
anew
mkdir -p "$folder/book/workspace/.weir"
printf '{\n  "format": 1,\n  "current": "overflow"\n}\n' >"$folder/book/workspace/.weir/progress.json"
start 0 'weir_first judge-overflow'

# What no reader's build is made from may change; what it is made from may not, and marks go out of date with it.
later "$folder/book/grader/tests/some_test.cpp"
start 0 ''
later "$folder/book/grader/src/main.cpp"
start 0 'weir_first' list
! is_marked judge-overflow || die 'expected the mark to be out of date'

# A window that is asked for does not make what was built out of date.
anew && start 0 'weir_first judge-limiter' run limiter
export DISPLAY=:99
mv -- "$folder/bin/cmake" "$folder/cmake-before"
stub cmake <<<'echo "build weir-viz: phony" >"$FOLDER/book/build/build.ninja"'
start 0 'weir_first weir-viz' viz limiter
start 0 '' viz limiter
is_marked judge-limiter || die 'expected the mark to hold'
unset DISPLAY
mv -- "$folder/cmake-before" "$folder/bin/cmake"
start 0 '' run limiter

# A compiler that is another one than before builds everything anew.
later "$build/.weir-compiler"
start 0 'weir_first judge-limiter' run limiter
said 'has changed; building anew'

# A full disk is told for what it is, and the next start tries again.
anew
touch "$folder/full"
start 3 'weir_first judge-bounded-queue'
said 'weir: The disk that holds .* is full'
rm -- "$folder/full"
start 0 'weir_first judge-bounded-queue'

# Ctrl-C: nothing counts as built, and the next start goes on.
anew
during 'kill -INT $(ps -o ppid= $PPID); sleep 0.2; exit 2'
"$folder/book/weir" >"$folder/said" 2>&1 </dev/null
[[ ! -e $build/.weir-stamp ]] || die 'expected no stamp after an interruption'
during :
start 0 'weir_first judge-bounded-queue'

# Two at the same time: the second waits, finds everything built, and whoever builds for later sees that it is waited for.
anew
during "touch $folder/busy; until [[ -e $folder/go ]]; do sleep 0.02; done"
"$folder/book/weir" >"$folder/first" 2>&1 </dev/null &
first=$!
until [[ -e $folder/busy ]]; do sleep 0.02; done
"$folder/book/weir" >"$folder/said" 2>&1 </dev/null &
second=$!
until grep -q 'Another ./weir is building here' "$folder/said"; do sleep 0.02; done
! flock -n "$build/.weir-wanted" true || die 'expected the wanted lock to be held'
touch "$folder/go"
wait "$first" || die 'the first of two failed'
wait "$second" || die 'the second of two failed'
said 'the program'
flock -n "$build/.weir-wanted" true || die 'expected the wanted lock to be free again'
[[ $(wc -l <"$folder/ninja") -eq 2 ]] || die "expected one build for two starts: $(<"$folder/ninja")" # one, and the one before

# On a terminal there is something to read meanwhile.
during :
anew
script -qec "$folder/book/weir" /dev/null >"$folder/said" 2>&1 </dev/null
said 'The brief of bounded-queue'
said 'Meanwhile Weir is being built'

# The time left: a step counts as much as it costs, and the machine's pace shows soon.
# shellcheck disable=SC2034,SC1091 # the parts read and set them
reckoned() {
  local began_at work_all work_done seconds_left processors=2 at=1000 build=$folder/none
  source "$root/grader/launcher/time_left.sh"
  clock() { now=$at; }
  begin_reckoning weir_first # 5 × 1.6 s and 12 s: 20 s of work
  reckon_time_left 1 6 'Building CXX object runtime/CMakeFiles/weir.dir/a.cpp.o'
  printf '%s ' "$seconds_left" # 1.6 s of work done in no time; the machine is thought to have two processors
  at=1004
  reckon_time_left 2 6 'Building CXX object runtime/CMakeFiles/weir.dir/b.cpp.o'
  printf '%s ' "$seconds_left" # 3.2 s of work took 4 s
  at=1010
  reckon_time_left 5 6 'Building CXX object reader/prelude.o'
  printf '%s ' "$seconds_left"
  reckon_time_left 6 6 'Building CXX object runtime/CMakeFiles/weir.dir/e.cpp.o'
  printf '%s' "$seconds_left"
}
got=$(reckoned)
[[ $got =~ ^([0-9]+)\ ([0-9]+)\ ([0-9]+)\ ([0-9]+)$ ]] || die "expected four times, got '$got'"
[[ ${BASH_REMATCH[1]} -ge 2 && ${BASH_REMATCH[1]} -le 11 ]] || die "expected some 3 to 10 s at first, got '$got'"
[[ ${BASH_REMATCH[2]} -ge 15 && ${BASH_REMATCH[2]} -le 22 ]] || die "expected some 18 s at that pace, got '$got'"
[[ ${BASH_REMATCH[3]} -ge 1 && ${BASH_REMATCH[3]} -le 4 ]] || die "expected some 3 s, got '$got'"
exit 0
