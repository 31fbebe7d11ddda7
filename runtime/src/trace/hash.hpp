#pragma once

#include "weir/trace/event.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string_view>

/// The trace's 64-bit hash: FNV-1a's xor and multiply, taken over 8-byte words in four lanes that
/// the processor works on at once, with a fold of the high half so that late bits reach the low
/// ones. Part of the file format. Not cryptographic.
namespace weir::trace {

class hasher {
public:
  using block = std::array<std::uint64_t, 4>;

  void add(const block& words) noexcept {
    for (std::size_t i = 0; i < words.size(); ++i) {
      lanes_[i] = mixed(lanes_[i], words[i]);
    }
  }

  void add(const event& happened) noexcept {
    add(block{static_cast<std::uint64_t>(happened.t_ns),
              std::uint64_t{happened.task} | std::uint64_t{happened.source} << 32 |
                  static_cast<std::uint64_t>(happened.kind) << 48 |
                  std::uint64_t{happened.detail} << 56,
              static_cast<std::uint64_t>(happened.a), static_cast<std::uint64_t>(happened.b)});
  }

  /// The text in blocks of 32 bytes, the last one filled up with zeros, then its length.
  void add(std::string_view text) noexcept {
    const block length{text.size(), 0, 0, 0};
    while (!text.empty()) {
      block words{};
      const auto taken = std::min(text.size(), sizeof words);
      std::memcpy(words.data(), text.data(), taken);
      text.remove_prefix(taken);
      add(words);
    }
    add(length);
  }

  [[nodiscard]] std::uint64_t value() const noexcept {
    std::uint64_t folded = 0;
    for (const auto lane : lanes_) {
      folded = mixed(folded, lane);
    }
    return folded;
  }

private:
  static std::uint64_t mixed(std::uint64_t state, std::uint64_t word) noexcept {
    state = (state ^ word) * 0x9E3779B97F4A7C15u;
    return state ^ (state >> 32);
  }

  block lanes_{0xCBF29CE484222325u, 0x84222325CBF29CE4u, 0x100000001B3u, 0x9E3779B97F4A7C15u};
};

} // namespace weir::trace
