#include "session/workbench.hpp"

#include "model/flow.hpp"
#include "model/ticks.hpp"
#include "session/knob_steps.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

workbench::workbench(std::unique_ptr<simulation> source, std::function<void()> wake)
    : inbox_(std::move(wake)), source_(std::move(source)) {
  source_->listen([this](simulation_update update) { inbox_.put(std::move(update)); });
}

workbench::workbench(std::shared_ptr<const trace::recording> recorded, std::string file_name)
    : inbox_({}), file_name_(std::move(file_name)) {
  show_recorded(std::move(recorded));
}

void workbench::show_recorded(std::shared_ptr<const trace::recording> recorded) {
  const bool first = !shown_;
  scene_.seed = recorded->header.seed;
  show(std::make_shared<run>(std::move(recorded)));
  quiet_from_ = shown_->quiet_from();
  if (first) {
    view.fit();
    if (!shown_->has_charts()) {
      screen.tab = shown_->line().tasks().all().empty() ? viz::tab::events : viz::tab::lanes;
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
  const auto chosen = std::ranges::find(all, screen.breaker, &breaker_sources::name);
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
  if (!scene_.info.title.empty()) {
    return scene_.info.title;
  }
  if (shown_ && !shown_->recording().header.scenario.empty()) {
    return shown_->recording().header.scenario;
  }
  return live() ? "Waiting for the scene" : file_name_.substr(file_name_.rfind('/') + 1);
}

std::string workbench::caption() const {
  if (!scene_.info.caption.empty()) {
    return scene_.info.caption;
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
  screen.clear_selection();
  time_range whole = shown_->line().range();
  whole.to_ns = std::max<nanos>(whole.to_ns, whole.from_ns + 1);
  view.set_whole(whole);
  if (first) {
    view = viz::axis{whole};
    clock.go_to(telling_moment(shown_->line()), shown_->trace());
    if (shown_->line().tree().scopes() != 0 && screen.tab == viz::tab::charts) {
      open_tree(); // such a scene is about its tasks
    }
  } else {
    clock.replace(shown_->trace());
  }
}

// --- knobs ----------------------------------------------------------------------------------

void workbench::begin_change() {
  change_begun_ = true;
}

void workbench::drag_knob(std::size_t index, double value) {
  if (index < scene_.knobs.size()) {
    set_knob(index, quantized(scene_.knobs[index].info, value));
  }
}

void workbench::set_knob(std::size_t index, double value) {
  if (!live() || index >= scene_.knobs.size()) {
    return;
  }
  const double next = within_range(scene_.knobs[index].info, value);
  if (next == scene_.knobs[index].value) {
    return;
  }
  scene_.knobs[index].value = next;
  ask_main();
  ask_other();
}

void workbench::reset_knobs() {
  begin_change();
  for (knob_value& each : scene_.knobs) {
    each.value = each.info.value;
  }
  ask_main();
  ask_other();
}

void workbench::set_seed(std::uint64_t seed) {
  if (!live() || seed == scene_.seed) {
    return;
  }
  begin_change();
  scene_.seed = seed;
  ask_main();
  ask_other();
}

void workbench::show_code(submission which) {
  if (which != scene_.code) {
    begin_change();
    scene_.code = which;
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

void workbench::ask_main() {
  if (!source_ || session_over_ || scene_.info.id.empty()) {
    return;
  }
  if (std::exchange(change_begun_, false)) {
    ghost_ = shown_;
  }
  run_request asked = scene_.request(slot::main, scene_.code);
  asked.ticket = asked_ = next_ticket_++;
  source_->request(asked);
}

void workbench::ask_other() {
  failure_.clear();
  other_failure_.clear();
  other_awaited_ =
      source_ && !session_over_ && against_ != rival::none && against_ != rival::previous;
  if (other_awaited_) {
    source_->request(scene_.request(slot::other, code_of(against_)));
  }
}

std::string workbench::command_line() const {
  const auto& header = shown_ ? shown_->recording().header : trace::header{};
  if (!live()) {
    return header.token.empty() ? "weir viz --replay " + file_name_
                                : "weir viz --replay " + header.token;
  }
  std::string line = "weir viz " + scene_.info.id;
  if (scene_.code == submission::starter) {
    line += " --starter";
  } else if (scene_.code == submission::solution) {
    line += " --solution";
  }
  line += " --seed " + std::to_string(scene_.seed);
  for (const knob_value& each : scene_.knobs) {
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
  for (const submission each : scene_.codes) {
    if (each != scene_.code) {
      found.push_back(rival_of(each));
    }
  }
  return found;
}

void workbench::start_sweep(std::optional<std::size_t> count) {
  if (!source_ || screen.sweep_knob >= scene_.knobs.size()) {
    return;
  }
  stop_sweep();
  const knob_info& knob = scene_.knobs[screen.sweep_knob].info;
  const auto requests =
      sweep_.begin(knob, screen.sweep_knob, scene_.request(slot::sweep, scene_.code),
                   count.value_or(sweep_count(knob)), next_ticket_);
  next_ticket_ += requests.size();
  for (const run_request& each : requests) {
    source_->request(each);
  }
}

bool workbench::sweep_is_old() const {
  return sweep_.is_older_than(scene_.request(slot::sweep, scene_.code));
}

void workbench::choose_swept(double value) {
  const auto named = std::ranges::find_if(scene_.knobs, [&](const knob_value& each) {
    return sweep_.knob() != nullptr && each.info.name == sweep_.knob()->name;
  });
  if (named != scene_.knobs.end() && named->value != value) {
    begin_change();
    set_knob(static_cast<std::size_t>(named - scene_.knobs.begin()), value);
  }
}

void workbench::stop_sweep() {
  if (sweep_.running()) {
    source_->cancel_sweep();
    sweep_.stop();
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

void workbench::select_node(std::uint32_t node, move_cursor how) {
  const auto& tree = shown_->line().tree();
  if (how == move_cursor::to_begin) {
    select_event(tree.nodes()[node].begin_event);
  }
  screen.selected_node = tree.key_of(node);
  screen.scroll_to_node = true;
}

void workbench::fold_node(std::uint32_t node) {
  const auto& tree = shown_->line().tree();
  if (tree.nodes()[node].next == node + 1) {
    return;
  }
  const auto key = tree.key_of(node);
  if (screen.folded.erase(key) == 0) {
    screen.folded.insert(key);
  }
}

void workbench::select_event(std::size_t index) {
  if (shown_) {
    screen.selected_event = index;
    clock.go_to_event(shown_->trace(), index);
    view.follow(clock.at().t_ns);
  }
}

} // namespace weir::viz
