/// \file
/// Private to the timeline: where events of each kind and source go in flat arrays.
#pragma once

#include <weir/trace/event.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace weir::viz {

/// Counts how many events of each kind every source has, so that a second pass can write each to
/// its place: every source has a stretch of the array that events of a kind go to.
class event_layout {
public:
  event_layout(std::span<const trace::event> events, std::size_t sources)
      : sources_(std::max<std::size_t>(sources, 1)), next_(kinds * sources_) {
    for (const auto& e : events) {
      const auto kind = static_cast<std::size_t>(e.kind);
      ++next_[(kind < kinds ? kind : 0) * sources_ + source_of(e)];
    }
    counts_ = next_;
    starts_ = next_;
  }

  /// At least 1: source 0 takes the events of unknown ones.
  [[nodiscard]] std::size_t sources() const noexcept { return sources_; }

  [[nodiscard]] std::size_t source_of(const trace::event& e) const noexcept {
    return e.source < sources_ ? e.source : 0;
  }

  [[nodiscard]] std::uint32_t count(trace::event_kind kind, std::size_t source) const noexcept {
    return counts_[index(kind, source)];
  }

  [[nodiscard]] std::uint32_t count(trace::event_kind kind) const noexcept {
    std::uint32_t all = 0;
    for (std::size_t source = 0; source < sources_; ++source) {
      all += count(kind, source);
    }
    return all;
  }

  /// The sources' stretches for events of `kind` begin at `from`, one after another; returns where
  /// the last one ends.
  std::uint32_t lay_out(trace::event_kind kind, std::uint32_t from) {
    for (std::size_t source = 0; source < sources_; ++source) {
      starts_[index(kind, source)] = next_[index(kind, source)] = from;
      from += count(kind, source);
    }
    return from;
  }

  /// Where the next event of this kind and source goes.
  [[nodiscard]] std::uint32_t take(const trace::event& e) noexcept {
    return next_[index(e.kind, source_of(e))]++;
  }

  [[nodiscard]] std::uint32_t start(trace::event_kind kind, std::size_t source) const noexcept {
    return starts_[index(kind, source)];
  }

  /// The stretch of a source.
  template <class T>
  [[nodiscard]] std::span<const T> part(const std::vector<T>& all, trace::event_kind kind,
                                        std::size_t source) const {
    return std::span(all).subspan(start(kind, source), count(kind, source));
  }

private:
  static constexpr std::size_t kinds = static_cast<std::size_t>(trace::event_kind::task_named) + 1;

  [[nodiscard]] std::size_t index(trace::event_kind kind, std::size_t source) const noexcept {
    return static_cast<std::size_t>(kind) * sources_ + source;
  }

  std::size_t sources_;
  std::vector<std::uint32_t> next_; ///< by kind and source, as are the others
  std::vector<std::uint32_t> counts_;
  std::vector<std::uint32_t> starts_;
};

} // namespace weir::viz
