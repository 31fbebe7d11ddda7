# shellcheck shell=bash disable=SC2154 # root, build, stamp and assume_yes are ./weir's
# Configures and builds, one at a time, with a progress line; an interrupted build goes on where it stopped.

targets_of() { # reader, author, viz, tests or bench
  case $1 in
  author) printf 'weir-bin weir_grading weir_sanitized' ;;
  reader) printf 'weir-bin weir_grading' ;;
  viz) printf 'weir-bin weir_grading weir-viz' ;;
  bench) printf 'weir-bin weir_grading weir_runtime_bench' ;;
  *) printf 'all' ;;
  esac
}

build_weir() { # TARGETS
  mkdir -p -- "$build" 2>/dev/null
  if [[ ! -w $build ]]; then
    blame_disk "$root"
    give_up "Can't write to $build: the checkout is read-only, or belongs to someone else." \
      'Choose other places:  WEIR_BUILD=~/weir-build WEIR_WORKSPACE=~/weir-workspace ./weir'
  fi
  {
    if ! flock -n 9; then
      say 'Another ./weir is building here; waiting for it.'
      flock 9
    fi
    up_to_date "$1" || build_locked "$1"
  } 9>"$build/.weir-lock"
}

build_locked() { # TARGETS
  local log=$build/weir-build.log targets kept=''
  targets=$(targets_of "$1")
  trap 'clear_progress; say "Interrupted. The next start goes on from here."; exit 130' INT TERM
  # Taken before the build: what changes while it runs is newer than the stamp.
  if ! printf 'Weir build log\n' 2>/dev/null >"$log" || ! touch -- "$stamp.new"; then
    blame_disk "$build"
    give_up "Can't write to $build."
  fi
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
  # What was built before, with the same compiler, was brought up to date only if it is part of this build.
  case $1 in
  tests) kept='reader author viz tests' ;;
  viz) kept='reader viz' ;;
  author) kept='reader author' ;;
  bench) kept='reader bench' ;;
  *) kept=reader ;;
  esac
  write_stamp "$kept"
  trap - INT TERM
}

stamp_compiler='' stamp_identity=''

read_stamp() {
  { read -r _ && read -r _ && read -r stamp_compiler && read -r stamp_identity; } 2>/dev/null <"$stamp" || true
}

write_stamp() { # TARGETS
  local compiler
  compiler=$(cached CMAKE_CXX_COMPILER)
  printf '%s\n' "$root" "$1" "$compiler" "$(stat -L -c '%s %Y' -- "$compiler")" >"$stamp.text" &&
    touch -r "$stamp.new" -- "$stamp.text" && mv -f -- "$stamp.text" "$stamp" && rm -f -- "$stamp.new"
}

cached() { # VARIABLE
  sed -n "s/^$1:[A-Z]*=//p" "$build/CMakeCache.txt" 2>/dev/null
}

configure() { # LOG TARGETS
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
  elif [[ -n $stamp_compiler && $(stat -L -c '%s %Y' -- "$stamp_compiler" 2>/dev/null) != "$stamp_identity" ]]; then
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

compile() { # LOG TARGETS
  local line status
  if command -v ccache >/dev/null && ! can_cache; then export CCACHE_DISABLE=1; fi
  # shellcheck disable=SC2086 # the targets are words
  NINJA_STATUS='[%f/%t] ' ninja -C "$build" $2 2>&1 | {
    trap '' INT # ninja stops by itself; its last lines are still wanted
    while IFS= read -r line; do
      printf '%s\n' "$line"
      # Short counts are ninja configuring again, not building.
      if [[ $line =~ ^\[([0-9]+)/([0-9]+)\] && ${BASH_REMATCH[2]} -gt 4 ]]; then
        progress "Building Weir" "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
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
