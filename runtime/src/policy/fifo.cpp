#include <weir/policy.hpp>

namespace weir {

namespace {

class fifo_policy final : public policy {
public:
  bool begin_run(std::uint64_t) override { return true; }

  std::size_t choose(const choice_point&) override { return 0; }
};

} // namespace

std::unique_ptr<policy> make_fifo() {
  return std::make_unique<fifo_policy>();
}

} // namespace weir
