#include "tools/atoll/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace Atoll::tool {
namespace {

struct FormatName {
  Format format;
  std::string_view name;
};

constexpr std::array<FormatName, 4> kFormats = {{
    {Format::kTable, "table"},
    {Format::kJson, "json"},
    {Format::kCsv, "csv"},
    {Format::kMarkdown, "markdown"},
}};

constexpr std::string_view kBold = "\x1b[1m";
constexpr std::string_view kNormal = "\x1b[0m";

std::string emphasized(std::string_view text, bool bold) {
  return bold ? fmt::format("{}{}{}", kBold, text, kNormal) : std::string(text);
}

std::vector<std::string> names(const std::vector<Column>& columns) {
  std::vector<std::string> result;
  for (const Column& column : columns) result.push_back(column.name);
  return result;
}

std::string aligned_line(const Table& table, const std::vector<std::size_t>& widths,
                         const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += "  ";
    line += table.columns[i].right ? fmt::format("{:>{}}", cells[i], widths[i])
                                   : fmt::format("{:<{}}", cells[i], widths[i]);
  }
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

std::string aligned(const Table& table, bool bold) {
  if (table.rows.empty()) return {};
  std::vector<std::size_t> widths;
  for (const Column& column : table.columns) widths.push_back(column.name.size());
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = emphasized(aligned_line(table, widths, names(table.columns)), bold) + '\n';
  for (const auto& row : table.rows) text += aligned_line(table, widths, row) + '\n';
  return text;
}

std::string aligned(const std::vector<Section>& sections, bool bold) {
  std::string text;
  for (const Section& section : sections) {
    if (!text.empty()) text += '\n';
    if (!section.title.empty()) text += emphasized(section.title, bold) + '\n';
    text += aligned(section.table, bold);
    for (const std::string& note : section.notes) text += note + '\n';
  }
  return text;
}

// RFC 4180, but lines end as this system's do.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (const std::string& cell : cells) {
    if (&cell != &cells.front()) line += ',';
    line += csv_cell(cell);
  }
  return line + '\n';
}

std::string csv(const Table& table) {
  std::string text = csv_line(names(table.columns));
  for (const auto& row : table.rows) text += csv_line(row);
  return text;
}

// Underscores stay: ours are inside words, where they mean nothing.
std::string markdown_text(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '|' || c == '\\' || c == '*' || c == '<') escaped += '\\';
    escaped += c == '\n' ? ' ' : c;
  }
  return escaped;
}

std::string markdown_line(const std::vector<std::string>& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) line += fmt::format(" {} |", markdown_text(cell));
  return line + '\n';
}

std::string markdown(const Table& table) {
  if (table.rows.empty()) return {};
  std::string text = markdown_line(names(table.columns)) + "|";
  for (const Column& column : table.columns) text += column.right ? " ---: |" : " --- |";
  text += '\n';
  for (const auto& row : table.rows) text += markdown_line(row);
  return text;
}

std::string markdown(const std::vector<Section>& sections) {
  std::string text;
  for (const Section& section : sections) {
    if (!text.empty()) text += '\n';
    if (!section.title.empty()) text += fmt::format("**{}**\n\n", markdown_text(section.title));
    text += markdown(section.table);
    if (!section.notes.empty() && !section.table.rows.empty()) text += '\n';
    for (const std::string& note : section.notes) text += "- " + markdown_text(note) + '\n';
  }
  return text;
}

}  // namespace

std::optional<Format> parse_format(std::string_view text) {
  for (const FormatName& entry : kFormats) {
    if (entry.name == text) return entry.format;
  }
  return std::nullopt;
}

std::vector<std::string> format_names() {
  std::vector<std::string> result;
  for (const FormatName& entry : kFormats) result.emplace_back(entry.name);
  return result;
}

std::string plain_text(const Json& value) {
  if (value.is_null()) return {};
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_array()) return value.dump();
  std::string words;
  for (const Json& element : value) {
    if (!words.empty()) words += ' ';
    words += plain_text(element);
  }
  return words;
}

Table table_of(const Json& array) {
  Table table;
  const auto index_of = [&table](const std::string& key) {
    const auto found = std::ranges::find(table.columns, key, &Column::name);
    return static_cast<std::size_t>(std::distance(table.columns.begin(), found));
  };
  for (const Json& object : array) {
    for (const auto& [key, value] : object.items()) {
      const std::size_t index = index_of(key);
      if (index == table.columns.size()) table.columns.push_back({key, false});
      if (value.is_number()) table.columns[index].right = true;
    }
  }
  for (const Json& object : array) {
    std::vector<std::string> row(table.columns.size());
    for (const auto& [key, value] : object.items()) row[index_of(key)] = plain_text(value);
    table.rows.push_back(std::move(row));
  }
  return table;
}

std::string render(const Report& report, Format format, bool bold) {
  switch (format) {
    case Format::kTable:
      return aligned(report.sections, bold);
    case Format::kJson:
      return report.document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
    case Format::kCsv:
      return csv(report.rows);
    case Format::kMarkdown:
      return markdown(report.markdown.empty() ? report.sections : report.markdown);
  }
  return {};
}

}  // namespace Atoll::tool
