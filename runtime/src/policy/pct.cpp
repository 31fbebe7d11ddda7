#include "time_draws.hpp"

#include <weir/policy.hpp>
#include <weir/random.hpp>

#include <algorithm>
#include <unordered_map>

namespace weir {

namespace {

class pct_policy final : public policy {
public:
  explicit pct_policy(std::size_t depth) : depth_(depth) {}

  bool begin_run(std::uint64_t seed) override {
    random_ = random_stream(seed, "pct");
    time_.begin_run(seed);
    priorities_.clear();
    step_ = 0;
    change_points_.clear();
    // The length of a run isn't known beforehand; the longest so far stands for it.
    for (std::size_t i = 1; i < depth_; ++i)
      change_points_.push_back(random_.below(longest_));
    std::sort(change_points_.begin(), change_points_.end());
    next_change_ = 0;
    return true;
  }

  std::size_t choose(const choice_point& point) override {
    if (point.kind() == choice_kind::time)
      return time_.choose(point.size());
    if (point.kind() == choice_kind::value)
      return random_.below(point.size());
    std::size_t best = highest(point);
    while (next_change_ < change_points_.size() && change_points_[next_change_] <= step_) {
      // Below every starting priority, and each change lower than the one before.
      ++next_change_;
      priorities_[point.task(best)] = change_points_.size() - next_change_;
      best = highest(point);
    }
    ++step_;
    return best;
  }

  void end_run(std::size_t choices) override { longest_ = std::max(longest_, choices); }

private:
  std::uint64_t priority(std::uint32_t task) {
    const auto [it, fresh] = priorities_.try_emplace(task, 0);
    if (fresh)
      it->second = depth_ + (random_() >> 8);
    return it->second;
  }

  std::size_t highest(const choice_point& point) {
    std::size_t best = 0;
    std::uint64_t best_priority = priority(point.task(0));
    for (std::size_t i = 1; i < point.size(); ++i) {
      const std::uint64_t candidate = priority(point.task(i));
      if (candidate > best_priority) {
        best = i;
        best_priority = candidate;
      }
    }
    return best;
  }

  std::size_t depth_;
  random_stream random_{0};
  time_draws time_;
  std::unordered_map<std::uint32_t, std::uint64_t> priorities_;
  std::vector<std::uint64_t> change_points_;
  std::size_t next_change_ = 0;
  std::uint64_t step_ = 0;
  std::size_t longest_ = 16;
};

} // namespace

std::unique_ptr<policy> make_pct(std::size_t depth) {
  return std::make_unique<pct_policy>(std::max<std::size_t>(depth, 1));
}

} // namespace weir
