#!/bin/bash
# A recorded run in a real window: play, pause, step, scrub, zoom, filter, presenter's mode, close.
. "$(dirname "$0")/drive.bash"
start "$VIZ" --trace "$TRACES/whole.weirtrace"
until_true state "title A breaker opens"

key Home
until_true state "^t_ns 0$"
key space
until_true state "^playing 1$"
until_true at_least t_ns 200000000
key space
until_true state "^playing 0$"

before=$(value event)
key period
until_true at_least event $((before + 1))
key comma
until_true at_most event "$before"

drag "charts plot" 0.2 0.5
until_true at_least t_ns 1900000000
until_true at_most t_ns 2100000000
click "scrubber" 0.25
until_true at_most t_ns 1100000000

key w
until_true state "^view [1-9]"
key ctrl+z
until_true state "^view 0 "

key n
click "Events tab"
key slash
until_true state "^typing 1$"
xdotool type --delay 50 "opens, m"
key Escape
until_true state "^typing 0$"
until_true state "^playing 0$"

key F5
until_true gone "Events tab"
key F5
until_true there "Events tab"
close_window
