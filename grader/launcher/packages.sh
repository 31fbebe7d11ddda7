# shellcheck shell=bash disable=SC2154 # root, build, stamp and assume_yes are ./weir's
# Debian packages: which are needed, which are missing, and installing them.

# One requirement a line: alternatives in order of preference, `?` in front if Weir does without when none can be had.
# The first alternative is Debian 12's; the others serve newer releases. Boost's JSON brings Boost's headers, of its own
# version; `libboost-dev` may be one that is too old (1.74 on Debian 12).
requirements='
cmake
ninja-build
g++
libboost-json1.81-dev libboost-json-dev
catch2
libcli11-dev
libfmt-dev
libtomlplusplus-dev
libxxhash-dev
? clang-19
? libclang-rt-19-dev
? lld-19
? ccache
? bubblewrap
? libbenchmark-dev
'
# The window's: wanted by the first `./weir viz`, so that the first start of all need not wait for them.
requirements_viz='
libimgui-dev
libglfw3-dev
pkgconf pkg-config
? libfreetype-dev
? fonts-roboto-unhinted
? fonts-dejavu-core
'
# A display without a screen and hands for it, for the window's tests; what reads the sources.
requirements_tests='
xvfb
xauth
xdotool
? ffmpeg
? clang-format-19
? clang-tidy-19
? shellcheck
? git
? procps
'

# What a start with these targets needs.
require_for() { # reader, author, viz, tests or bench
  # The hidden tests of a hand-out are tied to the compiler that made them.
  if grep -q -s '^Clang 19,' "$root/grader/prebuilt/made-with.txt"; then
    requirements=${requirements/'? clang-19'/clang-19}
  fi
  keep_installed_boost
  case $1 in
  viz) requirements+=$requirements_viz ;;
  tests) requirements+=$requirements_viz$requirements_tests ;;
  esac
}

on_debian() { command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; }

# All installed packages' names, one a line, each in front of and behind by a newline.
installed_packages() {
  printf '\n%s\n' "$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' 2>/dev/null | sed -n 's/^installed //p')"
}

available() { # PACKAGE
  [[ $(apt-cache policy -- "$1" 2>/dev/null) == *Candidate:\ [0-9]* ]]
}

# Two Boosts can't be installed side by side: to the headers that are there belongs the JSON of the same version. (Debian 13
# has 1.83 and 1.88.)
keep_installed_boost() {
  on_debian || return 0
  local there=$'\n'libboost'(1\.(8[1-9]|9[0-9]))'-dev$'\n'
  if [[ $(installed_packages)$'\n' =~ $there ]]; then
    requirements=${requirements/libboost-json1.81-dev libboost-json-dev/libboost-json${BASH_REMATCH[1]}-dev}
  fi
}

# Prints the missing requirements, as `requirements` has them.
missing_requirements() {
  local installed line name
  installed=$(installed_packages)$'\n'
  while read -r line; do
    [[ -n $line ]] || continue
    for name in ${line#'? '}; do
      [[ $installed != *$'\n'"$name"$'\n'* ]] || continue 2
    done
    printf '%s\n' "$line"
  done <<<"$requirements"
}

# Prints the package to install for each requirement on standard input; a requirement that no package meets is printed
# with a `!` in front, unless Weir does without it.
choose_packages() {
  local line name
  while read -r line; do
    for name in ${line#'? '}; do
      if available "$name"; then
        printf '%s\n' "$name"
        continue 2
      fi
    done
    [[ $line == '? '* ]] || printf '! %s\n' "${line%% *}"
  done
}

# What apt-get says goes to the log; its progress becomes our line.
apt_get() { # TEXT LOG ARG…
  local text=$1 log=$2 kind _ percent
  shift 2
  local command=(apt-get -y -q -o DPkg::Lock::Timeout=600 -o APT::Status-Fd=1 "$@")
  command=(env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "${command[@]}")
  if [[ $EUID -ne 0 ]]; then
    # Without a terminal sudo can't ask for a password: then it must not try.
    if interactive; then command=(sudo "${command[@]}"); else command=(sudo -n "${command[@]}"); fi
  fi
  # Ctrl-C reaches apt-get too. It stops where it may: in the midst of dpkg's work it goes on until the system is whole.
  # Who reads it has to stay as long; `read` ends with more than 128 when it was disturbed.
  local interrupted='' status
  trap 'interrupted=yes' INT
  # Standard input stays the terminal's: sudo may have to ask.
  "${command[@]}" 2>&1 | {
    trap 'clear_progress; say "Waiting for apt-get to stop."' INT
    while IFS= read -r line || [[ $? -gt 128 ]]; do
      IFS=: read -r kind _ percent _ <<<"$line"
      case $kind in
      dlstatus) progress "$text: fetching" "${percent%%.*}" 100 ;;
      pmstatus) progress "$text: unpacking" "${percent%%.*}" 100 ;;
      *) printf '%s\n' "$line" 2>/dev/null >>"$log" ;;
      esac
    done
    clear_progress
  }
  status=${PIPESTATUS[0]}
  trap - INT
  clear_progress
  if [[ -n $interrupted ]]; then
    say 'Interrupted. The next start asks again for what is still missing.'
    exit 130
  fi
  return "$status"
}

# True if sudo lets this person install packages; it asks for the password now, if it wants one.
sudo_lets() {
  # Without a terminal sudo can't ask: then it must not try.
  if interactive; then sudo true; else sudo -n true; fi
}

# Of missing requirements, those that Weir can't do without.
needed_of() { # REQUIREMENTS
  grep -v '^?' <<<"$1"
}

optional_of() { # REQUIREMENTS
  grep '^?' <<<"$1"
}

# The packages can't be had. Without one that is needed the launcher ends here; else it says so and goes on.
go_without() { # REQUIREMENTS LINE…
  local missing=$1
  shift
  [[ -z $(needed_of "$missing") ]] || give_up "$@"
  clear_progress
  printf 'weir: %s\n' "$@" 'Going on without.' >&2
}

# Asks, installs, or ends with status 3 and the command to type. Without the optional ones Weir runs: a start asks for them
# only the first time, or along with something it can't do without; with `all` they are wanted whenever they are missing.
ensure_packages() { # [all]
  [[ ${WEIR_PACKAGES-} != skip ]] || return 0
  on_debian || return 0
  local missing
  missing=$(missing_requirements)
  [[ -n $missing ]] || return 0
  if [[ ${1-} != all && -f $build/CMakeCache.txt && -z $(needed_of "$missing") ]]; then
    return 0
  fi
  local names
  names=$(sed -e 's/^? //' -e 's/ .*//' <<<"$missing" | paste -s -d ' ')
  if [[ -n $(needed_of "$missing") ]]; then
    say "Weir needs these Debian packages, which are not installed: $names"
  else
    say "Weir runs without these Debian packages, but is the better for them: $names"
  fi
  if [[ $EUID -ne 0 ]] && ! command -v sudo >/dev/null; then
    go_without "$missing" "Only root can install packages, and there is no sudo here. As root, type:" \
      "  apt-get update && apt-get install --no-install-recommends $names"
    return
  fi
  if interactive && [[ $assume_yes != yes ]] && ! ask 'Install them with apt-get now?'; then
    [[ -n $(needed_of "$missing") ]] || return 0
    give_up "Nothing was installed. By hand:" \
      "  apt-get update && apt-get install --no-install-recommends $names" \
      "WEIR_PACKAGES=skip ./weir goes on with what is there."
  fi
  if [[ $EUID -ne 0 ]] && ! sudo_lets; then
    go_without "$missing" "sudo does not let you install them (see above). As root, type:" \
      "  apt-get update && apt-get install --no-install-recommends $names"
    return
  fi
  install_packages "$missing"
}

# Those of REQUIREMENTS that are still missing: a package that fails makes apt-get fail, whatever else it has installed.
still_missing_of() { # REQUIREMENTS
  grep -F -x -f <(missing_requirements) <<<"$1"
}

# What Weir needs first, by itself: nothing else shall be in its way.
install_needed() { # LOG REQUIREMENTS NAME…
  local log=$1 missing=$2
  shift 2
  apt_get 'Packages' "$log" install --no-install-recommends "$@" && return
  missing=$(still_missing_of "$missing")
  [[ -n $missing ]] || return 0
  blame_disk /var/cache/apt "$log"
  blame_disk "${TMPDIR:-/tmp}"
  show_log "$log" 15
  if grep -q 'Failed to fetch' -- "$log"; then
    give_up 'apt-get could not fetch the packages (see above). Is the network there?'
  fi
  give_up 'apt-get could not install the packages (see above).'
}

# Then the others: together if that works, else one by one, so that one which can't be had does not stop the rest.
install_optional() { # LOG REQUIREMENTS NAME…
  local log=$1 missing=$2 name
  shift 2
  apt_get 'More packages' "$log" install --no-install-recommends "$@" && return
  if ! grep -q 'Failed to fetch' -- "$log"; then
    for name in "$@"; do
      [[ $# -eq 1 ]] || apt_get "$name" "$log" install --no-install-recommends "$name"
    done
  fi
  missing=$(still_missing_of "$missing")
  [[ -n $missing ]] || return 0
  show_log "$log" 8
  say "weir: could not be installed (see above): $(sed -e 's/^? //' -e 's/ .*//' <<<"$missing" | paste -s -d ' ')"
  say 'Going on without.'
  return 1
}

install_packages() { # REQUIREMENTS
  local log needed optional lacking
  log=$(mktemp -t weir-packages.XXXXXX) || give_up "No temporary file could be made. Is ${TMPDIR:-/tmp} full or read-only?"
  if ! apt_get 'Package lists' "$log" update; then
    say "weir: apt-get update failed; going on with the package lists that are there."
  fi
  needed=$(needed_of "$1" | choose_packages)
  optional=$(optional_of "$1" | choose_packages)
  lacking=$(sed -n 's/^! //p' <<<"$needed" | paste -s -d ' ')
  if [[ -n $lacking ]]; then
    blame_disk "${TMPDIR:-/tmp}"
    show_log "$log" 8
    give_up "No package source offers: $lacking" \
      'Weir is made for Debian 12 ("bookworm") and newer. Is the network there, and does /etc/apt name a Debian mirror?'
  fi
  # shellcheck disable=SC2086 # the names are words
  [[ -z $needed ]] || install_needed "$log" "$(needed_of "$1")" ${needed//$'\n'/ }
  # shellcheck disable=SC2086
  [[ -z $optional ]] || install_optional "$log" "$(optional_of "$1")" ${optional//$'\n'/ } || return 0
  rm -f -- "$log"
  # shellcheck disable=SC2086
  say "Installed:" ${needed//$'\n'/ } ${optional//$'\n'/ }
}
