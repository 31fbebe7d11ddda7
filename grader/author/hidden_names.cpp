#include "author/hidden_names.hpp"

#include <weir/random.hpp>

#include <elf.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <stdexcept>

namespace weir::grader {

namespace {

/// Shorter texts are no names, or none that says anything.
constexpr std::size_t shortest_name = 12;

bool is_printable(char c) {
  return c >= ' ' && c <= '~';
}

/// A name without blanks is mangled; a function's signature has its result type before it.
bool is_mangled(std::string_view name) {
  return name.find(' ') == std::string_view::npos;
}

/// "13hidden 3fa21c": demangled, "hidden 3fa21c".
std::string type_stand_in(std::string_view mangled) {
  constexpr std::string_view digits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::string name = "hidden ";
  auto hash = stable_hash(mangled);
  for (int i = 0; i < 6; ++i, hash /= digits.size()) {
    name += digits[hash % digits.size()];
  }
  // Some compilers mark types that no other file can know; such are compared by address.
  return (mangled.starts_with('*') ? "*" : "") + std::to_string(name.size()) + name;
}

/// Hides names text by text and sees to it that types stay apart.
class name_hider {
public:
  void hide(std::span<char> text) {
    const std::string name{text.begin(), text.end()};
    const std::string stand_in = is_mangled(name) ? type_stand_in(name) : "the test";
    if (stand_in.size() > name.size()) {
      throw std::runtime_error{"a name is shorter than its stand-in: " + name};
    }
    if (is_mangled(name) && types_.try_emplace(stand_in, name).first->second != name) {
      throw std::runtime_error{"two types with the same stand-in: " + name + " and " +
                               types_[stand_in]};
    }
    std::ranges::fill(text, '\0');
    std::ranges::copy(stand_in, text.begin());
    ++count_;
  }

  [[nodiscard]] std::size_t count() const { return count_; }

private:
  std::map<std::string, std::string> types_;
  std::size_t count_{};
};

template <typename T>
T read_at(std::string_view file, std::uint64_t offset) {
  T value{};
  if (offset > file.size() || file.size() - offset < sizeof value) {
    throw std::runtime_error{"an ELF file that ends too early"};
  }
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

std::vector<Elf64_Shdr> sections_of(std::string_view file) {
  const auto header = read_at<Elf64_Ehdr>(file, 0);
  const std::string_view identity{reinterpret_cast<const char*>(header.e_ident), SELFMAG};
  if (identity != ELFMAG || header.e_ident[EI_CLASS] != ELFCLASS64) {
    throw std::runtime_error{"not a 64-bit ELF file"};
  }
  std::vector<Elf64_Shdr> sections;
  for (std::uint64_t i = 0; i < header.e_shnum; ++i) {
    sections.push_back(read_at<Elf64_Shdr>(file, header.e_shoff + i * header.e_shentsize));
  }
  return sections;
}

std::span<char> contents(std::string& file, const Elf64_Shdr& section) {
  if (section.sh_offset > file.size() || file.size() - section.sh_offset < section.sh_size) {
    throw std::runtime_error{"an ELF file that ends too early"};
  }
  return std::span{file}.subspan(section.sh_offset, section.sh_size);
}

bool holds_constants(const Elf64_Shdr& section) {
  return section.sh_type == SHT_PROGBITS && (section.sh_flags & SHF_ALLOC) != 0 &&
         (section.sh_flags & SHF_EXECINSTR) == 0;
}

/// Where objects begin in `section`, as far as symbols tell.
std::set<std::uint64_t> starts_in(std::string_view file, std::span<const Elf64_Shdr> sections,
                                  std::size_t section) {
  std::set<std::uint64_t> starts{0};
  for (const Elf64_Shdr& table : sections) {
    if (table.sh_type != SHT_SYMTAB) {
      continue;
    }
    for (std::uint64_t at = 0; at + sizeof(Elf64_Sym) <= table.sh_size; at += sizeof(Elf64_Sym)) {
      const auto symbol = read_at<Elf64_Sym>(file, table.sh_offset + at);
      if (symbol.st_shndx == section) {
        starts.insert(symbol.st_value);
      }
    }
  }
  return starts;
}

/// Calls `use` with every text that begins at one of `starts` or, in a section of texts, after
/// another one, and ends with a zero. Bytes elsewhere may be numbers that look like letters.
template <typename Use>
void for_each_text(std::span<char> data, const std::set<std::uint64_t>& starts, bool texts_only,
                   Use use) {
  std::size_t at = 0;
  while (at < data.size()) {
    const auto rest = data.subspan(at);
    const auto end = static_cast<std::size_t>(std::ranges::find(rest, '\0') - rest.begin());
    const auto text = rest.first(end);
    if (end < rest.size() && std::ranges::all_of(text, is_printable) &&
        (texts_only || starts.contains(at))) {
      use(text);
    }
    const auto next = starts.upper_bound(at);
    at += end + 1;
    if (next != starts.end()) {
      at = std::min<std::size_t>(at, *next);
    }
  }
}

} // namespace

bool names_hidden_test(std::string_view text) {
  constexpr std::array<std::string_view, 5> marks{"weir_hidden", "C_A_T_C_H_T_E_S_T", "_GLOBAL__N_",
                                                  "(anonymous namespace)", "{anonymous}"};
  return text.size() >= shortest_name && std::ranges::any_of(marks, [&](std::string_view mark) {
           return text.find(mark) != std::string_view::npos;
         });
}

std::size_t hide_names(std::string& object) {
  const auto sections = sections_of(object);
  name_hider hider;
  for (std::size_t i = 0; i < sections.size(); ++i) {
    if (holds_constants(sections[i])) {
      const bool texts_only = (sections[i].sh_flags & SHF_STRINGS) != 0;
      for_each_text(contents(object, sections[i]), starts_in(object, sections, i), texts_only,
                    [&](std::span<char> text) {
                      if (names_hidden_test({text.data(), text.size()})) {
                        hider.hide(text);
                      }
                    });
    }
  }
  return hider.count();
}

std::vector<std::string> hidden_names_in(std::string_view module) {
  std::vector<std::string> found;
  std::string_view rest = module;
  while (!rest.empty()) {
    const auto begin = std::ranges::find_if(rest, is_printable);
    const auto end = std::find_if_not(begin, rest.end(), is_printable);
    if (const std::string_view run{begin, end}; names_hidden_test(run)) {
      found.emplace_back(run);
    }
    rest = {end, rest.end()};
  }
  return found;
}

} // namespace weir::grader
