#include "viz/show.hpp"

#include "base/errors.hpp"
#include "base/run_operation.hpp"
#include "base/task_group.hpp"
#include "judge/pipeline.hpp"
#include "judge/sandbox.hpp"
#include "judge/toolchain.hpp"
#include "parts/build_part.hpp"
#include "viz/feeder.hpp"
#include "viz/replay_feeder.hpp"
#include "viz/window.hpp"
#include "workbook/chapters.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace weir::grader::viz {

namespace fs = std::filesystem;

namespace {

fs::path solution_of(const open_workbook& book, const exercise& ex) {
  return book.where.root / "solutions" / ex.folder / ex.file;
}

/// A scene or tests that are not there yet are built when they are needed.
toolchain load_tools(const paths& where) {
  toolchain tools = toolchain::load(where.build);
  tools.provide = parts::provider_at({.root = where.root, .build = where.build});
  return tools;
}

/// The files behind the submissions, and which of them may be shown.
class submission_book {
public:
  submission_book(open_workbook& book, const live_request& request)
      : book_{book}, request_{request} {}

  std::vector<submission> submissions_of(const exercise& ex) {
    std::vector<submission> all{submission::mine, submission::starter};
    if (solution_open(ex) && fs::exists(solution_of(book_, ex))) {
      all.push_back(submission::solution);
    }
    if (&ex == request_.ex && !request_.other_file.empty()) {
      all.push_back(submission::other);
    }
    return all;
  }

  fs::path source_of(const exercise& ex, submission which) {
    switch (which) {
    case submission::mine:
      return own_file(ex);
    case submission::starter:
      return book_.where.root / "exercises" / ex.folder / ex.file;
    case submission::solution:
      return solution(ex);
    case submission::other:
      break;
    }
    if (&ex != request_.ex || request_.other_file.empty()) {
      throw usage_error{"No other file was named on the command line."};
    }
    return request_.other_file;
  }

private:
  open_workbook& book_;
  const live_request& request_;

  bool solution_open(const exercise& ex) {
    return request_.gate == live_request::solutions::open ||
           !book_.progress().load().of(ex.id).first_passed_at.empty();
  }

  fs::path own_file(const exercise& ex) {
    if (&ex == request_.ex && !request_.own_file.empty()) {
      return request_.own_file;
    }
    try {
      return book_.work().require_file(book_.exercises(), ex);
    } catch (const environment_error&) {
      return book_.work().file_of(ex); // whoever reads it says what is wrong; it may come back
    }
  }

  fs::path solution(const exercise& ex) {
    fs::path file = book_.require_solution(ex);
    if (!solution_open(ex)) {
      throw not_yet_error{
          fmt::format("'{}' has not passed yet, so its solution stays closed. `weir "
                      "viz {} --solution --anyway` shows it all the same.",
                      ex.id, ex.id)};
    }
    return file;
  }
};

protocol::say_scenes menu_of(open_workbook& book, submission_book& codes) {
  const auto& chapters = book.chapters();
  protocol::say_scenes menu;
  for (const exercise& ex : book.exercises().exercises()) {
    if (!has_scene(book.where, ex)) {
      continue;
    }
    const auto found = std::ranges::find(chapters, ex.chapter, &chapter::folder);
    const std::string title = found == chapters.end() ? ex.chapter : found->title;
    menu.scenes.push_back({.id = ex.id,
                           .chapter = fmt::format("{} {}", ex.chapter.substr(0, 2), title),
                           .title = ex.title,
                           .submissions = codes.submissions_of(ex)});
  }
  return menu;
}

feed_services services_of(open_workbook& book, submission_book& codes) {
  feed_services services;
  services.exercise_of = [&book](const std::string& id) -> const exercise& {
    const exercise& ex = book.require_exercise(id);
    if (!has_scene(book.where, ex)) {
      throw usage_error{fmt::format("'{}' has no scene.", ex.id)};
    }
    return ex;
  };
  services.submissions_of = [&codes](const exercise& ex) {
    return codes.submissions_of(ex);
  };
  services.source_of = [&codes](const exercise& ex, submission which) {
    return codes.source_of(ex, which);
  };
  services.build_folder_of = [&book](const exercise& ex) {
    return grader::build_folder_of(book.where.workspace, ex);
  };
  services.load_toolchain = [&book] {
    return load_tools(book.where);
  };
  services.repository_root = book.where.root;
  return services;
}

protocol::say_open opening_of(submission_book& codes, const live_request& request) {
  return {.scene = request.ex->id,
          .shown = request.shown,
          .submissions = codes.submissions_of(*request.ex),
          .settings = request.settings,
          .seed = request.seed,
          .beside = request.beside};
}

/// The window's exit status. However it closes, `feeding` ends before this returns.
asio::awaitable<int> feed_until_closed(window& shown, asio::awaitable<void> feeding) {
  task_group group{co_await asio::this_coro::executor};
  group.spawn(std::move(feeding));
  int status = 0;
  std::exception_ptr thrown;
  try {
    status = co_await shown.wait();
  } catch (...) {
    thrown = std::current_exception();
  }
  group.cancel();
  co_await asio::this_coro::throw_if_cancelled(false);
  co_await group.join();
  if (thrown) {
    std::rethrow_exception(thrown);
  }
  co_return status;
}

asio::awaitable<int> live(open_workbook& book, const live_request& request,
                          std::vector<std::string> command) {
  const auto executor = co_await asio::this_coro::executor;
  submission_book codes{book, request};
  window shown{executor};
  auto connection =
      shown.start_with_feed(std::move(command)); // it opens while the rest is prepared
  sandbox box = co_await sandbox::probe();
  feeder feed{executor, std::move(connection), std::move(box), services_of(book, codes)};
  feed.begin(menu_of(book, codes), opening_of(codes, request));
  const int status = co_await feed_until_closed(shown, feed.run());
  co_return status;
}

replay_source source_of(open_workbook& book, const sandbox& box, const replay_request& request) {
  const fs::path build_folder = grader::build_folder_of(book.where.workspace, *request.ex);
  const auto judge = [&book, &box, &request, build_folder]() -> asio::awaitable<verdict> {
    const toolchain tools = load_tools(book.where);
    grade_request wanted;
    wanted.ex = request.ex;
    wanted.repository_root = book.where.root;
    wanted.source = request.file;
    wanted.build_folder = build_folder;
    wanted.search.replay = request.token;
    verdict judged = co_await grade(tools, box, std::move(wanted));
    co_return judged;
  };
  return {.ex = request.ex, .file = request.file, .build_folder = build_folder, .judge = judge};
}

asio::awaitable<int> replayed(open_workbook& book, const replay_request& request,
                              std::vector<std::string> command) {
  const auto executor = co_await asio::this_coro::executor;
  window shown{executor};
  auto connection = shown.start_with_feed(std::move(command));
  const sandbox box = co_await sandbox::probe();
  replay_feeder feed{executor, std::move(connection), source_of(book, box, request)};
  const int status = co_await feed_until_closed(shown, feed.run());
  co_return status;
}

asio::awaitable<int> recorded(std::vector<std::string> command) {
  const auto executor = co_await asio::this_coro::executor;
  window shown{executor};
  shown.start(std::move(command));
  const int status = co_await shown.wait();
  co_return status;
}

} // namespace

chosen_submission parse_chosen(const std::string& word) {
  if (word == "mine") {
    return {};
  }
  if (word == "starter" || word == "naive") { // what it was called before
    return {.which = submission::starter};
  }
  if (word == "solution") {
    return {.which = submission::solution};
  }
  std::error_code error;
  if (!fs::is_regular_file(word, error)) {
    throw usage_error{fmt::format(
        "'{}' is none of `mine`, `starter` and `solution`, and there is no such file.", word)};
  }
  return {.which = submission::other, .file = fs::absolute(word)};
}

fs::path require_window_program(const paths& where, const environment& env) {
  if (const auto other = env("WEIR_VIZ"); other && !other->empty()) {
    return fs::absolute(*other); // measurements and tests take the window's place
  }
  fs::path program = where.build / "bin" / "weir-viz";
  std::error_code error;
  if (!fs::is_regular_file(program, error)) {
    throw environment_error{fmt::format(
        "The visualizer is not built here ({} is missing). Type `./weir viz` in {}: it installs "
        "what the visualizer needs (Dear ImGui and GLFW) and builds it. Without it, `weir scene` "
        "shows the same runs as text.",
        program.string(), where.root.string())};
  }
  return program;
}

bool has_scene(const paths& where, const exercise& ex) {
  std::error_code error;
  return fs::is_regular_file(where.root / "exercises" / ex.folder / "scene.cpp", error);
}

int show_live(open_workbook& book, const environment& env, const live_request& request) {
  submission_book codes{book, request};
  static_cast<void>(codes.source_of(*request.ex, request.shown)); // says now what stays closed
  if (request.beside) {
    static_cast<void>(codes.source_of(*request.ex, *request.beside));
  }
  std::vector<std::string> command{require_window_program(book.where, env).string()};
  command.insert(command.end(), request.window_options.begin(), request.window_options.end());
  return run_operation(live(book, request, std::move(command)));
}

int show_replay(open_workbook& book, const environment& env, const replay_request& request) {
  std::vector<std::string> command{require_window_program(book.where, env).string()};
  command.insert(command.end(), request.window_options.begin(), request.window_options.end());
  return run_operation(replayed(book, request, std::move(command)));
}

int show_trace(const paths& where, const environment& env, const fs::path& trace,
               const std::vector<std::string>& window_options) {
  std::vector<std::string> command{require_window_program(where, env).string(), "--trace",
                                   trace.string()};
  command.insert(command.end(), window_options.begin(), window_options.end());
  return run_operation(recorded(std::move(command)));
}

} // namespace weir::grader::viz
