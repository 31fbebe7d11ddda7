#!/usr/bin/env bash
# `weir author check` and `weir author mutate` end at once when they are interrupted or the terminal goes, and leave neither
# a folder nor a process behind.
#
#   author_interrupted.sh WEIR ROOT
set -u -o pipefail

weir=$1
folder=$(mktemp -d -t weir-interrupted.XXXXXX) || exit 1
trap 'rm -rf -- "$folder"' EXIT
mkdir "$folder/tmp"
export WEIR_ROOT=$2 WEIR_BUILD=${weir%/bin/weir} WEIR_WORKSPACE=$folder/workspace TMPDIR=$folder/tmp

die() {
  printf 'author_interrupted.sh: %s\n' "$*" >&2
  exit 1
}

# Starts COMMAND, sends SIGNAL once the first file has been graded, and looks at what is left.
interrupted() { # SIGNAL COMMAND…
  local signal=$1 first status
  shift
  coproc checking { exec "$weir" "$@" 2>&1; }
  # shellcheck disable=SC2154 # coproc sets it
  local process=$checking_PID
  exec {said}<&"${checking[0]}"
  IFS= read -r first <&"$said" || die "$*: said nothing"
  kill -s "$signal" "$process"
  rest=$(cat <&"$said")
  exec {said}<&-
  wait "$process"
  status=$?
  [[ $status -eq 3 ]] || die "$* after $signal: expected status 3, got $status: $first $rest"
  [[ $rest == *interrupted* ]] || die "$* after $signal: expected the word 'interrupted': $rest"
  [[ -z $(ls -A -- "$folder/tmp") ]] || die "$* after $signal left $(ls -A -- "$folder/tmp")"
  ! grep -laF -- "$folder/tmp/" /proc/[0-9]*/cmdline 2>/dev/null || die "$* after $signal left a process"
}

for signal in INT TERM HUP; do
  interrupted "$signal" author check --quick --verbose bounded-queue
done
exit 0
