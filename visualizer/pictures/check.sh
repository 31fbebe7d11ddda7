#!/usr/bin/env bash
# Every scene has a picture, and its chapter shows it.
set -u -o pipefail

root=$(readlink -f -- "${BASH_SOURCE[0]%/*}/../..")
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
exit "$failed"
