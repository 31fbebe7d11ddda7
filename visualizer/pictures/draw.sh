#!/usr/bin/env bash
# Draws the pictures that the chapters show, as each exercise.toml says in [picture], from the scenes and the code as they
# are now:
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
# shellcheck source=described.sh
source "$root/visualizer/pictures/described.sh"

WEIR_WORKSPACE=$(mktemp -d -t weir-pictures.XXXXXX) || exit 3
trap 'rm -rf -- "$WEIR_WORKSPACE"' EXIT
export WEIR_ROOT=$root WEIR_BUILD=${weir%/bin/weir} WEIR_WORKSPACE
failed=0
for scene in "$root"/exercises/*/*/scene.cpp; do
  exercise=${scene%/scene.cpp}
  id=${exercise##*/[0-9][0-9]-}
  read -r -a described <<<"$(picture_of "$exercise")"
  if [[ ${#described[@]} -lt 2 || ($# -gt 0 && " $* " != *" $id "*) ]]; then continue; fi
  chapter=${exercise%/*}
  pictures=$root/chapters/${chapter##*/}/pictures
  mkdir -p -- "$pictures"
  set_all=()
  for each in "${described[@]:2}"; do set_all+=(--set "$each"); done
  if "$weir" viz "$id" "--${described[0]}" --anyway "${set_all[@]}" --screenshot "$pictures/$id.png" \
    --at "${described[1]}" --size 1280x720 </dev/null; then
    note_made_from "$pictures" "$id" "$(made_from "$root" "$id" "${described[@]}")"
    printf '%s\n' "${pictures#"$root"/}/$id.png"
  else
    printf 'draw.sh: no picture of %s\n' "$id" >&2
    failed=1
  fi
done
exit "$failed"
