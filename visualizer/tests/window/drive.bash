# What the scripts beside it share: a weir-viz on a display of its own, moved by xdotool, watched through the files that
# --widgets writes. Needs VIZ (the program's path). Sourced under xvfb-run.
set -u
here=$(mktemp -d)
widgets=$here/widgets
trap 'stop; rm -rf "$here"' EXIT

fail() {
  echo "FAILED: $*" >&2
  [ -f "$widgets.state" ] && sed 's/^/  /' "$widgets.state" >&2
  exit 1
}

# Polls until a command succeeds; a real window has no other clock.
until_true() {
  for _ in $(seq 600); do
    "$@" && return 0
    sleep 0.05
  done
  fail "never came true: $*"
}

start() {
  "$@" --widgets "$widgets" &
  pid=$!
  until_true test -s "$widgets"
}

stop() { [ -n "${pid:-}" ] && kill "$pid" 2>/dev/null && wait "$pid" 2>/dev/null; true; }

# The middle of a widget.
place() { awk -v name="$1" -v share="${2:-0.5}" '{
  n = $6; for (i = 7; i <= NF; i++) n = n " " $i
  if (n == name) { print int($1 + share * ($3 - $1)), int(($2 + $4) / 2); found = 1; exit }
} END { exit !found }' "$widgets"; }

there() { place "$1" >/dev/null; }
gone() { ! there "$1"; }

press_at() {
  xdotool mousemove "$1" "$2" sleep 0.1 mousedown 1 sleep 0.1 mouseup 1 sleep 0.1
}

click() {
  until_true there "$1"
  # shellcheck disable=SC2046
  press_at $(place "$1" "${2:-0.5}")
}

# On a busy machine the first frames, with a layout that is still to change, can be seen.
at_rest() {
  local was
  was=$(place "$1") && sleep 0.2 && [ "$(place "$1")" = "$was" ]
}

drag() {
  until_true at_rest "$1"
  local from to
  from=$(place "$1" "$2") && to=$(place "$1" "$3")
  # shellcheck disable=SC2086
  xdotool mousemove $from sleep 0.1 mousedown 1 sleep 0.1 mousemove $to sleep 0.1 mouseup 1 sleep 0.1
}

key() { xdotool key "$1" sleep 0.1; }
state() { grep -q "$1" "$widgets.state"; }
value() { awk -v name="$1" '$1 == name { print $2 }' "$widgets.state"; }
at_least() { [ "$(value "$1")" -ge "$2" ]; }
at_most() { [ "$(value "$1")" -le "$2" ]; }

close_window() {
  key ctrl+q
  wait "$pid"
  local how=$?
  pid=
  [ "$how" -eq 0 ] || fail "the window ended with $how"
}
