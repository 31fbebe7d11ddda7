#pragma once

#include "base/errors.hpp"

#include <toml++/toml.h>

#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace weir::grader {

/// A table of a TOML file with checked access. Every complaint is a content_error that begins with
/// "file:line:column: " and says what was expected and what was found.
class toml_reader {
public:
  /// Parses a whole file. Throws content_error when it is not TOML, environment_error when it can't
  /// be read.
  static toml::table parse(const std::filesystem::path& file);

  /// `where` names the table in messages, e.g. "[[test]] number 2"; empty for the whole file.
  toml_reader(const std::filesystem::path& file, const toml::table& table, std::string where = {})
      : file_{file}, table_{table}, where_{std::move(where)} {}

  /// Refuses every key that is not among these, with the nearest one suggested.
  void only(std::initializer_list<std::string_view> known) const;

  bool has(std::string_view key) const { return table_.contains(key); }

  /// Not empty. Outer white space is dropped.
  std::string text(std::string_view key) const;
  std::string text_or(std::string_view key, std::string_view fallback) const;
  /// Throws when it is outside [least, most].
  int integer(std::string_view key, int least, int most) const;
  int integer_or(std::string_view key, int fallback, int least, int most) const;
  bool flag_or(std::string_view key, bool fallback) const;
  std::vector<std::string> texts(std::string_view key) const;
  std::vector<std::string> texts_or_none(std::string_view key) const;
  toml_reader table(std::string_view key) const;
  /// The elements of an array of tables; none when the key is absent.
  std::vector<toml_reader> tables(std::string_view key) const;

  /// A complaint about the value of `key`, or about the table when there is none.
  [[noreturn]] void complain(std::string_view key, const std::string& what) const;
  [[noreturn]] void complain(const std::string& what) const;

  /// The format number at the head of the file: anything but `supported` is refused with advice.
  void require_format(int supported) const;

private:
  std::filesystem::path file_;
  const toml::table& table_;
  std::string where_;

  const toml::node& require(std::string_view key, const char* expected) const;
  [[noreturn]] void mismatch(std::string_view key, const toml::node& found,
                             const char* expected) const;
  std::string name_of(std::string_view key) const;
};

} // namespace weir::grader
