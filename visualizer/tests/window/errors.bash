#!/bin/bash
# What cannot be shown is said, with the exit code that fits: 2 usage, 3 environment, 1 otherwise. Never a crash.
set -u
failed=0
expect() {
  local code=$1 words=$2
  shift 2
  local said how
  said=$(timeout 60 "$@" 2>&1)
  how=$?
  if [ "$how" -ne "$code" ] || ! grep -q "$words" <<<"$said"; then
    echo "FAILED: $* ended with $how (expected $code) and said, without '$words':" >&2
    printf '  %s\n' "${said//$'\n'/$'\n  '}" >&2
    failed=1
  fi
}

expect 2 "Nothing to show" "$VIZ"
expect 2 "is no time" "$VIZ" --trace "$TRACES/whole.weirtrace" --at soon
expect 2 "is no size" "$VIZ" --trace "$TRACES/whole.weirtrace" --size big
expect 2 "" "$VIZ" --trace a --feed 3
expect 0 "breaker" "$VIZ" --trace "$TRACES/whole.weirtrace" --text
expect 0 "breaker" "$VIZ" --trace "$TRACES/truncated.weirtrace" --text
expect 1 "missing.weirtrace" "$VIZ" --trace "$TRACES/missing.weirtrace" --text
expect 1 "garbage.weirtrace" "$VIZ" --trace "$TRACES/garbage.weirtrace" --text
expect 1 "empty.weirtrace" "$VIZ" --trace "$TRACES/empty.weirtrace" --text
expect 1 "damaged.weirtrace" "$VIZ" --trace "$TRACES/damaged.weirtrace" --text
expect 1 "99" "$VIZ" --trace "$TRACES/newer.weirtrace" --text
expect 3 "display" env -u DISPLAY -u WAYLAND_DISPLAY "$VIZ" --trace "$TRACES/whole.weirtrace"
expect 3 "OpenGL 3.3" env MESA_GL_VERSION_OVERRIDE=2.1 "$VIZ" --trace "$TRACES/whole.weirtrace"
expect 1 "could not be written" "$VIZ" --trace "$TRACES/whole.weirtrace" --screenshot /nowhere/a.png
exit $failed
