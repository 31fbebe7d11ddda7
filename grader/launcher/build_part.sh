#!/usr/bin/env bash
# Builds parts for the program, which reads what ninja says on descriptor 3. Ends with ninja's status.
#
#   build_part.sh ROOT BUILD now|background TARGET…
set -u

# shellcheck disable=SC2034 # build.sh reads them
root=$1 build=$2 how=$3
shift 3
# shellcheck source=build.sh
source "$root/grader/launcher/build.sh"
if command -v ccache >/dev/null && ! can_cache; then export CCACHE_DISABLE=1; fi
command=(ninja -C "$build")
if [[ $how == background ]]; then
  command+=(-j 1)
  # Niceness counts among the processes of a session only, unless the session itself is nice.
  { echo 19 >/proc/self/autogroup; } 2>/dev/null
  ! command -v ionice >/dev/null || command=(ionice -c 3 "${command[@]}")
  command=(nice -n 19 "${command[@]}")
fi
NINJA_STATUS='[%f/%t] ' exec "${command[@]}" "$@" >&3 2>&1
