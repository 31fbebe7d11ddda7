#include "shared_halves.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <stdexcept>

namespace weir::harness {

shared_halves::shared_halves(int descriptor) {
  struct stat seen{};
  if (::fstat(descriptor, &seen) != 0 || seen.st_size < 2) {
    throw std::runtime_error("--memory-fd names no memory");
  }
  const auto size = static_cast<std::size_t>(seen.st_size);
  void* const at = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (at == MAP_FAILED) {
    throw std::runtime_error("the memory of --memory-fd can't be mapped");
  }
  all_ = {static_cast<std::byte*>(at), size};
  ::close(descriptor);
}

} // namespace weir::harness
