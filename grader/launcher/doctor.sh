# shellcheck shell=bash disable=SC2154 # root, build and binary are ./weir's
# `./weir doctor` before anything is built; once the program is there, its own doctor goes on from here.

row() { printf '%-12s %s\n' "$1" "$2"; }

version_of() { # PROGRAM
  "$1" --version 2>/dev/null | sed -n '1s/^\([A-Za-z ]*[^ ]*\).*/\1/p;1q'
}

# The rule is that of runtime/cmake/WeirCompiler.cmake and WeirSettings.cmake.
doctor_compiler() {
  local compiler reason
  if [[ -n ${CXX-} ]]; then
    compiler=$CXX reason='CXX in the environment asks for it'
  elif command -v clang++-19 >/dev/null; then
    compiler=clang++-19 reason='preferred where it is installed: it compiles an exercise in about a third of the time g++ 12 needs'
  elif command -v g++ >/dev/null; then
    compiler=g++ reason='clang++-19 is not installed; verdicts take two to three times as long (Debian package clang-19)'
  else
    row compiler 'none: neither clang++-19 nor g++ is installed'
    return 1
  fi
  row compiler "$compiler $("$compiler" -dumpfullversion -dumpversion 2>/dev/null): $reason"
  doctor_linker "$compiler"
}

doctor_linker() { # COMPILER
  local lld
  lld=$(command -v ld.lld-19 || command -v ld.lld)
  if [[ $1 == *clang* && -n $lld ]]; then
    row linker "$lld: made for clang, and links an exercise in a few hundredths of a second"
  elif command -v mold >/dev/null; then
    row linker "$(command -v mold): the quickest there is for $1 here"
  elif [[ $1 == *clang* ]]; then
    row linker "the system's ld: neither lld-19 nor mold is installed"
  else
    row linker "the system's ld: mold is not installed"
  fi
}

doctor_sandbox() {
  local error
  if ! command -v bwrap >/dev/null; then
    row sandbox 'none: bubblewrap is not installed; exercises run under limits only'
  elif error=$(bwrap --unshare-all --die-with-parent --ro-bind / / --proc /proc true 2>&1); then
    row sandbox 'bubblewrap works: no network, read-only files, processes apart'
  elif bwrap --unshare-net --die-with-parent --ro-bind / / true 2>/dev/null; then
    row sandbox "bubblewrap works in part, without its own /proc (${error##*$'\n'})"
  else
    row sandbox "none: bubblewrap is refused here (${error##*$'\n'}); exercises run under limits only"
  fi
}

doctor_packages() {
  if ! on_debian; then
    row packages 'not a Debian system: packages are not looked at'
    return
  fi
  local missing line healthy=0
  missing=$(missing_requirements)
  if [[ -z $missing ]]; then
    row packages "all installed ($(grep -c '[a-z]' <<<"$requirements"))"
    return
  fi
  while read -r line; do
    if [[ $line == '? '* ]]; then
      row missing "${line#'? '} (Weir does without, but is the better for it)"
    else
      row missing "${line// / or } (needed)"
      healthy=1
    fi
  done <<<"$missing"
  row '' './weir installs what is missing; it asks first.'
  return "$healthy"
}

doctor_visualizer() {
  on_debian || return 0
  local missing
  missing=$(requirements=$requirements_viz missing_requirements | grep -v '^?')
  if [[ -z $missing ]]; then
    row visualizer 'its packages are installed; ./weir viz builds it when it is first asked for'
  else
    missing=${missing// / or }
    row visualizer "needs ${missing//$'\n'/, }; ./weir viz installs them when it is first asked for"
  fi
}

doctor() {
  local status=0 system=unknown
  require_for reader
  # shellcheck source=/dev/null
  [[ ! -r /etc/os-release ]] || system=$(. /etc/os-release && printf '%s' "$PRETTY_NAME")
  row system "$system, $(nproc) processors, $(awk '/MemTotal/ { print int($2 / 1024) " MB" }' /proc/meminfo)"
  row workbook "$root"
  doctor_packages || status=3
  doctor_visualizer
  doctor_compiler || status=3
  local each
  for each in cmake ninja ccache; do
    if command -v "$each" >/dev/null; then row "$each" "$(version_of "$each")"; fi
  done
  doctor_sandbox
  row disk "$(free_megabytes "$root") MB free below $root (a build takes about 1000)"
  if [[ ! -x $binary ]]; then
    row built 'not yet: ./weir builds'
  elif up_to_date reader; then
    row built "up to date, in $build"
  else
    row built "in $build; the sources have changed since, the next start builds"
  fi
  if [[ -x $binary && $status -eq 0 ]]; then
    printf '\n'
    become_weir doctor "$@"
  fi
  exit "$status"
}
