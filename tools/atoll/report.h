// A command's answer, and its four forms: a table for people, JSON and CSV for programs, Markdown
// for documents.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace Atoll::tool {

// Keys stay in the order in which they were added.
using Json = nlohmann::ordered_json;

template <typename Value>
Json json_or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json(nullptr);
}

enum class Format { kTable, kJson, kCsv, kMarkdown };

std::optional<Format> parse_format(std::string_view text);
std::vector<std::string> format_names();

struct Column {
  std::string name;
  bool right = false;  // aligned to the right, as numbers are
};

struct Table {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;
};

// One table of an answer, with its title and the notes after it.
struct Section {
  std::string title;
  Table table;
  std::vector<std::string> notes;
};

struct Report {
  Json document;                  // json
  std::vector<Section> sections;  // table, and markdown unless it has its own
  std::vector<Section> markdown;
  Table rows;      // csv: everything in one table, exact
  bool ok = true;  // false: a check failed, and the program says so by its exit code
  // What could not be answered, each a line on standard error; the exit code is that of an error.
  std::vector<std::string> problems;
};

// An array of flat objects as a table: a column for every key, in the order in which keys first
// appear. A list becomes words; null and a missing key become an empty cell.
Table table_of(const Json& array);

// A value as table_of() writes it.
std::string plain_text(const Json& value);

// `bold` makes a table's titles and headers stand out on a terminal.
std::string render(const Report& report, Format format, bool bold = false);

}  // namespace Atoll::tool
