#include "time_draws.hpp"

#include <weir/policy.hpp>
#include <weir/random.hpp>

namespace weir {

namespace {

class random_policy final : public policy {
public:
  bool begin_run(std::uint64_t seed) override {
    random_ = random_stream(seed, "schedule");
    time_.begin_run(seed);
    return true;
  }

  std::size_t choose(const choice_point& point) override {
    if (point.kind() == choice_kind::time)
      return time_.choose(point.size());
    return random_.below(point.size());
  }

private:
  random_stream random_{0};
  time_draws time_;
};

} // namespace

std::unique_ptr<policy> make_random() {
  return std::make_unique<random_policy>();
}

} // namespace weir
