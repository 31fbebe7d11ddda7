#!/usr/bin/env bash
# A hand-out, written from the repository as it stands, and what its reader's first commands make of it.
#
#   hand_out_end_to_end.sh WEIR ROOT COMPILER
set -u -o pipefail

weir=$1
root=$2
compiler=$3
folder=$(mktemp -d -t weir-hand-out.XXXXXX) || exit 1
trap 'rm -rf -- "$folder"' EXIT
out=$folder/weir

die() {
  printf 'hand_out_end_to_end.sh: %s\n' "$*" >&2
  [[ ! -s $folder/said ]] || cat -- "$folder/said" >&2
  exit 1
}

# Runs COMMAND, wants STATUS and, if it is not empty, TEXT in what was said. Lines may be wrapped.
wanted() { # STATUS TEXT COMMAND…
  local status=$1 text=$2 got
  shift 2
  "$@" >"$folder/said" 2>&1
  got=$?
  [[ $got -eq $status ]] || die "$*: expected status $status, got $got"
  [[ $(tr -s ' \n' ' ' <"$folder/said") == *"$text"* ]] || die "$*: expected the words '$text'"
}

configure() { cmake -S "$out" -B "$out/build" -G Ninja "-DCMAKE_CXX_COMPILER=$compiler"; }

export WEIR_ROOT=$root WEIR_BUILD=${weir%/bin/weir}
wanted 0 'nothing in them gives a hidden test or a solution away' "$weir" author release "$out"

# What nm and strings would show, looked for without Weir's own scan.
for telling in weir_hidden C_A_T_C_H_T_E_S_T _GLOBAL__N_ '(anonymous namespace)'; do
  ! grep -alF -- "$telling" "$out"/grader/prebuilt/*.so || die "$telling is in a module"
done

export WEIR_ROOT=$out WEIR_BUILD=$out/build WEIR_WORKSPACE=$folder/workspace
wanted 0 '' configure
targets=(bin/weir bin/weir-runner weir_grader_tests scenes/bounded-queue.so)
[[ ! -x ${weir%/*}/weir-viz ]] || targets+=(bin/weir-viz)
for each in "${targets[@]}"; do
  grep -q "^build .*$each" "$out/build/build.ninja" || die "nothing builds $each"
done
for module in "$out"/grader/prebuilt/*.so; do
  cmp -s -- "$module" "$out/build/tests/${module##*/}" || die "$module is not taken by the build"
done
wanted 0 'bounded-queue' "$weir" list
wanted 3 'Hand-outs for readers come without' "$weir" solution bounded-queue --anyway
wanted 3 'This is a hand-out' "$weir" author check

printf 'Another 1, Boost 1.0.0\n' >"$out/grader/prebuilt/made-with.txt"
wanted 1 'were built with: Another 1, Boost 1.0.0' configure
exit 0
