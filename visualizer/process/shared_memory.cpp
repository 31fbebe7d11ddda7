#include "process/shared_memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>

#include <cerrno>
#include <system_error>

namespace weir::viz {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::system_category(), what);
}

} // namespace

shared_memory::shared_memory(std::size_t size)
    : descriptor_(::memfd_create("weir-runs", MFD_CLOEXEC | MFD_ALLOW_SEALING)) {
  if (!descriptor_ || ::ftruncate(descriptor_.get(), static_cast<off_t>(size)) != 0 ||
      ::fcntl(descriptor_.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    fail("could not make memory to share with a scene runner");
  }
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, descriptor_.get(), 0);
  if (at == MAP_FAILED) {
    fail("could not map the memory shared with a scene runner");
  }
  bytes_ = {static_cast<const std::byte*>(at), size};
}

shared_memory::~shared_memory() {
  ::munmap(const_cast<std::byte*>(bytes_.data()), bytes_.size());
}

} // namespace weir::viz
