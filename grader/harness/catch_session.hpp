/// \file
/// Catch2 as the runner drives it, version 2 or 3: the hidden tests that the loaded modules have
/// registered, run one at a time.
#pragma once

#include <memory>
#include <string>
#include <vector>

// The runner exports what it defines, for the modules; this it keeps.
#pragma GCC visibility push(hidden)

namespace weir::harness {

struct hidden_test {
  std::string id; ///< the first tag
  std::string title;
};

/// One in a process: Catch2 allows no more.
class catch_session {
public:
  catch_session();
  catch_session(const catch_session&) = delete;
  catch_session& operator=(const catch_session&) = delete;
  ~catch_session();

  /// In the order of their source. A test without a tag is nobody's and is left out.
  [[nodiscard]] std::vector<hidden_test> tests();

  /// What fails outside any exploration goes to `current_outcome()`: plain assertions and
  /// exceptions. Texts that a test wrote for people are passed on; its expressions are not.
  void run(const std::string& id);

private:
  struct session;
  std::unique_ptr<session> session_;
};

} // namespace weir::harness

#pragma GCC visibility pop
