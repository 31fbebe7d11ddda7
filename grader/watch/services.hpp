#pragma once

#include "base/search_depth.hpp"
#include "watch/action.hpp"
#include "watch/model.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>

namespace weir::grader {
namespace asio = boost::asio;
}

namespace weir::grader::watch {

using waiting_handler = std::function<void(const std::string& what)>;

/// What the loop asks of the rest of the grader. All must be set but
/// `news` and `visualize`. They run on the
/// loop's thread; each may throw std::exception, whose message is then shown to the reader.
struct watch_services {
  /// Judges the exercise's file as it is now. Ends early, with operation_aborted, when cancelled.
  /// `on_waiting` is told, about once a second, of what has to be built first; it may be empty.
  std::function<asio::awaitable<run_outcome>(const std::string& exercise, search_depth depth,
                                             waiting_handler on_waiting)>
      judge;
  /// The reader's file, absolute.
  std::function<std::filesystem::path(const std::string& exercise)> file_of;
  /// A document's text: Markdown for a brief, source for a solution.
  std::function<std::string(const std::string& exercise, page_kind page)> page;
  /// Puts the starter back; returns a sentence that says where the reader's version went.
  std::function<std::string(const std::string& exercise)> reset;
  std::function<void(const record_result& result)> remember_result;
  std::function<void(const record_hints& hints)> remember_hints;
  std::function<void(const std::string& exercise)> remember_current;
  /// What else the reader should know by now, in one line; empties it. Empty when there is nothing.
  std::function<std::string()> news;
  /// The visualizer beside the loop, on the exercise's scene or, with a token, on the failure that
  /// it replays, until its window is closed or the operation cancelled. Returns what went wrong, in
  /// a line, or an empty string. Unset where there is none.
  std::function<asio::awaitable<std::string>(const std::string& exercise, const std::string& token)>
      visualize;
};

} // namespace weir::grader::watch
