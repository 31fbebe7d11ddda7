#!/usr/bin/env bash
# No script has anything that shellcheck finds; what is off, and why, stands in .shellcheckrc.
source "$(dirname -- "${BASH_SOURCE[0]}")/sources.sh"
set -u -o pipefail

command -v shellcheck >/dev/null || without shellcheck
tracked '*.sh' '*.bash' weir .ci/run | xargs -r -d '\n' shellcheck
