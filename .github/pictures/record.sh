#!/usr/bin/env bash
# Records what the README shows: the watch loop, a save that fails, a save that passes, the debrief.
#
#   cmake --build build --target readme_recording
#   .github/pictures/record.sh build/bin/weir
#
# Needs tmux, asciinema and npx (Debian: tmux asciinema npm), and svg-term-cli from npm's registry, which npx fetches.
set -u -o pipefail

weir=$(readlink -f -- "$1")
here=$(readlink -f -- "${BASH_SOURCE[0]%/*}")
root=$(readlink -f -- "$here/../..")
for program in tmux asciinema npx; do
  command -v "$program" >/dev/null || { echo "record.sh: $program is not installed" >&2; exit 3; }
done

folder=$(mktemp -d -t weir-recording.XXXXXX) || exit 3
session=weir-recording-$$
trap 'tmux kill-session -t "$session" 2>/dev/null; rm -rf -- "$folder"' EXIT
export WEIR_ROOT=$root WEIR_BUILD=${weir%/bin/weir} WEIR_WORKSPACE=$folder/workspace
file=$WEIR_WORKSPACE/01-back-pressure/01-bounded-queue/queue.cpp

# Until the screen shows WORDS.
until_shown() { # WORDS
  for _ in $(seq 300); do
    if tmux capture-pane -p -t "$session" | grep -q -F -- "$1"; then return 0; fi
    sleep 0.1
  done
  echo "record.sh: '$1' never came" >&2
  tmux capture-pane -p -t "$session" >&2
  exit 1
}

"$weir" init "$WEIR_WORKSPACE" >/dev/null || exit 1
tmux -f /dev/null new-session -d -s "$session" -c "$folder" -x 84 -y 28 \
  "TERM=xterm-256color asciinema rec --quiet --overwrite --idle-time-limit 3 --command '$weir watch bounded-queue' '$folder/cast'"
until_shown '✗'
sleep 4
cp -- "$root/solutions/01-back-pressure/01-bounded-queue/queue.cpp" "$file"
until_shown '✓ passed'
sleep 4
tmux send-keys -t "$session" d
until_shown 'What you fixed'
sleep 4
tmux send-keys -t "$session" q
sleep 1
tmux send-keys -t "$session" q
for _ in $(seq 100); do
  tmux has-session -t "$session" 2>/dev/null || break
  sleep 0.1
done
npx --yes svg-term-cli@2.1.1 --in "$folder/cast" --out "$here/watch.svg" --window --no-cursor --width 84 --height 28 --padding 8 ||
  exit 1
printf '%s\n' "${here#"$root"/}/watch.svg"
