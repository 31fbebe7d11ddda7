# shellcheck shell=bash disable=SC2154 # root, build, stamp and assume_yes are ./weir's
# What can be said before the program is built.

help_before_the_first_build() { # WORD
  local version
  version=$(sed -n 's/^ *VERSION \([0-9.]*\)$/\1/p' "$root/CMakeLists.txt")
  if [[ $1 == --version ]]; then
    printf 'weir %s (not built yet)\n' "$version"
    return
  fi
  cat <<TEXT
weir $version: a workbook for asynchronous flow control in C++20.

  ./weir              set up what is missing, then open the first exercise
  ./weir --yes        the same without asking before packages are installed
  ./weir doctor       what is installed, what is missing
  ./weir test         the project's own test suite

Weir is not built yet. The first start installs the Debian packages that are
missing (it says which, and asks), builds for some two minutes, and after that
./weir --help lists every command.
TEXT
}
