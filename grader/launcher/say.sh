# shellcheck shell=bash
# How the launcher speaks: plain lines on stderr, and one line that is rewritten while something is under way.

interactive() { [[ -t 0 && -t 2 ]]; }

say() { printf '%s\n' "$*" >&2; }

# The launcher ends with 3 whenever something outside the reader's code is in the way.
give_up() {
  clear_progress
  printf 'weir: %s\n' "$@" >&2
  exit 3
}

progress_shown='' progress_tenth=''

# On a terminal the line is rewritten; elsewhere a line is printed for each tenth.
progress() { # TEXT DONE TOTAL [SECONDS-LEFT]
  local percent=$(($3 > 0 ? $2 * 100 / $3 : 0)) line width
  if [[ -n ${4-} ]]; then
    line="$1: about $4 s left"
  else
    printf -v line '%s  %3d %%' "$1" "$percent"
  fi
  [[ $3 -eq 100 ]] || line+="  ($2 of $3)" # of a hundred it would be the percentage again
  if [[ -t 2 ]]; then
    [[ $line != "$progress_shown" ]] || return 0
    width=${COLUMNS:-$(tput cols 2>/dev/null || echo 80)}
    printf '\r%s\033[K' "${line:0:width-1}" >&2
    progress_shown=$line
  elif [[ $progress_tenth != "$1 $((percent / 10))" ]]; then
    progress_tenth="$1 $((percent / 10))"
    printf '%s\n' "$line" >&2
  fi
}

clear_progress() {
  [[ ! -t 2 || -z $progress_shown ]] || printf '\r\033[K' >&2
  progress_shown='' progress_tenth=''
}

# The end of a log, indented, and where the rest is.
show_log() { # FILE LINES
  tail -n "$2" -- "$1" | sed 's/^/    /' >&2
  say "    The whole log: $1"
}

free_megabytes() { # FOLDER
  df -Pm -- "$1" 2>/dev/null | awk 'NR == 2 { print $4 }'
}

# Ends here if the disk below FOLDER is full, or LOG says so: then that is what went wrong, whatever else a log says.
blame_disk() { # FOLDER [LOG]
  local free
  free=$(free_megabytes "$1")
  if [[ -n $free && $free -lt 20 ]] || { [[ -n ${2-} ]] && grep -q 'No space left on device' -- "$2"; }; then
    give_up "The disk that holds $1 is full (${free:-?} MB left). Make room and start again; packages and build take about 2 GB."
  fi
}

ask() { # QUESTION
  local answer
  if ! read -r -p "$1 [Y/n] " answer; then
    printf '\n' >&2 # nobody typed one
    return 1
  fi
  [[ -z $answer || $answer == [yYjJ]* ]]
}
