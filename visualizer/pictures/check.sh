#!/usr/bin/env bash
# Every scene has a picture, its chapter shows it, and it was drawn from the scene and the code as they are.
set -u -o pipefail

root=$(readlink -f -- "${BASH_SOURCE[0]%/*}/../..")
# shellcheck source=made_from.sh
source "$root/visualizer/pictures/made_from.sh"
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
  grep -q "^$id " "$root/visualizer/pictures/scenes.txt" ||
    complain "visualizer/pictures/scenes.txt has no line for $id"
  [[ -s $root/$chapter/$picture ]] ||
    complain "$chapter/$picture is missing: build the target weir_pictures"
  grep -q "($picture)" "$root/$chapter/README.md" 2>/dev/null || complain "$chapter/README.md does not show $picture"
done
while read -r id code at settings; do
  if [[ -z $id || $id == '#' || ($code == solution && ! -d $root/solutions) ]]; then continue; fi
  drawn=("$root"/chapters/*/pictures/"$id".made-from)
  # shellcheck disable=SC2086 # settings are words
  [[ $(cat -- "${drawn[0]}" 2>/dev/null) == "$(made_from "$root" "$id" "$code" "$at" $settings)" ]] ||
    complain "the picture of $id shows a scene or code that has changed since: build the target weir_pictures"
done <"$root/visualizer/pictures/scenes.txt"
exit "$failed"
