#!/usr/bin/env bash
# Every C++ file is as clang-format 19 writes it. `format.sh --fix` writes them so.
source "$(dirname -- "${BASH_SOURCE[0]}")/sources.sh"
set -u -o pipefail

command -v clang-format-19 >/dev/null || without clang-format-19
if [[ ${1-} == --fix ]]; then
  tracked '*.cpp' '*.hpp' | xargs -r -d '\n' -P 2 -n 40 clang-format-19 -i
  exit
fi
found=$(tracked '*.cpp' '*.hpp' | xargs -r -d '\n' -P 2 -n 40 clang-format-19 --dry-run -Werror 2>&1 |
  grep 'clang-format-violations')
[[ -n $found ]] || exit 0
head -n 40 <<<"$found"
echo 'cmake --build build --target format writes them as they should be.'
exit 1
