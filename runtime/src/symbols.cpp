#include <weir/detail/symbols.hpp>

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace weir::detail {

namespace {

struct symbol {
  std::uintptr_t begin;
  std::uintptr_t size;
  std::string name;
};

/// The functions of one ELF object, by address relative to where it is loaded.
std::vector<symbol> read_functions(const char* path) {
  std::vector<symbol> functions;
  const int fd = ::open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0)
    return functions;
  struct stat status{};
  const bool known = ::fstat(fd, &status) == 0;
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const mapped = known ? ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  ::close(fd);
  if (mapped == MAP_FAILED)
    return functions;
  const auto* const base = static_cast<const char*>(mapped);
  const auto* const header = reinterpret_cast<const ElfW(Ehdr)*>(base);
  const auto inside = [&](std::uint64_t offset, std::uint64_t length) {
    return offset <= size && length <= size - offset;
  };
  if (size >= sizeof *header && std::string_view(base, SELFMAG) == ELFMAG &&
      inside(header->e_shoff, std::uint64_t{header->e_shnum} * sizeof(ElfW(Shdr)))) {
    const auto* const sections = reinterpret_cast<const ElfW(Shdr)*>(base + header->e_shoff);
    for (unsigned i = 0; i < header->e_shnum; ++i) {
      const auto& table = sections[i];
      if (table.sh_type != SHT_SYMTAB || table.sh_link >= header->e_shnum)
        continue;
      const auto& strings = sections[table.sh_link];
      if (!inside(table.sh_offset, table.sh_size) || !inside(strings.sh_offset, strings.sh_size))
        continue;
      const auto* const symbols = reinterpret_cast<const ElfW(Sym)*>(base + table.sh_offset);
      for (std::size_t s = 0; s < table.sh_size / sizeof(ElfW(Sym)); ++s)
        if (ELF64_ST_TYPE(symbols[s].st_info) == STT_FUNC && symbols[s].st_value != 0 &&
            symbols[s].st_name < strings.sh_size)
          functions.push_back({symbols[s].st_value, symbols[s].st_size,
                               base + strings.sh_offset + symbols[s].st_name});
    }
  }
  ::munmap(mapped, size);
  std::sort(functions.begin(), functions.end(),
            [](const symbol& a, const symbol& b) { return a.begin < b.begin; });
  return functions;
}

/// "stage::run" of "(anonymous namespace)::stage::run(int, std::vector<int>) [clone .resume]".
std::string shorten(std::string_view full) {
  std::string kept;
  int depth = 0;
  for (std::size_t i = 0; i < full.size(); ++i) {
    constexpr std::string_view anonymous = "(anonymous namespace)::";
    if (full.substr(i).starts_with(anonymous)) {
      i += anonymous.size() - 1;
      continue;
    }
    const char c = full[i];
    if (depth == 0 && c == '(' && !full.substr(i).starts_with("()::"))
      break;
    if (depth == 0 && full.substr(i).starts_with(" [clone"))
      break;
    if (c == '<')
      ++depth;
    if (depth == 0)
      kept += c;
    if (c == '>')
      --depth;
  }
  if (const auto space = kept.rfind(' ');
      space != std::string::npos && kept.find("operator") == std::string::npos)
    kept.erase(0, space + 1);
  if (const auto lambda = kept.find("::{lambda"); lambda != std::string::npos)
    kept = "a lambda in " + kept.substr(0, lambda);
  return kept;
}

} // namespace

namespace {

std::string look_up(const void* address) {
  Dl_info info{};
  void* extra = nullptr;
  if (address == nullptr || ::dladdr1(address, &info, &extra, RTLD_DL_LINKMAP) == 0)
    return {};
  static auto& objects = *new std::map<std::string, std::vector<symbol>>;
  const auto [it, fresh] = objects.try_emplace(info.dli_fname);
  if (fresh)
    it->second = read_functions(info.dli_fname);
  const auto relative =
      reinterpret_cast<std::uintptr_t>(address) - static_cast<const link_map*>(extra)->l_addr;
  std::string mangled;
  const auto& functions = it->second;
  auto found = std::upper_bound(functions.begin(), functions.end(), relative,
                                [](std::uintptr_t a, const symbol& s) { return a < s.begin; });
  if (found != functions.begin() &&
      relative - std::prev(found)->begin < std::max<std::uintptr_t>(std::prev(found)->size, 1))
    mangled = std::prev(found)->name;
  else if (info.dli_sname)
    mangled = info.dli_sname;
  // The compilers' names for the parts of a coroutine: not mangled, so taken off first.
  for (const std::string_view suffix : {".resume", ".actor", ".destroy", ".cleanup"})
    if (const auto at = mangled.find(suffix); at != std::string::npos)
      mangled.erase(at);
  const std::unique_ptr<char, void (*)(void*)> demangled(
      abi::__cxa_demangle(mangled.c_str(), nullptr, nullptr, nullptr), &std::free);
  return shorten(demangled ? demangled.get() : mangled);
}

} // namespace

std::string function_name(const void* address) {
  // Tasks of a few kinds are begun by the thousand. Modules are never unloaded, so an address keeps
  // its name.
  static auto& known = *new std::unordered_map<const void*, std::string>;
  const auto [it, fresh] = known.try_emplace(address);
  if (fresh)
    it->second = look_up(address);
  return it->second;
}

} // namespace weir::detail
