#include <weir/shrink.hpp>

#include <algorithm>
#include <utility>

namespace weir {

namespace {

using schedule = std::vector<std::uint32_t>;

class shrinking {
public:
  shrinking(schedule best, std::size_t budget,
            const std::function<std::optional<schedule>(const schedule&)>& still_fails)
      : best_(std::move(best)), budget_(budget), still_fails_(still_fails) {
    trim();
  }

  shrunk operator()() {
    cut_to_prefix();
    clear_groups();
    lower_values();
    return {std::move(best_), runs_};
  }

private:
  [[nodiscard]] bool spent() const { return runs_ >= budget_; }

  bool accept(const schedule& candidate) {
    if (spent())
      return false;
    ++runs_;
    auto made = still_fails_(candidate);
    if (!made)
      return false;
    // Choices the run no longer made, or made beyond the candidate (all zero), say nothing.
    made->resize(std::min(made->size(), candidate.size()));
    best_ = std::move(*made);
    trim();
    return true;
  }

  void trim() {
    while (!best_.empty() && best_.back() == 0)
      best_.pop_back();
  }

  [[nodiscard]] std::vector<std::size_t> departures() const {
    std::vector<std::size_t> at;
    for (std::size_t i = 0; i < best_.size(); ++i)
      if (best_[i] != 0)
        at.push_back(i);
    return at;
  }

  void cut_to_prefix() {
    std::size_t low = 0;
    while (low < best_.size() && !spent()) {
      const std::size_t middle = low + (best_.size() - low) / 2;
      const schedule candidate(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(middle));
      if (!accept(candidate))
        low = middle + 1;
    }
  }

  void clear_groups() {
    for (std::size_t group = std::max<std::size_t>(departures().size() / 2, 1); !spent();) {
      bool progress = false;
      const auto at = departures();
      for (std::size_t begin = 0; begin < at.size() && !spent(); begin += group) {
        schedule candidate = best_;
        bool changes = false;
        for (std::size_t i = begin; i < std::min(begin + group, at.size()); ++i)
          if (at[i] < candidate.size() && candidate[at[i]] != 0) {
            candidate[at[i]] = 0;
            changes = true;
          }
        if (changes && accept(candidate))
          progress = true;
      }
      if (progress)
        continue;
      if (group == 1)
        return;
      group = std::max<std::size_t>(group / 2, 1);
    }
  }

  /// The small ones first; of the large ones only the half, as often as it helps.
  void lower_values() {
    for (const std::size_t at : departures())
      while (at < best_.size() && lower(at)) {
      }
  }

  /// Whether it can be lowered further.
  bool lower(std::size_t at) {
    const std::uint32_t was = best_[at];
    for (const std::uint32_t value : {1U, 2U, 3U, was / 2}) {
      if (value >= was)
        return false;
      schedule candidate = best_;
      candidate[at] = value;
      if (accept(candidate))
        return value > 3;
    }
    return false;
  }

  schedule best_;
  std::size_t budget_;
  std::size_t runs_ = 0;
  const std::function<std::optional<schedule>(const schedule&)>& still_fails_;
};

} // namespace

shrunk shrink(schedule choices, std::size_t budget,
              const std::function<std::optional<schedule>(const schedule&)>& still_fails) {
  return shrinking(std::move(choices), budget, still_fails)();
}

} // namespace weir
