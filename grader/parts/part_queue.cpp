#include "parts/part_queue.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::grader::parts {

namespace {

std::string written(const start_build& what) {
  return fmt::format("start_build({}, {})", target_of(what.which),
                     what.how == urgency::now ? "now" : "background");
}

std::string written(const stop_build& /*what*/) {
  return "stop_build";
}

std::string written(const settle& what) {
  return fmt::format("settle({}{}{})", target_of(what.which), what.problem.empty() ? "" : ", ",
                     what.problem);
}

} // namespace

std::string to_string(const queue_action& what) {
  return std::visit([](const auto& each) { return written(each); }, what);
}

std::ostream& operator<<(std::ostream& out, const queue_action& what) {
  return out << to_string(what);
}

queue_actions part_queue::begin() {
  go_on();
  return std::exchange(out_, {});
}

queue_actions part_queue::on(const queue_event& happened) {
  std::visit([this](const auto& each) { handle(each); }, happened);
  return std::exchange(out_, {});
}

void part_queue::handle(const asked& e) {
  if (!is_asked(e.which)) {
    asked_.push_back(e.which);
  }
  if (running_ && running_->which != e.which) {
    stop_background();
  }
  go_on();
}

void part_queue::handle(const outsider_waits& /*e*/) {
  outsider_ = true;
  stop_background();
}

void part_queue::handle(const outsider_gone& /*e*/) {
  outsider_ = false;
  go_on();
}

void part_queue::handle(const build_ended& e) {
  const bool in_background = !is_asked(e.which);
  running_.reset();
  stopping_ = false;
  std::erase(asked_, e.which);
  if (e.problem.empty()) {
    std::erase(wanted_, e.which);
    problem_.clear();
  } else if (in_background) {
    problem_ = e.problem;
  }
  out_.emplace_back(settle{e.which, e.problem});
  go_on();
}

void part_queue::handle(const build_stopped& /*e*/) {
  running_.reset();
  stopping_ = false;
  go_on();
}

void part_queue::go_on() {
  if (running_) {
    return;
  }
  if (!asked_.empty()) {
    running_ = start_build{asked_.front(), urgency::now};
  } else if (!wanted_.empty() && !outsider_ && problem_.empty()) {
    running_ = start_build{wanted_.front(), urgency::background};
  } else {
    return;
  }
  out_.emplace_back(*running_);
}

void part_queue::stop_background() {
  if (running_ && running_->how == urgency::background && !is_asked(running_->which) &&
      !std::exchange(stopping_, true)) {
    out_.emplace_back(stop_build{});
  }
}

bool part_queue::is_asked(const part& which) const {
  return std::ranges::find(asked_, which) != asked_.end();
}

} // namespace weir::grader::parts
