# shellcheck shell=bash
# What the gates share: which files there are, and which of them have changed.

cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../../.." || exit 1

# skip WHY: ends the gate, which then counts as skipped.
skip() {
  echo "this test is skipped: $1"
  exit 0
}

# without PROGRAM: the same for what is not there.
without() { skip "$1 is not installed"; }

# Files of the tree that git knows, as PATTERN…. An unpacked archive has no tree to hold to.
tracked() { git ls-files --cached --others --exclude-standard -- "$@"; }

git rev-parse --is-inside-work-tree >/dev/null 2>&1 || skip 'this is no git repository, or git is not installed'

# Of those, the ones that differ from the commit WEIR_SINCE; without it, from the one before the last.
since=${WEIR_SINCE:-HEAD~1}
changed() {
  { git diff --name-only --diff-filter=d "$since" -- "$@" && git ls-files --others --exclude-standard -- "$@"; } | sort -u
}
