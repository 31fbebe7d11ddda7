#!/usr/bin/env bash
# Every scene has a picture, its chapter shows it, and it was drawn from the scene and the code as they are.
set -u -o pipefail

root=$(readlink -f -- "${BASH_SOURCE[0]%/*}/../..")
# shellcheck source=described.sh
source "$root/visualizer/pictures/described.sh"
failed=0
complain() {
  printf '%s\n' "$*" >&2
  failed=1
}
for scene in "$root"/exercises/*/*/scene.cpp; do
  exercise=${scene%/scene.cpp}
  name=${exercise##*/}
  id=${name#[0-9][0-9]-}
  chapter=${exercise%/*}
  chapter=chapters/${chapter##*/}
  picture=pictures/$id.png
  read -r -a described <<<"$(picture_of "$exercise")"
  if [[ ${#described[@]} -lt 2 ]]; then
    complain "${exercise#"$root/"}/exercise.toml: expected a [picture] with code and at, found none: whose code, and when"
    continue
  fi
  [[ -s $root/$chapter/$picture ]] ||
    complain "$chapter/$picture is missing: build the target weir_pictures"
  grep -q "($picture)" "$root/$chapter/README.md" 2>/dev/null || complain "$chapter/README.md does not show $picture"
  if [[ ${described[0]} == solution && ! -d $root/solutions ]]; then continue; fi
  [[ $(noted "$root/$chapter/pictures" "$id") == "$(made_from "$root" "$id" "${described[@]}")" ]] ||
    complain "the picture of $id shows a scene or code that has changed since: build the target weir_pictures"
done
exit "$failed"
