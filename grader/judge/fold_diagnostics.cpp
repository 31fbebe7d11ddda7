// The second half of compile_errors.hpp: what of a compiler's messages is shown to people.
#include "judge/compile_errors.hpp"

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace weir::grader {

namespace {

std::string shortened_path(std::string_view path) {
  for (const std::string_view folder : {"/include/c++/", "/include/"}) {
    if (const auto at = path.rfind(folder); path.starts_with("/") && at != std::string_view::npos) {
      return "<" + std::string{path.substr(at + folder.size())} + ">";
    }
  }
  return std::string{path};
}

std::string cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) {
    return text;
  }
  const auto continues = [&text](std::size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
  };
  while (longest != 0 && continues(longest)) {
    --longest; // not in the middle of a character
  }
  text.resize(longest);
  return text + " …";
}

std::string_view word_of(diagnostic::severity level) {
  switch (level) {
  case diagnostic::severity::error:
    return "error";
  case diagnostic::severity::warning:
    return "warning";
  case diagnostic::severity::note:
    break;
  }
  return "note";
}

class folder {
public:
  explicit folder(const folding& how) : how_{how} {}

  void show(const diagnostic& each) {
    if (how_.verbose) {
      for (const auto& line : each.preamble) {
        text_ += line + "\n";
      }
    }
    heading_line(each);
    // The place in the reader's own file that led there, when the message itself points into a
    // library.
    if (!how_.verbose && !is_own(each)) {
      if (const auto from = reader_line(each); !from.empty()) {
        text_ += "  reached from " + from + "\n";
      }
    }
    context_lines(each);
    std::size_t folded = 0;
    for (const auto& note : each.notes) {
      if (how_.verbose || is_own(note)) {
        heading_line(note);
        context_lines(note);
      } else {
        ++folded;
      }
    }
    if (folded != 0) {
      text_ += fmt::format("  … {} note{} folded; --verbose shows {}\n", folded,
                           folded == 1 ? "" : "s", folded == 1 ? "it" : "them");
    }
  }

  void count(std::size_t number, const char* what) {
    if (number != 0) {
      text_ += fmt::format("… {} more {}{}; --verbose shows {}\n", number, what,
                           number == 1 ? "" : "s", number == 1 ? "it" : "them");
    }
  }

  std::string take() { return std::move(text_); }

private:
  const folding& how_;
  std::string text_;

  [[nodiscard]] bool is_own(const diagnostic& each) const {
    return each.file.empty() || each.file == how_.own_file;
  }

  void heading_line(const diagnostic& each) {
    if (!each.file.empty()) {
      text_ += how_.verbose ? each.file : shortened_path(each.file);
      text_ += fmt::format(":{}", each.line);
      text_ += each.column != 0 ? fmt::format(":{}: ", each.column) : ": ";
    }
    const auto message = how_.verbose ? each.message : cut(each.message, how_.message);
    text_ += fmt::format("{}: {}\n", word_of(each.level), message);
  }

  void context_lines(const diagnostic& each) {
    constexpr std::size_t few = 4; // the source line, the caret and a proposed correction
    for (std::size_t i = 0; i < each.context.size() && (how_.verbose || (is_own(each) && i < few));
         ++i) {
      text_ += (how_.verbose ? each.context[i] : cut(each.context[i], how_.message)) + "\n";
    }
  }

  /// clang says it in a note ("requested here"), g++ in the preamble ("required from here").
  [[nodiscard]] std::string reader_line(const diagnostic& each) const {
    for (const auto& note : each.notes) {
      if (note.file == how_.own_file) {
        return {}; // shown anyway
      }
    }
    for (auto line = each.preamble.rbegin(); line != each.preamble.rend(); ++line) {
      const auto at = line->find(how_.own_file + ":");
      if (at != std::string::npos) {
        const auto digits = line->find_first_not_of("0123456789", at + how_.own_file.size() + 1);
        return line->substr(at, digits == std::string::npos ? digits : digits - at);
      }
    }
    return {};
  }
};

} // namespace

std::string fold_diagnostics(const std::vector<diagnostic>& all, const folding& how) {
  folder text{how};
  for (const auto level : {diagnostic::severity::error, diagnostic::severity::warning}) {
    std::size_t shown = 0;
    std::size_t left = 0;
    for (const auto& each : all) {
      if (each.level != level) {
        continue;
      }
      if (how.verbose || shown < how.errors) {
        text.show(each);
        ++shown;
      } else {
        ++left;
      }
    }
    text.count(left, level == diagnostic::severity::error ? "error" : "warning");
  }
  return text.take();
}

} // namespace weir::grader
