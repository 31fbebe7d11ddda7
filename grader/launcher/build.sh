# shellcheck shell=bash disable=SC2154 # root, build, stamp and assume_yes are ./weir's
# Configures and builds, one at a time, with a progress line; an interrupted build goes on where it stopped.

targets_of() { # WORD [COMMAND [ARG…]]
  case $1 in
  author) printf 'weir-bin weir_grading weir_sanitized' ;;
  viz) printf 'weir_first weir-viz' ;;
  bench) printf 'weir_first weir_runtime_bench' ;;
  tests) printf 'all' ;;
  *)
    shift
    local needed
    needed=$(exercise_needed_by "$@")
    printf 'weir_first'
    [[ -z $needed ]] || printf ' judge-%s' "$needed"
    ;;
  esac
}

# The ids of all exercises, in the order of the workbook.
exercise_ids() {
  local manifest name
  for manifest in "$root"/exercises/*/*/exercise.toml; do
    [[ -e $manifest ]] || continue
    name=${manifest%/*} name=${name##*/}
    printf '%s\n' "${name#[0-9][0-9]-}"
  done
}

# The exercise whose tests a first verdict needs: the one that is named, else the one where the reader was last, else the
# first. None for a command that judges nothing. What is named otherwise than by its id the program finds, and has built.
exercise_needed_by() { # [COMMAND [ARG…]]
  local ids word current=${WEIR_WORKSPACE:-$root/workspace}/.weir/progress.json
  [[ ${1-watch} == watch || ${1-} == run ]] || return 0
  shift
  ids=$'\n'$(exercise_ids)$'\n'
  for word in "$@" "$(sed -n 's/^ *"current": *"\([a-z0-9-]*\)".*/\1/p' "$current" 2>/dev/null)"; do
    [[ $word != -* && -n $word ]] || continue
    if [[ $ids == *$'\n'"$word"$'\n'* ]]; then
      printf '%s' "$word"
      return
    fi
  done
  [[ $# -ne 0 ]] || sed -n 2p <<<"$ids"
}

build_weir() { # WORD [COMMAND [ARG…]]
  mkdir -p -- "$build" 2>/dev/null
  if [[ ! -w $build ]]; then
    blame_disk "$root"
    give_up "Can't write to $build: the checkout is read-only, or belongs to someone else." \
      'Choose other places:  WEIR_BUILD=~/weir-build WEIR_WORKSPACE=~/weir-workspace ./weir'
  fi
  # A program that builds in the background holds the first lock, and lets go of it when somebody holds the second.
  {
    flock -s 8
    if ! flock -n 9; then
      say 'Another ./weir is building here; waiting for it.'
      flock 9
    fi
    up_to_date "$1" || build_locked "$@"
  } 9>"$build/.weir-lock" 8>"$build/.weir-wanted"
}

build_locked() { # WORD [COMMAND [ARG…]]
  local log=$build/weir-build.log targets word built=''
  targets=$(targets_of "$@")
  trap 'clear_progress; say "Interrupted. The next start goes on from here."; exit 130' INT TERM
  # Taken before the build: what changes while it runs is newer than the stamp.
  if ! printf 'Weir build log\n' 2>/dev/null >"$log" || ! touch -- "$stamp.new"; then
    blame_disk "$build"
    give_up "Can't write to $build."
  fi
  # Parts that were built since the stamp stay good if nothing has changed since.
  if unchanged "$1"; then touch -r "$stamp" -- "$stamp.new"; else built=''; fi
  read_stamp
  configure "$log" "$1"
  if [[ $1 == bench ]] && ! grep -q '^build weir_runtime_bench:' "$build/build.ninja"; then
    give_up 'The benchmarks need Google Benchmark: apt-get install libbenchmark-dev, then' \
      "  cmake --preset default -B $build"
  fi
  if [[ $1 == viz ]] && ! grep -q '^build weir-viz:' "$build/build.ninja"; then
    give_up 'The visualizer can not be built here: it needs Dear ImGui, GLFW 3.3, OpenGL and pkgconf:' \
      '  apt-get install libimgui-dev libglfw3-dev pkgconf' \
      './weir scene shows the same runs as text.'
  fi
  compile "$log" "$targets"
  # `grading` says that every exercise's part is built.
  case $1 in
  tests) built+=' reader author viz bench tests grading' ;;
  author) built+=' reader author grading' ;;
  *) built+=" reader $1" ;;
  esac
  write_stamp "$built"
  for word in $targets; do
    [[ $word != judge-* ]] || mark_built "$word"
  done
  trap - INT TERM
}

# The program takes a part for built if its mark is exactly as old as the stamp.
mark_built() { # TARGET
  mkdir -p -- "$build/.weir-built" && touch -r "$stamp" -- "$build/.weir-built/$1"
}

stamp_compiler=''

read_stamp() {
  { read -r _ && read -r _ && read -r stamp_compiler; } 2>/dev/null <"$stamp" || true
}

write_stamp() { # WORDS
  local compiler
  compiler=$(cached CMAKE_CXX_COMPILER)
  touch -r "$compiler" -- "$build/.weir-compiler" &&
    printf '%s\n' "$root" "$1" "$compiler" >"$stamp.text" &&
    touch -r "$stamp.new" -- "$stamp.text" && mv -f -- "$stamp.text" "$stamp" && rm -f -- "$stamp.new"
}

cached() { # VARIABLE
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt" 2>/dev/null
}

compiler_changed() {
  local mark=$build/.weir-compiler
  [[ -e $mark ]] || return 1
  [[ ! -e $stamp_compiler || $stamp_compiler -nt $mark || $stamp_compiler -ot $mark ]]
}

configure() { # LOG WORD
  local options=()
  if [[ ($2 == author || $2 == tests) && $(cached WEIR_ASAN_GRADER) != ON ]]; then
    options+=(-DWEIR_ASAN_GRADER=ON)
  fi
  # Its packages may have come since CMake last looked.
  if [[ ($2 == viz || $2 == tests) && $(cached WEIR_VISUALIZER) != ON ]]; then
    options+=(-DWEIR_VISUALIZER=ON)
  fi
  if [[ -f $build/CMakeCache.txt && $(cached CMAKE_HOME_DIRECTORY) != "$root" ]]; then
    say 'The checkout has moved; building anew.'
    rm -rf -- "$build/CMakeCache.txt" "$build/CMakeFiles"
  elif [[ -n $stamp_compiler ]] && compiler_changed; then
    say "The compiler ($stamp_compiler) has changed; building anew."
    options+=(--fresh)
    [[ ! -f $build/build.ninja ]] || ninja -C "$build" -t clean >/dev/null 2>&1
  elif [[ -f $build/build.ninja && ${#options[@]} -eq 0 ]]; then
    return # ninja configures again by itself when it has to
  fi
  # A first try that failed leaves what it found behind, above all the compiler.
  if [[ ! -f $build/build.ninja && -f $build/CMakeCache.txt && " ${options[*]} " != *' --fresh '* ]]; then
    options+=(--fresh)
  fi
  # Else a configuration that fails half-way would pass for one that is done.
  rm -f -- "$build/build.ninja"
  say 'Configuring Weir.'
  if ! (cd "$root" && cmake --preset default -B "$build" "${options[@]}") >>"$1" 2>&1; then
    blame_disk "$build" "$1"
    show_log "$1" 25
    give_up 'CMake could not configure Weir (see above). ./weir doctor tells what is missing.'
  fi
}

# ccache without a place to write fails every compilation; then it is better left out. HOME may be read-only, or nobody's.
can_cache() {
  local folder
  folder=$(ccache -k cache_dir 2>/dev/null) && mkdir -p -- "$folder/tmp" 2>/dev/null && [[ -w $folder/tmp ]]
}

# While the first build goes on there is something to read: what the first exercise is about.
show_brief() { # ID
  local brief
  for brief in "$root"/exercises/*/[0-9][0-9]-"$1"/brief.md; do
    [[ -f $brief ]] || return 0
    printf '\n' >&2
    cat -- "$brief" >&2
    printf '\nThis is the brief of %s; b shows it again. Meanwhile Weir is being built.\n\n' "$1" >&2
  done
}

# shellcheck disable=SC2034 # time_left.sh reads them
compile() { # LOG TARGETS
  local line status began_at work_all work_done seconds_left processors
  processors=$(nproc)
  if command -v ccache >/dev/null && ! can_cache; then export CCACHE_DISABLE=1; fi
  [[ -x $binary || $2 != *' judge-'* ]] || ! interactive || show_brief "${2##* judge-}"
  # shellcheck disable=SC2086 # the targets are words
  begin_reckoning $2
  # shellcheck disable=SC2086
  NINJA_STATUS='[%f/%t] ' ninja -C "$build" $2 2>&1 | {
    trap '' INT # ninja stops by itself; its last lines are still wanted
    while IFS= read -r line; do
      printf '%s\n' "$line"
      # Short counts are ninja configuring again, not building.
      if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] && ${BASH_REMATCH[1]} -gt 0 && ${BASH_REMATCH[2]} -gt 4 ]]; then
        reckon_time_left "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$line"
        progress 'Building Weir' "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}" "$seconds_left"
      fi
    done >>"$1"
    clear_progress
  }
  status=${PIPESTATUS[0]}
  if [[ $status -gt 128 ]]; then
    give_up "The build was ended by signal $((status - 128)). The next start goes on from here; the log: $1"
  elif [[ $status -ne 0 ]]; then
    blame_disk "$build" "$1"
    # What went wrong first; what follows it is often only its consequence.
    grep -m 6 -A 4 -e '^FAILED:' -e 'error:' -e 'No space left' -- "$1" | grep -v ' -o .* -c ' | cut -c 1-160 | head -24 |
      sed 's/^/    /' >&2
    say "    The whole log: $1"
    give_up 'The build failed (see above).'
  fi
}
