#!/bin/bash
# Without Xvfb or xdotool a test in a real window is skipped and says why; it neither passes nor fails in silence.
set -u
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
on_display=$(dirname "$0")/on_display.sh
failed=0
expect_skip() { # REASON NEEDS
  local said how
  said=$(PATH=$here NEEDS=$2 "$BASH" "$on_display" true)
  how=$?
  if [ "$how" -ne 77 ] || [[ $said != "this test is skipped: there is no $1 "* ]]; then
    echo "FAILED: without $1 it ended with $how and said: $said" >&2
    failed=1
  fi
}
expect_skip xvfb-run ""
there_is() {
  printf '#!/bin/sh\nexit 0\n' >"$here/$1"
  chmod +x "$here/$1"
}
there_is xvfb-run
expect_skip xauth ""
there_is xauth
expect_skip xdotool xdotool
PATH=$here NEEDS='' "$BASH" "$on_display" true || { echo "FAILED: it does not run the program" >&2 && failed=1; }
exit $failed
