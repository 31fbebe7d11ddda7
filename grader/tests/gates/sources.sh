# shellcheck shell=bash
# What the gates share: which files there are, and which of them have changed.

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." || exit 1

# without PROGRAM: says that the gate is skipped, and ends it.
without() {
  echo "this test is skipped: $1 is not installed"
  exit 0
}

# Files of the tree that git knows, as PATTERN…; in an unpacked archive, those that lie there.
tracked() {
  if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
    git ls-files --cached --others --exclude-standard -- "$@"
  else
    local pattern
    for pattern; do find . -path ./build -prune -o -name "$pattern" -print; done
  fi
}

# Of those, the ones that differ from the commit WEIR_SINCE (without it: from the one before the last), all with --all.
changed() {
  local since=${WEIR_SINCE:-HEAD~1}
  if git rev-parse --quiet --verify "$since^{commit}" >/dev/null 2>&1; then
    { git diff --name-only --diff-filter=d "$since" -- "$@"; git ls-files --others --exclude-standard -- "$@"; } | sort -u
  else
    tracked "$@"
  fi
}
