#!/usr/bin/env bash
# Parts of the language that a reader's module can only have with some help, because it is linked without the C library's
# start files: a right answer that uses them passes, with every linker there is.
#
#   ordinary_code.sh WEIR ROOT COMPILER
set -u -o pipefail

weir=$1
root=$2
compiler=$3
folder=$(mktemp -d -t weir-ordinary-code.XXXXXX) || exit 1
trap 'rm -rf -- "$folder"' EXIT
export WEIR_ROOT=$root WEIR_BUILD=${weir%/bin/weir} WEIR_WORKSPACE=$folder/workspace
answer=$root/solutions/01-back-pressure/01-bounded-queue/queue.cpp
faults=0

fault() {
  printf 'ordinary_code.sh: %s\n' "$*" >&2
  faults=1
}

# A right answer and then the code on standard input.
passes() { # NAME
  local file=$folder/$1.cpp
  { cat -- "$answer" && cat; } >"$file"
  "$weir" run bounded-queue --file "$file" >"$folder/said" 2>&1 || {
    fault "$1: expected a pass"
    cat -- "$folder/said" >&2
  }
}

passes exit_handlers <<'END'
#include <cstdlib>
namespace {
void nothing() {}
const bool registered = std::atexit(nothing) == 0 && std::at_quick_exit(nothing) == 0;
[[maybe_unused]] const int must_hold = registered ? 0 : throw 0;
} // namespace
END

passes static_object_with_destructor <<'END'
namespace {
struct counted {
  ~counted() { ++gone; }
  static inline int gone = 0;
};
counted one;
inline int shared = counted::gone;
thread_local counted each;
[[maybe_unused]] const auto use = &each;
} // namespace
END

passes library_of_the_compiler <<'END'
#include <complex>
namespace {
volatile unsigned __int128 large = 1;
volatile double x = 1;
[[maybe_unused]] const auto quotient = static_cast<int>(large / (large + large));
[[maybe_unused]] const auto product = std::complex<double>(x, x) * std::complex<double>(x, x);
} // namespace
END

printf 'struct counted { ~counted() {} } one;\nextern "C" int atexit(void (*)()) noexcept;\nint two = atexit(nullptr);\n' \
  >"$folder/module.cpp"
"$compiler" -std=c++20 -fPIC -c "$folder/module.cpp" -o "$folder/module.o" || fault 'the small module does not compile'
for linker in bfd gold lld mold; do
  command -v "ld.$linker" >/dev/null || command -v "$linker" >/dev/null || continue
  "$compiler" -shared -nostdlib "-fuse-ld=$linker" "$folder/module.o" "$WEIR_BUILD/reader/module_start.o" -o "$folder/module.so" &&
    ! nm -uC "$folder/module.so" | grep -E ' (atexit|__dso_handle)$' >&2 || fault "$linker: expected a module that lacks nothing"
done
exit "$faults"
