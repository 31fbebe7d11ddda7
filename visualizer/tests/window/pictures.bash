#!/bin/bash
# Pictures without a person: one of the moment of failure, a film of a run, text without a display.
set -eu
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
"$VIZ" --trace "$TRACES/failed.weirtrace" --at promise --size 800x600 --screenshot "$here/failed.png"
head -c 8 "$here/failed.png" | grep -q PNG
"$VIZ" --trace "$TRACES/whole.weirtrace" --record "$here/film" --fps 2 --size 640x480 --reduced-motion | tee "$here/said"
[ "$(find "$here/film" -name 'frame-*.png' | wc -l)" -ge 8 ]
if command -v ffmpeg >/dev/null; then
  grep -Eq 'weir\.(mp4|gif)' "$here/said"
else
  grep -q 'No film' "$here/said"
fi
