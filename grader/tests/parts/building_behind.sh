#!/usr/bin/env bash
# The program in a build folder where tests and scenes are still to be built: what a command waits for, what the watch loop
# builds behind the reader's back, and who makes room for whom. The modules are real, ninja is not.
#
#   building_behind.sh WEIR ROOT          status 77: there is no script(1)
set -u -o pipefail

weir=$1
root=$2
real=${weir%/bin/weir}
command -v script >/dev/null || { echo 'this test is skipped: there is no script(1)' && exit 77; }
folder=$(mktemp -d -t weir-parts.XXXXXX) || exit 1
trap 'rm -rf -- "$folder"' EXIT
export FOLDER=$folder PATH=$folder/bin:$PATH SHELL=/bin/bash LC_ALL=C.UTF-8
export WEIR_ROOT=$root WEIR_BUILD=$folder/build WEIR_WORKSPACE=$folder/workspace
mkdir -p "$folder/bin" "$WEIR_BUILD"
cp -- "$real/weir-toolchain.json" "$WEIR_BUILD/"
touch "$WEIR_BUILD/build.ninja"
printf '%s\n' "$root" reader /bin/true >"$WEIR_BUILD/.weir-stamp"

# Logs what it is to build, and how nice it is; waits while there is a file `hold`, and tells when it is stopped.
cat >"$folder/bin/ninja" <<'TEXT'
#!/usr/bin/env bash
part=${*: -1}
printf '%s %s\n' "$part" "$(nice)" >>"$FOLDER/log"
trap 'echo "$part stopped" >>"$FOLDER/log"; exit 2' TERM
echo '[1/3] Building'
while [[ -e $FOLDER/hold ]]; do sleep 0.02; done
[[ ! -e $FOLDER/full ]] || { echo 'No space left on device'; exit 1; }
TEXT
chmod +x "$folder/bin/ninja"

die() {
  printf 'building_behind.sh: %s; it said:\n' "$*" >&2
  cat -- "$folder/said" >&2
  printf 'and ninja was called:\n' >&2
  cat -- "$folder/log" >&2
  exit 1
}

# Runs weir with these words and wants STATUS; ninja's log begins anew.
weir() { # STATUS WORD…
  local expected=$1 status
  shift
  : >"$folder/log"
  "$weir" "$@" >"$folder/said" 2>&1 </dev/null
  status=$?
  [[ $status -eq $expected ]] || die "weir $*: status $status, expected $expected"
}

said() { grep -q -e "$1" -- "$folder/said" || die "expected '$1'"; }
built() { [[ $(<"$folder/log") == "$1" ]] || die "expected ninja to build '$1'"; }
until_log() { # TEXT
  local tries=0
  until grep -q -e "$1" -- "$folder/log"; do
    sleep 0.05
    [[ $((++tries)) -lt 1200 ]] || die "waited in vain for '$1'"
  done
}

solution=$root/solutions/01-back-pressure/01-bounded-queue/queue.cpp
"$weir" init "$WEIR_WORKSPACE" >/dev/null 2>&1
nice=$(nice)

# A verdict waits for exactly its own tests, says so, and does not wait again.
weir 0 run bounded-queue --file "$solution"
said "weir: bounded-queue's tests are being built: [0-9]* s left"
built "judge-bounded-queue $nice"
weir 0 run bounded-queue --file "$solution"
built ''

# So does a scene; and what does not compile is told before any test is built.
weir 0 scene bounded-queue --file "$solution"
built "scene-bounded-queue $nice"
echo 'int x = y;' >"$folder/broken.cpp"
weir 1 run overflow --file "$folder/broken.cpp"
built ''

# A full disk is told for what it is; the next try tries.
touch "$folder/full"
weir 3 run overflow
said "overflow's tests could not be built: the disk is full"
rm -- "$folder/full"
weir 1 run overflow
built "judge-overflow $nice"

# When the sources have changed, so has what stands for them.
touch -d '+2 seconds' "$WEIR_BUILD/.weir-stamp"
weir 0 run bounded-queue --file "$solution"
built "judge-bounded-queue $nice"

# The loop builds what is missing in the order of the workbook, as nicely as it can.
: >"$folder/log"
mkfifo "$folder/keys"
script -qec "$weir watch" /dev/null <"$folder/keys" >"$folder/said" 2>&1 &
loop=$!
exec 7>"$folder/keys"
until_log '^scene-demand 19$'
touch "$folder/hold"
head -n 5 "$folder/log" >"$folder/first"
# The reader is at overflow, and waits for its tests.
[[ $(<"$folder/first") == "judge-overflow $nice"$'\nweir_deep_header 19\nscene-overflow 19\njudge-demand 19\nscene-demand 19' ]] ||
  die "expected another order: $(<"$folder/first")"

# Another process that needs something goes first, and the loop goes on after it.
until_log '^judge-\(drain\|spawn-per-item\|end-of-stream\|limiter\) 19$'
"$weir" run breaker >"$folder/other" 2>&1 </dev/null &
other=$!
until_log '^.* stopped$'
until_log "^judge-breaker $nice\$"
rm -- "$folder/hold"
wait "$other"
grep -Eq "breaker's tests are (being built|waiting)" "$folder/other" || die "the other said: $(<"$folder/other")"
until_log '^scene-bounded-queue 19$'
[[ $(grep -c '^judge-breaker' "$folder/log") -eq 1 ]] || die 'expected the loop not to build again what the other had built'

# The end of the loop is the end of its build. With --manual nobody waits for anything yet.
touch -d '+4 seconds' "$WEIR_BUILD/.weir-stamp"
printf 'q' >&7
exec 7>&-
wait "$loop"
: >"$folder/log"
touch "$folder/hold"
script -qec "$weir watch --manual" /dev/null <"$folder/keys" >"$folder/said" 2>&1 &
loop=$!
exec 7>"$folder/keys"
until_log '^judge-[a-z-]* 19$'
printf 'q' >&7
exec 7>&-
wait "$loop"
until_log '^judge-[a-z-]* stopped$'
flock -n "$WEIR_BUILD/.weir-lock" true || die 'expected the lock to be free'
exit 0
