#include <weir/policy.hpp>

namespace weir {

namespace {

class replay_policy final : public policy {
public:
  explicit replay_policy(std::vector<std::uint32_t> choices) : choices_(std::move(choices)) {}

  bool begin_run(std::uint64_t) override {
    position_ = 0;
    return true;
  }

  std::size_t choose(const choice_point&) override {
    return position_ < choices_.size() ? choices_[position_++] : 0;
  }

private:
  std::vector<std::uint32_t> choices_;
  std::size_t position_ = 0;
};

} // namespace

std::unique_ptr<policy> make_replay(std::vector<std::uint32_t> choices) {
  return std::make_unique<replay_policy>(std::move(choices));
}

} // namespace weir
