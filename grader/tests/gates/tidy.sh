#!/usr/bin/env bash
# clang-tidy 19 finds nothing: tidy.sh BUILD [--all]. Without --all, in the files that have changed (sources.sh says since
# when), headers through the sources that changed with them. It reads what the build compiled, precompiled headers included,
# so it wants a build by clang 19.
source "$(dirname -- "${BASH_SOURCE[0]}")/sources.sh"
set -u -o pipefail

command -v clang-tidy-19 >/dev/null || without clang-tidy-19
build=$1
grep -q -m 1 'clang++-19' "$build/compile_commands.json" 2>/dev/null || without 'a build by clang++-19'

# Only what is compiled: rejects, adversarial submissions and readers' starters are somebody else's style.
compiled() {
  local file
  while IFS= read -r file; do
    if grep -q -F "\"file\": \"$PWD/$file\"" "$build/compile_commands.json"; then printf '%s\n' "$file"; fi
  done
}

if [[ ${2-} == --all ]]; then
  files=$(tracked '*.cpp' | compiled)
else
  git rev-parse --quiet --verify "$since^{commit}" >/dev/null || skip "there is no commit $since to compare with"
  files=$(changed '*.cpp' | compiled)
  # A file takes some fifteen seconds: more of them are no matter for a test.
  count=$(grep -c . <<<"$files")
  [[ $count -le 25 ]] || skip "$count files have changed since $since; the target tidy looks at all"
fi
[[ -n $files ]] || exit 0
xargs -r -d '\n' -P 2 -n 4 clang-tidy-19 --quiet --warnings-as-errors='*' -p "$build" <<<"$files" \
  2> >(grep -v 'warnings generated\|Suppressed\|Use -header-filter' >&2)
