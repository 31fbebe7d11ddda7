#!/usr/bin/env bash
# Draws the pictures that the chapters show, from the scenes and the code as they are now:
#
#   cmake --build build --target weir_pictures
#   visualizer/pictures/draw.sh build/bin/weir [EXERCISE…]
#
# Without a display it makes one (xvfb-run).
set -u -o pipefail

weir=$(readlink -f -- "$1")
root=$(readlink -f -- "${BASH_SOURCE[0]%/*}/../..")
if [[ -z ${DISPLAY-} ]]; then
  exec xvfb-run --auto-servernum "${BASH_SOURCE[0]}" "$@"
fi
shift
# shellcheck source=made_from.sh
source "$root/visualizer/pictures/made_from.sh"

WEIR_WORKSPACE=$(mktemp -d -t weir-pictures.XXXXXX) || exit 3
trap 'rm -rf -- "$WEIR_WORKSPACE"' EXIT
export WEIR_ROOT=$root WEIR_BUILD=${weir%/bin/weir} WEIR_WORKSPACE
failed=0
while read -r id code at settings; do
  if [[ -z $id || $id == '#' || ($# -gt 0 && " $* " != *" $id "*) ]]; then continue; fi
  folder=("$root"/exercises/*/[0-9][0-9]-"$id")
  chapter=${folder[0]%/*}
  pictures=$root/chapters/${chapter##*/}/pictures
  mkdir -p -- "$pictures"
  set_all=()
  for each in $settings; do set_all+=(--set "$each"); done
  if "$weir" viz "$id" "--$code" --anyway "${set_all[@]}" --screenshot "$pictures/$id.png" --at "$at" \
    --size 1280x720 </dev/null; then
    # shellcheck disable=SC2086 # settings are words
    made_from "$root" "$id" "$code" "$at" $settings >"$pictures/$id.made-from"
    printf '%s\n' "${pictures#"$root"/}/$id.png"
  else
    printf 'draw.sh: no picture of %s\n' "$id" >&2
    failed=1
  fi
done <"$root/visualizer/pictures/scenes.txt"
exit "$failed"
