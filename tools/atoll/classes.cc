#include "tools/atoll/classes.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "src/port/port.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

using port::PortSpec;
using port::Release;
using port::SizeClass;
using port::SizeClassTable;

// With a port, also the objects its spans really hold: metadata takes the end of some.
Json class_list(const SizeClassTable& table, const std::optional<PortSpec>& spec) {
  Json list = Json::array();
  for (unsigned i = 1; i < table.count; ++i) {
    const SizeClass& size_class = table.classes[i];
    Json object = {{"class", i},
                   {"size", size_class.size},
                   {"npages", size_class.npages},
                   {"objects", size_class.objects},
                   {"tail", size_class.tail},
                   {"maxWaste", size_class.max_waste()}};
    if (spec) {
      object["scanObjects"] = objects_per_span(*spec, size_class, false);
      object["noscanObjects"] = objects_per_span(*spec, size_class, true);
    }
    list.push_back(std::move(object));
  }
  return list;
}

// The numbers that the release stores for each class: up to 1.16 also shifts and a mask.
Json division_magic(Release release) {
  const unsigned count = port::size_classes(release).count;
  Json list = Json::array();
  for (unsigned i = 0; i < count; ++i) {
    const port::DivMagic& magic = port::div_magic(release)[i];
    if (release >= Release::k1_17) {
      list.push_back({{"mul", magic.mul}});
    } else {
      list.push_back({{"shift", magic.shift},
                      {"shift2", magic.shift2},
                      {"mul", magic.mul},
                      {"baseMask", magic.base_mask}});
    }
  }
  return list;
}

Table shown_classes(const Json& classes, bool with_port) {
  Table table;
  table.columns = {{"class", true},   {"size", true}, {"pages", true},
                   {"objects", true}, {"tail", true}, {"max waste", true}};
  if (with_port) {
    table.columns.push_back({"objects with pointers", true});
    table.columns.push_back({"without", true});
  }
  for (const Json& object : classes) {
    std::vector<std::string> row;
    for (const auto& [key, value] : object.items()) {
      row.push_back(key == "maxWaste" ? percent(value.get<double>()) : value.dump());
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

// A lookup table, sixteen entries to a line.
Table shown_lookup(const Json& entries) {
  constexpr std::size_t kPerLine = 16;
  Table table;
  table.columns.push_back({"index", true});
  for (std::size_t i = 0; i < kPerLine; ++i) table.columns.push_back({fmt::format("+{}", i), true});
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (i % kPerLine == 0) table.rows.push_back({fmt::to_string(i)});
    table.rows.back().push_back(entries[i].dump());
  }
  table.rows.back().resize(kPerLine + 1);
  return table;
}

Table shown_magic(const Json& magic) {
  Table table = table_of(magic);
  table.columns.insert(table.columns.begin(), {"class", true});
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    table.rows[i].insert(table.rows[i].begin(), fmt::to_string(i));
  }
  return table;
}

// All tables in one, a row for every entry: which table, which index, and the fields it has.
Json long_form(const Json& document) {
  Json rows = Json::array();
  for (const char* table : {"classes", "size_to_class8", "size_to_class128", "divmagic"}) {
    std::size_t index = 0;
    for (const Json& entry : document[table]) {
      Json row = {{"table", table}, {"index", index++}};
      if (entry.is_object()) {
        row.update(entry);
        if (entry.contains("class")) row["index"] = entry["class"];
      } else {
        row["class"] = entry;
      }
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

class ClassesCommand : public Command {
 public:
  std::string name() const override { return "classes"; }
  std::string summary() const override {
    return "The size classes of a release; with --goos and --goarch also what a port's spans hold";
  }
  std::string example() const override { return "classes --go 1.16 --tables"; }

  void add_flags(CLI::App& app) override {
    tables_.emplace(app, "--tables", "also the lookup tables and the division magic");
  }

  Report run(const Options& options) override {
    const Release release = options.release();
    const SizeClassTable& table = port::size_classes(release);
    // Size classes depend on the release alone, but flags that name no port are refused as ever.
    const std::vector<PortSpec> ports = require_ports(options);
    std::optional<PortSpec> spec;
    if (options.goos && options.goarch) spec = ports.front();

    Report report;
    Json& document = report.document;
    document["go"] = port::name(release);
    if (spec) document.update(json_of(*spec));
    document["classes"] = class_list(table, spec);
    const std::string title = spec ? title_of(*spec) : fmt::format("Go {}", port::name(release));
    report.sections.push_back({fmt::format("{}, size classes", title),
                               shown_classes(document["classes"], spec.has_value()),
                               {}});
    report.rows = table_of(document["classes"]);
    if (tables_->is_set()) add_tables(release, report);
    return report;
  }

 private:
  static void add_tables(Release release, Report& report) {
    const SizeClassTable& table = port::size_classes(release);
    Json& document = report.document;
    document["size_to_class8"] = table.size_to_class8;
    document["size_to_class128"] = table.size_to_class128;
    document["divmagic"] = division_magic(release);
    report.sections.push_back({"size_to_class8: the class of (size+7)/8, up to 1016 bytes",
                               shown_lookup(document["size_to_class8"]),
                               {}});
    report.sections.push_back({"size_to_class128: the class of (size-1024+127)/128, above",
                               shown_lookup(document["size_to_class128"]),
                               {}});
    report.sections.push_back({release >= Release::k1_17
                                   ? "divmagic: an object's index is (offset * mul) >> 32"
                                   : "divmagic: an object's index is ((offset >> shift) * mul) >> "
                                     "shift2",
                               shown_magic(document["divmagic"]),
                               {}});
    report.rows = table_of(long_form(document));
  }

  std::optional<SwitchFlag> tables_;
};

}  // namespace

std::unique_ptr<Command> make_classes_command() { return std::make_unique<ClassesCommand>(); }

}  // namespace Atoll::tool
