#!/bin/bash
# The reader's code in a real window: drag a knob, compare, sweep, lose the scene's process, save a broken file, mend it,
# close. Needs WEIR (the command), WEIR_ROOT and WEIR_BUILD.
. "$(dirname "$0")/drive.bash"
export WEIR_WORKSPACE=$here/workspace
file=$WEIR_WORKSPACE/01-back-pressure/01-bounded-queue/queue.cpp
start "$WEIR" viz bounded-queue
until_true state "title Two hundred connections"

drag "capacity slider" 0.4 0.8
until_true state "^knob capacity 2[0-9][0-9]"
until_true state "^waiting 0$"
# Typed at once, key after key within a frame: the digits are the field's, no speeds, and Enter counts.
click "capacity value"
xdotool type --delay 0 "77"
xdotool key --delay 0 Return
until_true state "^knob capacity 77$"
until_true state "^waiting 0$"
# What is typed after a key that selects everything replaces it, even within one frame.
click "capacity value"
xdotool type --delay 0 "123"
xdotool key --delay 0 ctrl+a
xdotool type --delay 0 "55"
xdotool key --delay 0 Return
until_true state "^knob capacity 55$"
until_true state "^waiting 0$"
click "Compare tab"
click "compare with starter"
until_true state "^other 1$"
click "Sweep tab"
click "start sweep"
until_true at_least sweep 20

cp "$file" "$here/good.cpp"
echo "this is no C++" >>"$file"
until_true state "^banner .*compile"
cp "$here/good.cpp" "$file"
until_true state "^banner *$"

# The scene's process dies: the window says so and goes on.
viz=$(pgrep -P "$pid" -f weir-viz | head -1)
for runner in $(pgrep -P "${viz:-$pid}" -f weir-runner); do kill -SEGV "$runner"; done
click "Rerun"
until_true state "^waiting 0$"
close_window
