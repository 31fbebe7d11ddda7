#include "commands/command_line.hpp"

#include <CLI/CLI.hpp>

#include <utility>

namespace weir::grader {

command_option command_option::required() {
  handle_->required();
  return *this;
}

command_option command_option::type_name(const std::string& name) {
  handle_->type_name(name);
  return *this;
}

command_option command_option::show_default() {
  handle_->capture_default_str();
  return *this;
}

command_option command_option::default_text(const std::string& value) {
  handle_->default_str(value);
  return *this;
}

command_option command_option::positive() {
  handle_->check(CLI::PositiveNumber);
  return *this;
}

command_option command_option::one_of(const std::vector<std::string>& values) {
  handle_->check(CLI::IsMember(values));
  return *this;
}

command_option command_option::excludes(command_option other) {
  handle_->excludes(other.handle_);
  return *this;
}

command_option command_option::expected(int words) {
  handle_->expected(words);
  return *this;
}

command_option command_option::one_at_a_time() {
  handle_->allow_extra_args(false);
  return *this;
}

command_option command_option::group(const std::string& heading) {
  handle_->group(heading);
  return *this;
}

subcommand subcommand::add_subcommand(const std::string& name, const std::string& description) {
  return subcommand{*handle_->add_subcommand(name, description)};
}

command_option subcommand::add_option(const std::string& name, std::string& value,
                                      const std::string& description) {
  return command_option{handle_->add_option(name, value, description)};
}

command_option subcommand::add_option(const std::string& name, int& value,
                                      const std::string& description) {
  return command_option{handle_->add_option(name, value, description)};
}

command_option subcommand::add_option(const std::string& name, std::uint64_t& value,
                                      const std::string& description) {
  return command_option{handle_->add_option(name, value, description)};
}

command_option subcommand::add_option(const std::string& name, std::optional<std::uint64_t>& value,
                                      const std::string& description) {
  return command_option{handle_->add_option(name, value, description)};
}

command_option subcommand::add_option(const std::string& name, std::vector<std::string>& values,
                                      const std::string& description) {
  return command_option{handle_->add_option(name, values, description)};
}

command_option subcommand::add_option(const std::string& name,
                                      const std::function<void(const std::string&)>& take,
                                      const std::string& description) {
  return command_option{handle_->add_option_function<std::string>(name, take, description)};
}

command_option subcommand::add_flag(const std::string& name, bool& value,
                                    const std::string& description) {
  return command_option{handle_->add_flag(name, value, description)};
}

command_option subcommand::add_flag(const std::string& name, std::string& value,
                                    const std::string& description) {
  return command_option{handle_->add_flag(name, value, description)};
}

command_option subcommand::add_flag(const std::string& name, std::function<void()> take,
                                    const std::string& description) {
  return command_option{handle_->add_flag_callback(name, std::move(take), description)};
}

void subcommand::hide() {
  handle_->group("");
}

void subcommand::require_subcommand() {
  handle_->require_subcommand(1);
}

void subcommand::before(std::function<void()> check) {
  handle_->parse_complete_callback(std::move(check));
}

std::string subcommand::name() const {
  return handle_->get_name();
}

std::string subcommand::description() const {
  return handle_->get_description();
}

std::vector<subcommand> subcommand::commands() const {
  std::vector<subcommand> listed;
  for (CLI::App* command : handle_->get_subcommands({})) {
    if (!command->get_group().empty()) {
      listed.emplace_back(*command);
    }
  }
  return listed;
}

std::vector<option_facts> subcommand::options() const {
  std::vector<option_facts> all;
  for (const CLI::Option* option : std::as_const(*handle_).get_options()) {
    option_facts facts;
    facts.argument = option->get_positional() ? option->get_name(true) : "";
    for (const std::string& name : option->get_snames()) {
      facts.names.push_back("-" + name);
    }
    for (const std::string& name : option->get_lnames()) {
      facts.names.push_back("--" + name);
    }
    facts.description = option->get_description();
    facts.takes_value = option->get_type_size() != 0;
    all.push_back(std::move(facts));
  }
  return all;
}

void subcommand::callback(std::function<void()> run) {
  handle_->callback(std::move(run));
}

} // namespace weir::grader
