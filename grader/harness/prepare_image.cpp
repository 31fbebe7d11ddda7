#include "prepare_image.hpp"

#include <weir/detail/symbols.hpp>

#include <link.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace weir::harness {

namespace {

constexpr int reserved = 128 << 20;
constexpr std::uintptr_t large_page = std::uintptr_t{2} << 20;
/// What a run of 50,000 events takes.
constexpr std::size_t at_hand = std::size_t{8} << 20;

int read_symbol_table(dl_phdr_info* object, std::size_t, void*) {
  for (int i = 0; i < object->dlpi_phnum; ++i) {
    const auto& segment = object->dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && (segment.p_flags & PF_X) != 0) {
      // Any address in it will do.
      detail::function_name(reinterpret_cast<const void*>(object->dlpi_addr + segment.p_vaddr));
      break;
    }
  }
  return 0;
}

} // namespace

void prepare_memory() {
  ::mallopt(M_TOP_PAD, reserved);
  ::mallopt(M_TRIM_THRESHOLD, reserved);
  ::mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most it takes: what is freed is used again
  const auto end_of_heap = [] {
    return reinterpret_cast<std::uintptr_t>(::sbrk(0));
  };
  const auto before = end_of_heap();
  void* volatile more = std::malloc(std::size_t{1} << 20); // volatile, or it is optimised away
  std::free(more);
  const auto begin = (before + large_page - 1) / large_page * large_page;
  const auto end = end_of_heap();
  if (begin + at_hand <= end) {
    auto* const heap = reinterpret_cast<void*>(begin);
    ::madvise(heap, end - begin, MADV_HUGEPAGE);
    ::madvise(heap, at_hand, MADV_POPULATE_WRITE);
  }
}

void read_symbol_tables() {
  ::dl_iterate_phdr(read_symbol_table, nullptr);
}

} // namespace weir::harness
