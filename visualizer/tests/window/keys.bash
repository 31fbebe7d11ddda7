#!/bin/bash
# Every key of the list in a real window: it does what the list says, and does nothing while a text field has the caret.
. "$(dirname "$0")/drive.bash"
start "$VIZ" --trace "$TRACES/whole.weirtrace"
until_true state "title A breaker opens"

# time
key Home
until_true state "^t_ns 0$"
key Right
until_true state "^t_ns 100000000$"
key shift+Right
until_true state "^t_ns 1100000000$"
key Left
until_true state "^t_ns 1000000000$"
key shift+Left
until_true state "^t_ns 0$"
key period
until_true at_least event 1
before=$(value event)
key period
until_true at_least event $((before + 1))
key comma
until_true state "^event $before$"
key End
until_true at_least t_ns 3900000000
key p
until_true at_most t_ns 3000000000
last=$(value t_ns)
key p
until_true at_most t_ns $((last - 1))
key n
until_true state "^t_ns $last$"
key n
until_true state "^notice This was the last change of state"
key space
until_true state "^playing 1$"
key space
until_true state "^playing 0$"
for pair in 1:0.1 2:0.5 3:1 4:4 5:16; do
  key "${pair%:*}"
  until_true state "^speed ${pair#*:}$"
done

# the stretch in view
key Home
key shift+Right
whole=$(value view)
until_true state "^view $whole "
fitted=$(grep "^view" "$widgets.state")
key w
until_true at_least view 1
zoomed=$(grep "^view" "$widgets.state")
key d
until_true at_least view $(($(awk '{ print $2 + 1 }' <<<"$zoomed")))
key a
until_true state "^$zoomed$"
key s
until_true at_most view $(($(awk '{ print $2 - 1 }' <<<"$zoomed")))
key f
until_true state "^$fitted$"
key ctrl+z
gone_from_fitted() { ! state "^$fitted$"; }
until_true gone_from_fitted
key f
until_true state "^$fitted$"

# marks, text, lists
key m
until_true state "^markers 1$"
key m
until_true state "^markers 0$"
key ctrl+c
until_true state "^notice Copied: weir viz"
key ctrl+plus
until_true state "^scale 110$"
key ctrl+minus
until_true state "^scale 100$"
key ctrl+plus
until_true state "^scale 110$"
key ctrl+0
until_true state "^scale 100$"
key question
until_true state "^help 1$"
key Escape
until_true state "^help 0$"
key F1
until_true state "^help 1$"
key F1
until_true state "^help 0$"
key F5
until_true state "^presenter 1$"
key Escape
until_true state "^presenter 0$"
key shift+m # a capital letter is the same key
until_true state "^markers 1$"

# the tree, of which this run has none
key Down
until_true state "^notice This run has no tasks"
key Up
until_true state "^notice This run has no tasks"
key t
until_true state "^notice Nothing in this run lies below anything"
key o
until_true state "^notice No task in this run outlived"
until_true there "Tree tab"

# the same keys in a text field
key slash
until_true state "^typing 1$"
settled() { grep -vE "^(filter|typing|waiting|notice)" "$widgets.state"; }
before=$(settled)
for each in n p m f r w a s d t o 1 2 3 4 5 space comma period question Left Right Up Down shift+Left shift+Right Home End \
  ctrl+z ctrl+c ctrl+plus ctrl+minus ctrl+0 F1 F5; do
  key "$each"
  [ "$(settled)" = "$before" ] || fail "the key $each got through the text field: $(diff <(settled) <(echo "$before"))"
done
until_true state "^filter .*npmfrwasdto12345 "
key Escape
until_true state "^typing 0$"
key Escape
until_true state "^filter *$"
key m
until_true state "^markers 0$"
# Typed at once, even within a frame: the slash opens the field, the rest is its text.
xdotool type --delay 0 "/opens"
until_true state "^filter opens$"
key Escape
until_true state "^typing 0$"
close_window
