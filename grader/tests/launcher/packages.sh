#!/usr/bin/env bash
# What ./weir makes of missing Debian packages, on a terminal: the question, each answer, and apt-get's failures; and what
# it hands on. Neither dpkg's list nor apt-get nor CMake is the real one.
#
#   launcher_packages.sh ROOT          status 77: there is no script(1)
set -u -o pipefail

root=$1
command -v script >/dev/null || { echo 'this test is skipped: there is no script(1)' && exit 77; }
folder=$(mktemp -d -t weir-launcher.XXXXXX) || exit 1
trap 'rm -rf -- "$folder"' EXIT
mkdir -p "$folder/bin" "$folder/book/grader"
cp -- "$root/weir" "$folder/book/"
cp -r -- "$root/grader/launcher" "$folder/book/grader/"
export FOLDER=$folder TMPDIR=$folder PATH=$folder/bin:$PATH SHELL=/bin/bash
unset CI WEIR_PACKAGES WEIR_BUILD WEIR_ROOT DISPLAY WAYLAND_DISPLAY

stub() { # NAME, its text on standard input
  { printf '#!/usr/bin/env bash\n' && cat; } >"$folder/bin/$1"
  chmod +x -- "$folder/bin/$1"
}

stub dpkg-query <<'TEXT'
while read -r name; do
  grep -q -x -e "$name" "$FOLDER/missing" || printf 'installed %s\n' "$name"
done <<<'cmake
ninja-build
g++
libboost1.81-dev
libboost-json1.81-dev
catch2
libcli11-dev
libfmt-dev
libtomlplusplus-dev
libxxhash-dev
clang-19
libclang-rt-19-dev
lld-19
ccache
bubblewrap
libbenchmark-dev'
[[ ! -e $FOLDER/also ]] || sed 's/^/installed /' "$FOLDER/also"
TEXT
stub apt-cache <<<'echo "  Candidate: 1.0"'
stub apt-get <<'TEXT'
echo "$*" >>"$FOLDER/apt-get"
if [[ $* == *install* && -e $FOLDER/interrupt ]]; then
  # As the real one does on Ctrl-C when dpkg is at work: it ends that first.
  trap '' INT
  printf '%70000s\n' more # than a pipe holds: now the launcher is reading
  kill -INT 0
  for line in 1 2 3; do echo "Unpacking $line"; done
  touch "$FOLDER/ended"
fi
[[ ! -e $FOLDER/offline ]] || { echo "E: Failed to fetch http://deb.debian.org/x.deb" && exit 100; }
[[ ! -e $FOLDER/broken ]] || exit 100
status=0
if [[ $* == *install* ]]; then
  for name in "${@##-*}"; do
    # One that refuses makes the whole call fail; the others are installed all the same.
    if [[ -e $FOLDER/refuses ]] && grep -q -x -e "$name" "$FOLDER/refuses"; then
      echo "dpkg: error processing package $name" && status=100
    else
      sed -i "/^$name\$/d" "$FOLDER/missing"
    fi
  done
fi
exit "$status"
TEXT
stub sudo <<'TEXT'
while [[ $1 == -n ]]; do shift; done
[[ ! -e $FOLDER/no-sudo ]] || exit 1
exec "$@"
TEXT
# A launcher that gets this far goes on: it builds.
stub cmake <<<'[[ $1 == --version ]] || echo "$*" >"$FOLDER/configured"; [[ -e $FOLDER/configures ]]'

die() {
  printf 'launcher_packages.sh: %s; it said:\n' "$*" >&2
  cat -- "$folder/said" >&2
  exit 1
}

# Starts ./weir with these packages MISSING, ANSWERs the question, wants STATUS (else 3: nothing here can be built).
start() { # MISSING ANSWER [STATUS]
  local expected=${3-3}
  printf '%s\n' "$1" >"$folder/missing"
  rm -rf -- "$folder/apt-get" "$folder/configured" "$folder/book/build"
  "${before:-true}"
  printf '%b' "$2" | script -qec "${as-} $folder/book/weir list" /dev/null 2>&1 | tr -d '\r' >"$folder/said"
  local status=${PIPESTATUS[1]}
  [[ $status -eq $expected ]] || die "status $status with $1 missing, expected $expected"
}

said() { grep -q -e "$1" -- "$folder/said" || die "expected '$1'"; }
goes_on() { [[ -e $folder/configured ]] || die 'it stopped'; }
stops() { [[ ! -e $folder/configured ]] || die 'it went on'; }
installs() { grep -q -e "install --no-install-recommends $1\$" -- "$folder/apt-get" || die "apt-get did not install $1"; }
installs_nothing() { [[ ! -e $folder/apt-get ]] || die 'it called apt-get'; }

start libfmt-dev 'n\n'
said 'Weir needs these Debian packages, which are not installed: libfmt-dev$'
said 'weir: Nothing was installed'
said 'apt-get install --no-install-recommends libfmt-dev$'
said 'WEIR_PACKAGES=skip'
stops && installs_nothing

# The end of input is no, and what is said of it has a line of its own.
start libfmt-dev '\004'
said '^weir: Nothing was installed'
stops && installs_nothing

start libfmt-dev '\n'
installs libfmt-dev && goes_on

# Ctrl-C while packages are installed: apt-get ends what it is in the midst of, and only then the launcher.
touch "$folder/interrupt"
start libfmt-dev 'y\n' 130
said '^Interrupted'
[[ -e $folder/ended ]] || die 'apt-get was cut short'
stops
rm -- "$folder/interrupt"

# A person whom sudo refuses reads what to type as root, and nothing of package sources.
touch "$folder/no-sudo"
if [[ $EUID -eq 0 ]]; then
  chown -R 65534 "$folder"
  as='setpriv --reuid=65534 --regid=65534 --clear-groups'
fi
start libfmt-dev 'y\n'
said 'sudo does not let you install them'
said 'As root, type:$'
stops && installs_nothing
rm -- "$folder/no-sudo"
as=''

# Without these Weir runs, so nothing about them may end a start.
start ccache 'n\n'
said 'Weir runs without these Debian packages, but is the better for them: ccache$'
goes_on && installs_nothing
start 'ccache
bubblewrap' 'y\n'
installs 'ccache bubblewrap' && goes_on
touch "$folder/offline"
start ccache 'y\n'
said 'Going on without'
goes_on
start libfmt-dev 'y\n'
said 'apt-get could not fetch the packages (see above). Is the network there?'
stops
rm -- "$folder/offline"
# Debian 13: whichever of its Boosts is there, the JSON of that one is wanted; with none, the usual one.
debian_13='libboost1.81-dev
libboost-json1.81-dev'
stub apt-cache <<<'[[ $* == *1.81* ]] || echo "  Candidate: 1.0"'
start "$debian_13" 'y\n'
installs libboost-json-dev && goes_on
printf 'libboost1.88-dev\n' >"$folder/also"
start "$debian_13" 'y\n'
installs libboost-json1.88-dev && goes_on
printf 'libboost-json1.88-dev\n' >>"$folder/also"
start "$debian_13" ''
goes_on && installs_nothing
# Debian 12's other Boost is too old to count.
printf 'libboost-dev\nlibboost1.74-dev\n' >"$folder/also"
stub apt-cache <<<'echo "  Candidate: 1.0"'
start "$debian_13" 'y\n'
installs libboost-json1.81-dev && goes_on
rm -- "$folder/also"
# One that can't be installed stops neither the other optional ones nor what Weir needs, which comes first.
printf 'ccache\n' >"$folder/refuses"
start 'libfmt-dev
ccache
bubblewrap
lld-19' 'y\n'
[[ $(grep -c install "$folder/apt-get") -eq 5 ]] || die "expected libfmt-dev, the others, and each by itself: $(<"$folder/apt-get")"
installs libfmt-dev && installs 'lld-19 ccache bubblewrap' && installs bubblewrap && installs lld-19 && goes_on
[[ $(<"$folder/missing") == ccache ]] || die "expected all but ccache to be installed; missing: $(<"$folder/missing")"
said 'could not be installed (see above): ccache$'
said 'Going on without'
rm -- "$folder/refuses"
touch "$folder/broken"
start libfmt-dev 'y\n'
said 'apt-get could not install the packages'
stops
rm -- "$folder/broken"

# The hidden tests of a hand-out are tied to the compiler that made them.
mkdir -p "$folder/book/grader/prebuilt"
printf 'Clang 19, Boost 1.81.0\n' >"$folder/book/grader/prebuilt/made-with.txt"
start clang-19 'n\n'
said 'Weir needs these Debian packages, which are not installed: clang-19$'
stops
printf 'GNU 12, Boost 1.81.0\n' >"$folder/book/grader/prebuilt/made-with.txt"
start clang-19 'n\n'
goes_on
! grep -q -e --fresh -- "$folder/configured" || die 'a first start has nothing to forget'
# A first try that failed leaves the compiler it took in CMake's cache; the next has to be free to take another.
cached() {
  mkdir -p "$folder/book/build"
  printf 'CMAKE_HOME_DIRECTORY:INTERNAL=%s\n' "$(readlink -f "$folder")/book" >"$folder/book/build/CMakeCache.txt"
}
before=cached start nothing ''
grep -q -e --fresh -- "$folder/configured" || die 'expected CMake to forget the try that failed'

# One that failed half-way does not pass for done, with the compiler back as it was.
changed() {
  cached
  touch "$folder/book/build/build.ninja"
  printf '%s\n' "$folder/book" reader /bin/true >"$folder/book/build/.weir-stamp"
  touch "$folder/book/build/.weir-compiler" # as old as the compiler that was
}
before=changed start nothing ''
said 'has changed; building anew' && goes_on
[[ ! -e $folder/book/build/build.ninja ]] || die 'expected the next start to configure'

# What is built is started at once; when a part of it has gone, it is built again.
built() {
  cached
  mkdir -p "$folder/book/build/bin"
  for program in "${programs[@]}"; do
    printf '#!/bin/sh\necho "the program"\nexit 3\n' >"$folder/book/build/bin/$program"
    chmod +x "$folder/book/build/bin/$program"
  done
  touch -r /bin/true "$folder/book/build/.weir-compiler"
  printf '%s\n' "$folder/book" reader /bin/true >"$folder/book/build/.weir-stamp"
}
programs=(weir weir-runner)
before=built start nothing ''
said 'the program' && stops
programs=(weir)
before=built start nothing ''
goes_on

# A cache that can't be written is left out: it would fail the build.
stub ninja <<<'echo "${CCACHE_DISABLE-}" >"$FOLDER/ccache-disabled"; exit 1'
stub ccache <<<'cat "$FOLDER/cache"'
touch "$folder/configures"
printf '/proc/none\n' >"$folder/cache"
start nothing ''
[[ $(<"$folder/ccache-disabled") == 1 ]] || die 'expected it to do without ccache'
printf '%s\n' "$folder/caches" >"$folder/cache"
start nothing ''
[[ -z $(<"$folder/ccache-disabled") ]] || die 'expected it to use ccache'
rm -- "$folder/configures"

# A question needs neither packages nor a build.
printf 'g++\n' >"$folder/missing"
rm -rf -- "$folder/book/build" "$folder/apt-get"
for words in help --help --version 'viz --help' 'run -h' 'doctor --help' 'test --help'; do
  # shellcheck disable=SC2086 # they are words
  "$folder/book/weir" $words >"$folder/said" 2>&1 </dev/null || die "status $? of ./weir $words"
  said weir && installs_nothing && [[ ! -e $folder/book/build ]] || die "./weir $words started something"
done
said 'The words behind it go to ctest'

# Nor is anything installed for a window that can't open; a picture as text needs none.
"$folder/book/weir" viz breaker >"$folder/said" 2>&1 </dev/null
[[ $? -eq 3 ]] || die 'expected status 3 without a display'
said 'There is no display' && installs_nothing && [[ ! -e $folder/book/build ]] || die './weir viz started something'
"$folder/book/weir" viz breaker --text >"$folder/said" 2>&1 </dev/null
installs '.*libglfw3-dev .*'
: >"$folder/missing"

# The built program's doctor follows on the launcher's; its words are passed on.
mkdir -p "$folder/book/build/bin"
stub weir <<<'printf "%s;" "$@" >"$FOLDER/words"; exit 0'
mv -- "$folder/bin/weir" "$folder/book/build/bin/weir"
"$folder/book/weir" doctor --json >"$folder/said" 2>&1 || die 'expected doctor to end well'
[[ $(<"$folder/words") == 'doctor;--json;' ]] || die "expected 'weir doctor --json', got $(<"$folder/words")"
exit 0
