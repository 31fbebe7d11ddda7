#!/usr/bin/env bash
# `weir viz` with the real window and real scene runners, on a display without a screen: pictures, a replayed failure, and
# that nothing is left when one of the three processes is killed.
#
#   viz_end_to_end.sh WEIR ROOT        status 77: the window is not built, or no display can be had
set -u -o pipefail

weir=$1
root=$2
[[ -x ${weir%/*}/weir-viz ]] || { echo 'this test is skipped: weir-viz is not built' && exit 77; }
if [[ -z ${DISPLAY-} ]]; then
  command -v xvfb-run >/dev/null || { echo 'this test is skipped: no DISPLAY and no xvfb-run' && exit 77; }
  exec xvfb-run --auto-servernum "${BASH_SOURCE[0]}" "$@"
fi
workspace=$(mktemp -d -t weir-viz-test.XXXXXX) || exit 1
trap 'rm -rf -- "$workspace"' EXIT
export WEIR_ROOT=$root WEIR_BUILD=${weir%/bin/weir} WEIR_WORKSPACE=$workspace
shown=''

die() {
  printf 'viz_end_to_end.sh: %s\n' "$*" >&2
  [[ -z $shown ]] || kill -KILL "$shown" 2>/dev/null
  exit 1
}

# Polls, because nobody tells: at most ten seconds.
until_true() { # WHAT COMMAND…
  local tries=200 what=$1
  shift
  until "$@" >/dev/null 2>&1; do
    [[ $((tries -= 1)) -gt 0 ]] || die "$what"
    read -r -t 0.05 <> <(:) || true
  done
}

no_process() { ! kill -0 "$1" 2>/dev/null || grep -q '^State:.Z' "/proc/$1/status"; }

# All processes below PID.
below() {
  local each
  for each in $(pgrep -P "$1"); do
    printf '%s\n' "$each"
    below "$each"
  done
}

has_runner() { below "$shown" | xargs -r ps -o comm= -p | grep -q weir-runner; }

open_window() {
  "$weir" viz bounded-queue &
  shown=$!
  until_true 'the scene runner does not start' has_runner
  window=$(pgrep -P "$shown" weir-viz) || die 'there is no window'
  mapfile -t all < <(below "$shown")
}

all_gone() { # after WHAT
  local each
  for each in "${all[@]}"; do
    until_true "process $each is left after $1" no_process "$each"
  done
}

said=$("$weir" viz bounded-queue --text) || die 'no text picture of a scene'
[[ $said == *'Two hundred connections'* ]] || die "the text picture does not name its scene: $said"
"$weir" viz bounded-queue --screenshot "$workspace/a.png" --at 2s || die 'no picture of a scene'
[[ $(head -c 4 "$workspace/a.png" | tail -c 3) == PNG ]] || die 'the picture is no PNG'
"$weir" viz bounded-queue --text --set capacity=nonsense 2>/dev/null && die 'a setting that makes no sense is taken'

said=$("$weir" run bounded-queue)
token=$(grep -o -m 1 'w[0-9]*:[^ ]*' <<<"$said") || die "the starter gives no token: $said"
said=$("$weir" viz --replay "$token" --text) || die 'a failure is not replayed'
[[ $said == *'✗ 0.002 s: the queue holds'* ]] || die "a replayed failure does not name the broken promise: $said"

# The window follows saves: what the token's schedule comes to with the new code.
state=$workspace/widgets.state
file=$workspace/01-back-pressure/01-bounded-queue/queue.cpp
says() { grep -q "$1" "$state"; }
"$weir" viz --replay "$token" --widgets "$workspace/widgets" &
shown=$!
until_true 'a replayed failure does not open where it failed' says '^t_ns 2000000$'
cp -- "$root/solutions/01-back-pressure/01-bounded-queue/queue.cpp" "$file"
until_true 'a mended file is not replayed' says '^banner The promise holds in this schedule now'
printf 'this is no C++\n' >>"$file"
until_true 'a broken file is not told' says '^banner queue.cpp does not compile'
cp -- "$root/exercises/01-back-pressure/01-bounded-queue/queue.cpp" "$file"
until_true 'the failure does not come back' says '^banner The promise is broken again'
until_true 'the failure is not shown again' says '^t_ns 2000000$'
kill -TERM "$shown"
wait "$shown"
[[ $? -eq 3 ]] || die 'an interrupted replay is not status 3'

open_window
kill -KILL "$shown"
wait "$shown" 2>/dev/null
all_gone 'weir was killed'

open_window
kill -KILL "$window"
wait "$shown"
[[ $? -eq 3 ]] || die 'a killed window is not status 3'
all_gone 'the window was killed'

open_window
kill -TERM "$shown"
wait "$shown"
[[ $? -eq 3 ]] || die 'an interrupted weir is not status 3'
all_gone 'weir was interrupted'
