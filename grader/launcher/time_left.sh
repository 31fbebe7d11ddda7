# shellcheck shell=bash disable=SC2154 # build is ./weir's
# How long a build will still take, reckoned from the steps that are done: a step counts as much as it costs a processor, and
# how fast this machine goes through them shows soon.

# Tenths of a second that a step takes on a machine of our class, by what it makes, or by what ninja says of it.
cost_of() { # TEXT
  case $1 in
  *compiled-tests-*.o | *"code behind the reader's header"* | */prelude.o) cost=120 ;;
  *.pch | *"reader's header"*) cost=60 ;;
  *runtime/CMakeFiles/*.o) cost=16 ;;
  *scene-*.o) cost=60 ;;
  *panels/*.o | *tests/*.o) cost=40 ;;
  *.o) cost=8 ;;
  *.so | *.a | *bin/*) cost=4 ;;
  *) cost=1 ;;
  esac
}

# Sets work_all to what the targets still lack.
reckon_work() { # TARGET…
  local output cost
  work_all=0 work_done=0
  while IFS= read -r output; do
    [[ $output != /* && ! -e $build/$output && $output == *.* ]] || continue
    cost_of "$output"
    work_all=$((work_all + cost))
  done < <(ninja -C "$build" -t inputs "$@" 2>/dev/null)
}

clock() { now=$EPOCHSECONDS; }

begin_reckoning() { # TARGET…
  local now
  clock
  began_at=$now
  reckon_work "$@"
}

# Sets seconds_left after a line of ninja's: `[DONE/ALL] WHAT`. Before much is done it is what the work would take on this
# machine's processors, had they nothing else to do.
reckon_time_left() { # DONE ALL WHAT
  local cost now elapsed prior done_all
  cost_of "$3"
  work_done=$((work_done + cost))
  # What was built before lacks nothing and may yet be out of date: then one step is like another.
  done_all=$((work_all >= work_done && work_all > $2 ? work_all : work_done * $2 / $1))
  clock
  elapsed=$(((now - began_at) * 10))
  prior=$((done_all / 20 + 1))
  seconds_left=$(((prior / processors + elapsed) * (done_all - work_done) / (prior + work_done) / 10))
  [[ $1 -ge $2 || $seconds_left -gt 0 ]] || seconds_left=1
}
