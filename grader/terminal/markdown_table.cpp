#include "terminal/markdown_table.hpp"

#include "terminal/markdown_inline.hpp"
#include "terminal/text.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace weir::grader {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest_column = 6;

using row = std::vector<std::string>;

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) {
    return {};
  }
  return std::string{text.substr(first, text.find_last_not_of(" \t") - first + 1)};
}

row cells_of(std::string_view line) {
  row cells;
  std::string cell;
  bool in_code = false;
  const std::string inner = trimmed(line);
  for (std::size_t i = 1; i < inner.size(); ++i) {
    const bool escaped_bar = inner[i] == '\\' && i + 1 < inner.size() && inner[i + 1] == '|';
    if (escaped_bar) {
      cell += inner[++i];
    } else if (inner[i] == '|' && !in_code) {
      cells.push_back(trimmed(cell));
      cell.clear();
    } else {
      in_code = in_code != (inner[i] == '`');
      cell += inner[i];
    }
  }
  if (!trimmed(cell).empty()) {
    cells.push_back(trimmed(cell));
  }
  return cells;
}

bool is_rule(const row& cells) {
  return !cells.empty() && std::all_of(cells.begin(), cells.end(), [](const std::string& cell) {
    return !cell.empty() && cell.find_first_not_of("-:") == std::string::npos;
  });
}

/// Narrows the widest column until all fit, as long as any can be narrowed.
void fit(std::vector<std::size_t>& widths, std::size_t available) {
  const auto total = [&] {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
  };
  while (total() > available) {
    const auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= narrowest_column) {
      return;
    }
    --*widest;
  }
}

} // namespace

bool is_table_line(std::string_view line) {
  const auto first = line.find_first_not_of(" \t");
  return first != std::string_view::npos && line[first] == '|';
}

std::string render_table(std::span<const std::string> lines, std::size_t width,
                         const terminal_info& terminal) {
  const painter paint{terminal.colour};
  const text_style style{.colour = terminal.colour, .unicode = terminal.unicode};
  std::vector<row> rows;
  std::size_t header_rows = 0;
  std::vector<std::size_t> widths;
  for (const std::string& line : lines) {
    row cells = cells_of(line);
    if (is_rule(cells)) {
      header_rows = rows.size();
      continue;
    }
    widths.resize(std::max(widths.size(), cells.size()));
    for (std::size_t i = 0; i < cells.size(); ++i) {
      cells[i] = render_inline(cells[i], paint);
      widths[i] = std::max(widths[i], display_width(cells[i]));
    }
    rows.push_back(std::move(cells));
  }
  if (widths.empty()) {
    return {};
  }
  fit(widths, width);

  std::string out;
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::vector<std::vector<std::string>> broken(widths.size());
    std::size_t height = 1;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      broken[c] = wrap(rows[r][c], widths[c], style);
      height = std::max(height, broken[c].size());
    }
    for (std::size_t l = 0; l < height; ++l) {
      std::string line;
      for (std::size_t c = 0; c < widths.size(); ++c) {
        std::string cell = l < broken[c].size() ? broken[c][l] : "";
        cell = r < header_rows ? paint.bold(cell) : cell;
        line += c + 1 < widths.size() ? pad(std::move(cell), widths[c] + gap) : cell;
      }
      out += line.substr(0, line.find_last_not_of(' ') + 1) + '\n';
    }
    if (r + 1 == header_rows) {
      for (std::size_t c = 0; c < widths.size(); ++c) {
        out += std::string(widths[c], '-') + (c + 1 < widths.size() ? "  " : "\n");
      }
    }
  }
  return out;
}

} // namespace weir::grader
