#pragma once

#include "weir/trace/event.hpp"

#include <cstdint>
#include <string_view>

/// The trace's 64-bit hash: FNV-1a's xor and multiply, taken over whole 8-byte words, with a fold
/// of the high half so that late bits reach the low ones. The same on every machine, whatever its
/// byte order.
namespace weir::trace {

class hasher {
public:
  void word(std::uint64_t value) noexcept {
    state_ = (state_ ^ value) * 0x9E3779B97F4A7C15u;
    state_ ^= state_ >> 32;
  }

  void add(const event& happened) noexcept {
    word(static_cast<std::uint64_t>(happened.t_ns));
    word(std::uint64_t{happened.task} | std::uint64_t{happened.source} << 32 |
         static_cast<std::uint64_t>(happened.kind) << 48 | std::uint64_t{happened.detail} << 56);
    word(static_cast<std::uint64_t>(happened.a));
    word(static_cast<std::uint64_t>(happened.b));
  }

  void add(std::string_view text) noexcept {
    word(text.size());
    std::uint64_t gathered = 0;
    unsigned filled = 0;
    for (const char c : text) {
      gathered |= std::uint64_t{static_cast<unsigned char>(c)} << (8 * filled);
      if (++filled == 8) {
        word(gathered);
        gathered = 0;
        filled = 0;
      }
    }
    if (filled != 0) {
      word(gathered);
    }
  }

  [[nodiscard]] std::uint64_t value() const noexcept { return state_; }

private:
  std::uint64_t state_ = 0xCBF29CE484222325u;
};

} // namespace weir::trace
