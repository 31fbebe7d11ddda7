#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

// What a command says of its arguments. CLI11 does the work, behind these: its header costs each
// file that includes it four seconds of compiling.

namespace weir::grader {

/// An option or argument of a command. A handle: copies mean the same option, which lives as long
/// as its application.
class command_option {
public:
  explicit command_option(CLI::Option* handle) : handle_{handle} {}

  command_option required();
  /// What the value is called in the help: "FILE".
  command_option type_name(const std::string& name);
  /// The help shows the value that the variable has now.
  command_option show_default();
  /// The help shows this value.
  command_option default_text(const std::string& value);
  /// Zero and less are usage errors.
  command_option positive();
  /// Anything else is a usage error that lists these.
  command_option one_of(const std::vector<std::string>& values);
  /// Naming both is a usage error.
  command_option excludes(command_option other);
  /// Takes exactly so many words.
  command_option expected(int words);
  /// One word each time it is named; other options of several values take all that follow.
  command_option one_at_a_time();
  /// The heading it is listed under; empty: not listed.
  command_option group(const std::string& heading);

private:
  CLI::Option* handle_;
};

/// What the help says of an option or argument.
struct option_facts {
  std::string argument;           ///< "ID"; empty for options
  std::vector<std::string> names; ///< "-y", "--yes"
  std::string description;
  bool takes_value{};
};

/// A command, or the application, whose commands are below it. A handle as above.
///
/// Variables must outlive the parsing. An option's name is "--name", "-n,--name", or "NAME" for an
/// argument; "--name{VALUE}" is a flag that may be given a value, and has VALUE without one.
class subcommand {
public:
  explicit subcommand(CLI::App& handle) : handle_{&handle} {}

  subcommand add_subcommand(const std::string& name, const std::string& description);

  command_option add_option(const std::string& name, std::string& value,
                            const std::string& description);
  command_option add_option(const std::string& name, int& value, const std::string& description);
  command_option add_option(const std::string& name, std::uint64_t& value,
                            const std::string& description);
  command_option add_option(const std::string& name, std::optional<std::uint64_t>& value,
                            const std::string& description);
  command_option add_option(const std::string& name, std::vector<std::string>& values,
                            const std::string& description);
  /// `take` is called with each value.
  command_option add_option(const std::string& name,
                            const std::function<void(const std::string&)>& take,
                            const std::string& description);

  command_option add_flag(const std::string& name, bool& value, const std::string& description);
  command_option add_flag(const std::string& name, std::string& value,
                          const std::string& description);
  /// `take` is called when it is named.
  command_option add_flag(const std::string& name, std::function<void()> take,
                          const std::string& description);

  /// Not among the commands of the help.
  void hide();
  /// Naming none of its commands is a usage error.
  void require_subcommand();
  /// Called when its command line has been understood, before any command below it runs.
  void before(std::function<void()> check);
  /// What it does.
  void callback(std::function<void()> run);

  std::string name() const;
  std::string description() const;
  /// The commands below it that are listed.
  std::vector<subcommand> commands() const;
  std::vector<option_facts> options() const;

  CLI::App& handle() const { return *handle_; }

private:
  CLI::App* handle_;
};

} // namespace weir::grader
