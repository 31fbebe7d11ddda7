#include <weir/policy.hpp>

#include <array>

namespace weir {

namespace {

class mixed_policy final : public policy {
public:
  bool begin_run(std::uint64_t seed) override {
    const std::size_t turn = run_++;
    if (turn == 0)
      current_ = fifo_.get();
    else if (turn % 2 == 1)
      current_ = random_.get();
    else
      current_ = pcts_[turn / 2 % pcts_.size()].get();
    return current_->begin_run(seed);
  }

  std::size_t choose(const choice_point& point) override { return current_->choose(point); }

  void task_started(std::uint32_t task) override { current_->task_started(task); }

  void end_run(std::size_t choices) override {
    for (const auto& pct : pcts_)
      pct->end_run(choices); // each learns how long runs are
  }

private:
  std::unique_ptr<policy> fifo_ = make_fifo();
  std::unique_ptr<policy> random_ = make_random();
  std::array<std::unique_ptr<policy>, 3> pcts_{make_pct(2), make_pct(3), make_pct(4)};
  policy* current_ = nullptr;
  std::size_t run_ = 0;
};

} // namespace

std::unique_ptr<policy> make_mixed() {
  return std::make_unique<mixed_policy>();
}

} // namespace weir
