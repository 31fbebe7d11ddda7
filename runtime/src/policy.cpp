#include <weir/policy.hpp>
#include <weir/random.hpp>

#include <array>
#include <stdexcept>
#include <unordered_map>

namespace weir {

namespace {

class fifo_policy final : public policy {
public:
  bool begin_run(std::uint64_t) override { return true; }

  std::size_t choose(const ready_view&) override { return 0; }
};

class random_policy final : public policy {
public:
  bool begin_run(std::uint64_t seed) override {
    random_ = random_stream(seed, "schedule");
    return true;
  }

  std::size_t choose(const ready_view& ready) override { return random_.below(ready.size()); }

private:
  random_stream random_{0};
};

class pct_policy final : public policy {
public:
  explicit pct_policy(std::size_t depth) : depth_(depth) {}

  bool begin_run(std::uint64_t seed) override {
    random_ = random_stream(seed, "pct");
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

  std::size_t choose(const ready_view& ready) override {
    if (!ready.is_schedule())
      return random_.below(ready.size());
    std::size_t best = highest(ready);
    while (next_change_ < change_points_.size() && change_points_[next_change_] <= step_) {
      // Below every starting priority, and each change lower than the one before.
      ++next_change_;
      priorities_[ready.task(best)] = change_points_.size() - next_change_;
      best = highest(ready);
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

  std::size_t highest(const ready_view& ready) {
    std::size_t best = 0;
    std::uint64_t best_priority = priority(ready.task(0));
    for (std::size_t i = 1; i < ready.size(); ++i) {
      const std::uint64_t candidate = priority(ready.task(i));
      if (candidate > best_priority) {
        best = i;
        best_priority = candidate;
      }
    }
    return best;
  }

  std::size_t depth_;
  random_stream random_{0};
  std::unordered_map<std::uint32_t, std::uint64_t> priorities_;
  std::vector<std::uint64_t> change_points_;
  std::size_t next_change_ = 0;
  std::uint64_t step_ = 0;
  std::size_t longest_ = 16;
};

class depth_first_policy final : public policy {
public:
  explicit depth_first_policy(std::size_t deviations) : bound_(deviations) {}

  bool begin_run(std::uint64_t) override {
    if (started_ && !backtrack())
      return false;
    started_ = true;
    position_ = 0;
    spent_ = 0;
    return true;
  }

  std::size_t choose(const ready_view& ready) override {
    if (position_ == path_.size())
      path_.push_back({0, ready.size()});
    const std::size_t chosen = path_[position_++].chosen;
    if (chosen != 0)
      ++spent_;
    return chosen;
  }

  void end_run(std::size_t) override { path_.resize(position_); }

private:
  struct point {
    std::size_t chosen;
    std::size_t width;
  };

  /// The next path in depth-first order; false when there is none within the bound.
  bool backtrack() {
    std::size_t spent = spent_;
    while (!path_.empty()) {
      point& last = path_.back();
      const std::size_t before = spent - (last.chosen != 0 ? 1 : 0);
      if (last.chosen + 1 < last.width && before < bound_) {
        ++last.chosen;
        return true;
      }
      spent = before;
      path_.pop_back();
    }
    return false;
  }

  std::size_t bound_;
  std::vector<point> path_;
  std::size_t position_ = 0;
  std::size_t spent_ = 0;
  bool started_ = false;
};

class mixed_policy final : public policy {
public:
  bool begin_run(std::uint64_t seed) override {
    const std::size_t turn = run_++;
    if (turn == 0)
      current_ = &fifo_;
    else if (turn % 2 == 1)
      current_ = &random_;
    else
      current_ = pcts_[turn / 2 % pcts_.size()];
    return current_->begin_run(seed);
  }

  std::size_t choose(const ready_view& ready) override { return current_->choose(ready); }

  void task_started(std::uint32_t task) override { current_->task_started(task); }

  void end_run(std::size_t choices) override {
    for (policy* pct : pcts_)
      pct->end_run(choices); // each learns how long runs are
  }

private:
  fifo_policy fifo_;
  random_policy random_;
  pct_policy pct2_{2}, pct3_{3}, pct4_{4};
  std::array<policy*, 3> pcts_{&pct2_, &pct3_, &pct4_};
  policy* current_ = &fifo_;
  std::size_t run_ = 0;
};

class replay_policy final : public policy {
public:
  explicit replay_policy(std::vector<std::uint32_t> choices) : choices_(std::move(choices)) {}

  bool begin_run(std::uint64_t) override {
    position_ = 0;
    return true;
  }

  std::size_t choose(const ready_view&) override {
    return position_ < choices_.size() ? choices_[position_++] : 0;
  }

private:
  std::vector<std::uint32_t> choices_;
  std::size_t position_ = 0;
};

class counting_policy final : public policy {
public:
  counting_policy(std::unique_ptr<policy> inner, policy_metrics& metrics)
      : inner_(std::move(inner)), metrics_(&metrics) {}

  bool begin_run(std::uint64_t seed) override {
    if (!inner_->begin_run(seed))
      return false;
    ++metrics_->runs;
    return true;
  }

  std::size_t choose(const ready_view& ready) override {
    const std::size_t chosen = inner_->choose(ready);
    ++metrics_->choices;
    if (chosen != 0)
      ++metrics_->deviations;
    metrics_->widest = std::max(metrics_->widest, ready.size());
    return chosen;
  }

  void task_started(std::uint32_t task) override { inner_->task_started(task); }

  void end_run(std::size_t choices) override { inner_->end_run(choices); }

private:
  std::unique_ptr<policy> inner_;
  policy_metrics* metrics_;
};

struct named_policy {
  policy_kind kind;
  std::string_view name;
};

constexpr std::array names{
    named_policy{policy_kind::mixed, "mixed"},     named_policy{policy_kind::fifo, "fifo"},
    named_policy{policy_kind::random, "random"},   named_policy{policy_kind::pct, "pct"},
    named_policy{policy_kind::depth_first, "dfs"},
};

} // namespace

std::unique_ptr<policy> make_fifo() {
  return std::make_unique<fifo_policy>();
}

std::unique_ptr<policy> make_random() {
  return std::make_unique<random_policy>();
}

std::unique_ptr<policy> make_pct(std::size_t depth) {
  return std::make_unique<pct_policy>(std::max<std::size_t>(depth, 1));
}

std::unique_ptr<policy> make_depth_first(std::size_t deviations) {
  return std::make_unique<depth_first_policy>(deviations);
}

std::unique_ptr<policy> make_mixed() {
  return std::make_unique<mixed_policy>();
}

std::unique_ptr<policy> make_replay(std::vector<std::uint32_t> choices) {
  return std::make_unique<replay_policy>(std::move(choices));
}

std::unique_ptr<policy> make_counting(std::unique_ptr<policy> inner, policy_metrics& metrics) {
  return std::make_unique<counting_policy>(std::move(inner), metrics);
}

std::string_view to_string(policy_kind kind) noexcept {
  for (const auto& known : names)
    if (known.kind == kind)
      return known.name;
  return "unknown";
}

policy_kind parse_policy(std::string_view name) {
  std::string all;
  for (const auto& known : names) {
    if (known.name == name)
      return known.kind;
    all += (all.empty() ? "" : ", ") + std::string(known.name);
  }
  throw std::invalid_argument("unknown policy '" + std::string(name) + "': expected one of " + all);
}

std::unique_ptr<policy> make_policy(policy_kind kind) {
  switch (kind) {
  case policy_kind::fifo:
    return make_fifo();
  case policy_kind::random:
    return make_random();
  case policy_kind::pct:
    return make_pct(3);
  case policy_kind::depth_first:
    return make_depth_first();
  case policy_kind::mixed:
    break;
  }
  return make_mixed();
}

} // namespace weir
