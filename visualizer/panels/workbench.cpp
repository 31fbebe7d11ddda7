#include "panels/workbench.hpp"

#include <algorithm>
#include <cmath>

namespace weir::viz {

namespace {

/// To the nearest step from the range's beginning; whole where the knob is whole.
double quantized(const knob_info& knob, double value) {
  value = std::clamp(value, knob.min, knob.max);
  if (knob.step > 0 && value > knob.min && value < knob.max) {
    value = knob.min + std::round((value - knob.min) / knob.step) * knob.step;
  }
  if (knob.kind != knob_kind::real) {
    value = std::round(value);
  }
  return std::clamp(value, knob.min, knob.max);
}

code code_of(rival which) {
  switch (which) {
  case rival::naive:
    return code::naive;
  case rival::mended:
    return code::mended;
  case rival::file:
    return code::file;
  default:
    return code::yours;
  }
}

/// Prepared on the simulation's thread as a rule, made here otherwise.
std::shared_ptr<run> run_of(const run_finished& what, const std::vector<knob_info>& knobs) {
  return what.prepared ? std::static_pointer_cast<run>(what.prepared)
                       : std::make_shared<run>(what, knobs);
}

rival rival_of(code which) {
  switch (which) {
  case code::naive:
    return rival::naive;
  case code::mended:
    return rival::mended;
  case code::file:
    return rival::file;
  case code::yours:
    break;
  }
  return rival::yours;
}

} // namespace

std::string_view name_of(code which) {
  switch (which) {
  case code::naive:
    return "naive";
  case code::mended:
    return "mended";
  case code::file:
    return "the other file";
  case code::yours:
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
  seed_ = recorded->header.seed;
  show(std::make_shared<run>(std::move(recorded)));
  view.fit();
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
    return "A recorded run that broke a promise. Step back from the moment of failure with the "
           "comma "
           "key to see what led there.";
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
    clock.to_end(shown_->trace());
  } else {
    clock.replace(shown_->trace());
  }
}

// --- knobs ----------------------------------------------------------------------------------

void workbench::begin_change() {
  change_begun_ = true;
}

void workbench::set_knob(std::size_t index, double value) {
  if (!live() || index >= knobs_.size()) {
    return;
  }
  const double next = quantized(knobs_[index].info, value);
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

void workbench::show_code(viz::code which) {
  if (which != code_) {
    begin_change();
    code_ = which;
    ask_main();
  }
}

void workbench::open_scene(const std::string& id, viz::code which) {
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

run_request workbench::request_for(slot where, viz::code which) const {
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
  if (!source_ || session_over_) {
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
  if (source_ && !session_over_ && against_ != rival::none && against_ != rival::previous) {
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
  if (code_ == code::naive) {
    line += " --naive";
  } else if (code_ == code::mended) {
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
  for (const viz::code each : codes_) {
    if (each != code_) {
      found.push_back(rival_of(each));
    }
  }
  return found;
}

void workbench::start_sweep(std::size_t count) {
  if (!source_ || sweep_knob >= knobs_.size()) {
    return;
  }
  stop_sweep();
  swept_ = knobs_[sweep_knob].info;
  sweep_points_.clear();
  sweep_.reset();
  sweep_values_ = sweep_values(*swept_, count);
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

void workbench::stop_sweep() {
  if (sweeping()) {
    source_->cancel_sweep();
    sweep_missing_ = 0;
  }
}

// --- what comes in --------------------------------------------------------------------------

void workbench::take(const scene_opened& what) {
  const bool same_scene = scene_.id == what.scene.id;
  std::vector<knob_value> next;
  for (const knob_info& each : what.scene.knobs) {
    const auto before = std::ranges::find_if(
        knobs_, [&](const knob_value& one) { return one.info.name == each.name; });
    const bool keep = same_scene && before != knobs_.end();
    next.push_back({each, keep ? quantized(each, before->value) : each.value});
  }
  for (const auto& [name, value] : what.knobs) {
    const auto named =
        std::ranges::find_if(next, [&](const knob_value& one) { return one.info.name == name; });
    if (named != next.end()) {
      named->value = quantized(named->info, value);
    }
  }
  knobs_ = std::move(next);
  scene_ = what.scene;
  codes_ = what.codes;
  if (!same_scene) {
    code_ = what.code;
    shown_.reset();
    ghost_.reset();
    other_.reset();
    against_ = rival::none;
    markers.clear();
    sweep_.reset();
    swept_.reset();
    sweep_points_.clear();
    sweep_knob = 0;
    seed_ = 1;
  }
  seed_ = what.seed.value_or(seed_);
  if (what.beside) {
    against_ = rival_of(*what.beside);
    tab = viz::tab::compare;
    second_tab = viz::tab::compare;
  }
  begin_change();
  ask_main();
  ask_other();
}

void workbench::take(const run_finished& what) {
  if (!what.trace) {
    return;
  }
  switch (what.request.where) {
  case slot::main:
    answered_ = std::max(answered_, what.request.ticket);
    show(run_of(what, scene_.knobs));
    if (banner_.what != banner::kind::compile_error && banner_.what != banner::kind::problem) {
      banner_ = {};
    }
    break;
  case slot::other:
    other_ = run_of(what, scene_.knobs);
    break;
  case slot::sweep: {
    const std::uint64_t index = what.request.ticket - sweep_first_ticket_;
    if (sweep_missing_ == 0 || index >= sweep_values_.size()) {
      break; // of a sweep that was stopped
    }
    --sweep_missing_;
    if (what.healthy) { // one that crashed says nothing about throughput
      sweep_points_.push_back({sweep_values_[index], run_of(what, scene_.knobs)->figures()});
      sweep_ = analyse_sweep(sweep_points_);
    }
    break;
  }
  }
}

void workbench::take(const viz::banner& what) {
  if (what.what != banner::kind::none && what.what != banner::kind::working) {
    answered_ = asked_;
    sweep_missing_ = 0;
    banner_open = true;
  }
  banner_ = what;
  session_over_ = session_over_ || what.title.ends_with("session has ended");
}

bool workbench::poll() {
  if (!source_) {
    return false;
  }
  const auto updates = source_->poll();
  for (const simulation_update& each : updates) {
    std::visit([this](const auto& what) { take(what); }, each);
  }
  return !updates.empty();
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

// --- actions --------------------------------------------------------------------------------

void workbench::toggle_marker() {
  const nanos now = clock.at().t_ns;
  const nanos near = std::max<nanos>(view.view().length() / 200, 0);
  const auto same =
      std::ranges::find_if(markers, [&](nanos each) { return std::abs(each - now) <= near; });
  if (same != markers.end()) {
    markers.erase(same);
  } else {
    markers.insert(std::ranges::upper_bound(markers, now), now);
  }
}

void workbench::clear() {
  if (help_open || menu_open) {
    help_open = false;
    menu_open = false;
  } else if (!filter.text.empty()) {
    filter.text.clear();
  } else if (selected_event || selected_span) {
    selected_event.reset();
    selected_span.reset();
  } else if (presenter) {
    presenter = false;
  } else {
    notice_.clear();
  }
}

void workbench::perform(action what) {
  constexpr nanos tenth = 100'000'000;
  constexpr double pan_share = 0.15;
  constexpr double zoom_factor = 1.6;
  notice_.clear();
  switch (what) {
  case action::pan_left:
    return view.pan(-pan_share);
  case action::pan_right:
    return view.pan(pan_share);
  case action::zoom_in:
    return view.zoom(zoom_factor, clock.at().t_ns);
  case action::zoom_out:
    return view.zoom(1 / zoom_factor, clock.at().t_ns);
  case action::fit:
    return view.fit();
  case action::undo_zoom:
    view.undo();
    return;
  case action::speed_1:
  case action::speed_2:
  case action::speed_3:
  case action::speed_4:
  case action::speed_5:
    return clock.set_speed(transport::key_speeds[static_cast<std::size_t>(what) -
                                                 static_cast<std::size_t>(action::speed_1)]);
  case action::marker:
    return toggle_marker();
  case action::rerun:
    return rerun();
  case action::copy_command:
    copied_ = command_line();
    notice_ = "Copied: " + *copied_;
    return;
  case action::filter:
    tab = viz::tab::events;
    second_tab = viz::tab::events;
    focus_filter = true;
    presenter = false;
    return;
  case action::clear:
    return clear();
  case action::help:
    help_open = !help_open;
    return;
  case action::presenter:
    presenter = !presenter;
    return;
  case action::scale_up:
    text_scale = std::min(text_scale * 1.1F, 3.0F);
    return;
  case action::scale_down:
    text_scale = std::max(text_scale / 1.1F, 0.6F);
    return;
  case action::scale_reset:
    text_scale = 1;
    return;
  default:
    break;
  }
  if (!shown_) {
    return;
  }
  const trace_view trace = shown_->trace();
  switch (what) {
  case action::play_pause:
    clock.toggle(trace);
    break;
  case action::previous_event:
    clock.previous(trace);
    break;
  case action::next_event:
    clock.next(trace);
    break;
  case action::back_tenth:
    clock.step_by(trace, -tenth);
    break;
  case action::forward_tenth:
    clock.step_by(trace, tenth);
    break;
  case action::back_second:
    clock.step_by(trace, -10 * tenth);
    break;
  case action::forward_second:
    clock.step_by(trace, 10 * tenth);
    break;
  case action::to_start:
    clock.to_start();
    break;
  case action::to_end:
    clock.to_end(trace);
    break;
  case action::previous_transition:
    clock.to_previous_transition(shown_->line());
    break;
  case action::next_transition:
    clock.to_next_transition(shown_->line());
    break;
  default:
    break;
  }
  selected_event.reset();
  view.follow(clock.at().t_ns);
}

} // namespace weir::viz
