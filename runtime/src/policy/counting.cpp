#include <weir/policy.hpp>

#include <algorithm>

namespace weir {

namespace {

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

  std::size_t choose(const choice_point& point) override {
    const std::size_t chosen = inner_->choose(point);
    ++metrics_->choices;
    if (chosen != 0)
      ++metrics_->deviations;
    metrics_->widest = std::max(metrics_->widest, point.size());
    return chosen;
  }

  void task_started(std::uint32_t task) override { inner_->task_started(task); }

  void end_run(std::size_t choices) override { inner_->end_run(choices); }

private:
  std::unique_ptr<policy> inner_;
  policy_metrics* metrics_;
};

} // namespace

std::unique_ptr<policy> make_counting(std::unique_ptr<policy> inner, policy_metrics& metrics) {
  return std::make_unique<counting_policy>(std::move(inner), metrics);
}

} // namespace weir
