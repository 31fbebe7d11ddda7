#include "session/workbench.hpp"

#include "model/flow.hpp"
#include "model/ticks.hpp"
#include "session/knob_steps.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

submission code_of(rival which) {
  switch (which) {
  case rival::naive:
    return submission::starter;
  case rival::mended:
    return submission::solution;
  case rival::file:
    return submission::other;
  default:
    return submission::mine;
  }
}

} // namespace

rival rival_of(submission which) {
  switch (which) {
  case submission::starter:
    return rival::naive;
  case submission::solution:
    return rival::mended;
  case submission::other:
    return rival::file;
  case submission::mine:
    break;
  }
  return rival::yours;
}

std::string_view name_of(submission which) {
  switch (which) {
  case submission::starter:
    return "naive";
  case submission::solution:
    return "mended";
  case submission::other:
    return "the other file";
  case submission::mine:
    break;
  }
  return "your code";
}

std::string_view name_of(rival which) {
  switch (which) {
  case rival::none:
    return "nothing";
  case rival::previous:
    return "the previous run";
  default:
    return name_of(code_of(which));
  }
}

workbench::workbench(std::unique_ptr<simulation> source) : source_(std::move(source)) {
  source_->prepare_by([](const run_finished& made, const std::vector<knob_info>& knobs) {
    return std::static_pointer_cast<void>(std::make_shared<run>(made, knobs));
  });
}

workbench::workbench(std::shared_ptr<const trace::recording> recorded, std::string file_name)
    : file_name_(std::move(file_name)) {
  show_recorded(std::move(recorded));
}

void workbench::show_recorded(std::shared_ptr<const trace::recording> recorded) {
  const bool first = !shown_;
  seed_ = recorded->header.seed;
  show(std::make_shared<run>(std::move(recorded)));
  quiet_from_ = shown_->quiet_from();
  if (first) {
    view.fit();
    if (!shown_->has_charts()) {
      tab = shown_->line().tasks().all().empty() ? viz::tab::events : viz::tab::lanes;
    }
  }
}

run* workbench::other() const noexcept {
  switch (against_) {
  case rival::none:
    return nullptr;
  case rival::previous:
    return ghost_.get();
  default:
    return other_.get();
  }
}

const breaker_sources* workbench::breaker() const {
  if (!shown_ || shown_->line().breakers().empty()) {
    return nullptr;
  }
  const auto all = shown_->line().breakers();
  const auto chosen = std::ranges::find(all, breaker_, &breaker_sources::name);
  return chosen == all.end() ? &all.front() : &*chosen;
}

std::span<const transition> workbench::transitions() const {
  if (!shown_) {
    return {};
  }
  const breaker_sources* chosen = breaker();
  if (chosen == nullptr) {
    return shown_->line().key_transitions();
  }
  const auto all = shown_->line().states()[static_cast<std::size_t>(chosen->state)].transitions;
  const bool begins = !all.empty() && all.front().from < 0; // which is no change
  return all.subspan(begins ? 1 : 0);
}

const std::vector<scene_entry>& workbench::scenes() const {
  static const std::vector<scene_entry> none;
  return source_ ? source_->scenes() : none;
}

std::string workbench::title() const {
  if (!scene_.title.empty()) {
    return scene_.title;
  }
  if (shown_ && !shown_->recording().header.scenario.empty()) {
    return shown_->recording().header.scenario;
  }
  return live() ? "Waiting for the scene" : file_name_.substr(file_name_.rfind('/') + 1);
}

std::string workbench::caption() const {
  if (!scene_.caption.empty()) {
    return scene_.caption;
  }
  if (live() || !shown_) {
    return {};
  }
  const trace::recording& recorded = shown_->recording();
  if (!recorded.remark.empty()) {
    return recorded.remark;
  }
  if (!shown_->line().promises_broken().empty()) {
    std::string text = "A recorded run that broke a promise. Step back from the moment of failure "
                       "with the comma key to see what led there.";
    if (quiet_from_) { // a test that waits in vain: what matters is a sliver at the left
      text += " Nothing happens after " + format_time(*quiet_from_) +
              "; step to before that and press W to look closer.";
    }
    return text;
  }
  return "A recorded run. Press Space to watch it, or drag along the charts.";
}

void workbench::show(std::shared_ptr<run> next) {
  const bool first = !shown_;
  shown_ = std::move(next);
  selected_event.reset();
  selected_span.reset();
  time_range whole = shown_->line().range();
  whole.to_ns = std::max<nanos>(whole.to_ns, whole.from_ns + 1);
  view.set_whole(whole);
  if (first) {
    view = viz::axis{whole};
    clock.go_to(telling_moment(shown_->line()), shown_->trace());
  } else {
    clock.replace(shown_->trace());
  }
}

// --- knobs ----------------------------------------------------------------------------------

void workbench::begin_change() {
  change_begun_ = true;
}

void workbench::drag_knob(std::size_t index, double value) {
  if (index < knobs_.size()) {
    set_knob(index, quantized(knobs_[index].info, value));
  }
}

void workbench::set_knob(std::size_t index, double value) {
  if (!live() || index >= knobs_.size()) {
    return;
  }
  const double next = within_range(knobs_[index].info, value);
  if (next == knobs_[index].value) {
    return;
  }
  knobs_[index].value = next;
  ask_main();
  ask_other();
}

void workbench::reset_knobs() {
  begin_change();
  for (knob_value& each : knobs_) {
    each.value = each.info.value;
  }
  ask_main();
  ask_other();
}

void workbench::set_seed(std::uint64_t seed) {
  if (!live() || seed == seed_) {
    return;
  }
  begin_change();
  seed_ = seed;
  ask_main();
  ask_other();
}

void workbench::show_code(submission which) {
  if (which != code_) {
    begin_change();
    code_ = which;
    ask_main();
  }
}

void workbench::open_scene(const std::string& id, submission which) {
  if (source_) {
    stop_sweep();
    source_->open(id, which);
  }
}

void workbench::rerun() {
  begin_change();
  ask_main();
  ask_other();
}

run_request workbench::request_for(slot where, submission which) const {
  run_request asked;
  asked.where = where;
  asked.code = which;
  asked.seed = seed_;
  for (const knob_value& each : knobs_) {
    asked.knobs.emplace_back(each.info.name, each.value);
  }
  return asked;
}

void workbench::ask_main() {
  if (!source_ || session_over_ || scene_.id.empty()) {
    return;
  }
  if (std::exchange(change_begun_, false)) {
    ghost_ = shown_;
  }
  run_request asked = request_for(slot::main, code_);
  asked.ticket = asked_ = next_ticket_++;
  source_->request(asked);
}

void workbench::ask_other() {
  failure_.clear();
  other_failure_.clear();
  other_awaited_ =
      source_ && !session_over_ && against_ != rival::none && against_ != rival::previous;
  if (other_awaited_) {
    source_->request(request_for(slot::other, code_of(against_)));
  }
}

std::string workbench::command_line() const {
  const auto& header = shown_ ? shown_->recording().header : trace::header{};
  if (!live()) {
    return header.token.empty() ? "weir viz --replay " + file_name_
                                : "weir viz --replay " + header.token;
  }
  std::string line = "weir viz " + scene_.id;
  if (code_ == submission::starter) {
    line += " --naive";
  } else if (code_ == submission::solution) {
    line += " --solution";
  }
  line += " --seed " + std::to_string(seed_);
  for (const knob_value& each : knobs_) {
    if (each.value != each.info.value) {
      line += " --set " + each.info.name + "=" + format_knob(each.info, each.value);
    }
  }
  return line;
}

// --- compare and sweep ----------------------------------------------------------------------

void workbench::compare_with(rival which) {
  against_ = which;
  other_.reset();
  ask_other();
}

std::vector<rival> workbench::rivals() const {
  std::vector<rival> found;
  if (ghost_) {
    found.push_back(rival::previous);
  }
  for (const submission each : codes_) {
    if (each != code_) {
      found.push_back(rival_of(each));
    }
  }
  return found;
}

void workbench::start_sweep(std::optional<std::size_t> count) {
  if (!source_ || sweep_knob >= knobs_.size()) {
    return;
  }
  stop_sweep();
  swept_ = knobs_[sweep_knob].info;
  swept_with_ = request_for(slot::sweep, code_);
  sweep_points_.clear();
  sweep_failures_.clear();
  sweep_.reset();
  sweep_values_ = sweep_values(*swept_, count.value_or(sweep_count(*swept_)));
  sweep_first_ticket_ = next_ticket_;
  next_ticket_ += sweep_values_.size();
  sweep_missing_ = sweep_values_.size();
  for (std::size_t i = 0; i < sweep_values_.size(); ++i) {
    run_request asked = request_for(slot::sweep, code_);
    asked.knobs[sweep_knob].second = sweep_values_[i];
    asked.ticket = sweep_first_ticket_ + i;
    source_->request(asked);
  }
}

bool workbench::sweep_is_old() const {
  if (!swept_ || sweep_done() == 0) {
    return false;
  }
  const run_request now = request_for(slot::sweep, code_);
  return now.code != swept_with_.code || now.seed != swept_with_.seed ||
         !std::ranges::equal(now.knobs, swept_with_.knobs, [&](const auto& a, const auto& b) {
           return a.first == b.first && (a.first == swept_->name || a.second == b.second);
         });
}

void workbench::choose_swept(double value) {
  const auto named = std::ranges::find_if(
      knobs_, [&](const knob_value& each) { return swept_ && each.info.name == swept_->name; });
  if (named != knobs_.end() && named->value != value) {
    begin_change();
    set_knob(static_cast<std::size_t>(named - knobs_.begin()), value);
  }
}

void workbench::stop_sweep() {
  if (sweeping()) {
    source_->cancel_sweep();
    sweep_missing_ = 0;
  }
}

bool workbench::advance(nanos real_ns) {
  if (!shown_ || !clock.playing()) {
    return false;
  }
  const bool moved = clock.advance(shown_->trace(), real_ns);
  if (moved) {
    view.follow(clock.at().t_ns);
  }
  return moved;
}

std::optional<std::string> workbench::take_copied() {
  return std::exchange(copied_, {});
}

void workbench::select_event(std::size_t index) {
  if (shown_) {
    selected_event = index;
    clock.go_to_event(shown_->trace(), index);
    view.follow(clock.at().t_ns);
  }
}

} // namespace weir::viz
