#include <weir/policy.hpp>
#include <weir/random.hpp>

namespace weir {

namespace {

class random_policy final : public policy {
public:
  bool begin_run(std::uint64_t seed) override {
    random_ = random_stream(seed, "schedule");
    return true;
  }

  std::size_t choose(const choice_point& point) override { return random_.below(point.size()); }

private:
  random_stream random_{0};
};

} // namespace

std::unique_ptr<policy> make_random() {
  return std::make_unique<random_policy>();
}

} // namespace weir
