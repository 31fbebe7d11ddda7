#!/bin/bash
# Runs a program on a display that nobody sees: on_display.sh PROGRAM [ARGUMENT…]. Where that can't be had, it says so and
# ends with 77. NEEDS names further programs that it takes.
set -u
# shellcheck disable=SC2086
for program in xvfb-run xauth ${NEEDS-}; do
  command -v "$program" >/dev/null && continue
  echo "this test is skipped: there is no $program (apt-get install xvfb xauth xdotool)"
  exit 77
done
exec xvfb-run -a -s '-screen 0 1280x720x24' "$@"
