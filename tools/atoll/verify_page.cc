#include "tools/atoll/verify_page.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "src/port/port.h"
#include "tools/atoll/address_picture.h"
#include "tools/atoll/port_choice.h"
#include "tools/atoll/port_keys.h"
#include "tools/atoll/report.h"

namespace Atoll::tool {
namespace {

constexpr std::string_view kHead = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Atoll: every target</title>
<style>
:root { color-scheme: light dark; --back: #ffffff; --text: #1b1f24; --faint: #d0d7de; --soft: #57606a;
  --good: #1a7f37; --bad: #b3261e; --hint: #6e40c9; }
@media (prefers-color-scheme: dark) {
  :root { --back: #0d1117; --text: #e6edf3; --faint: #30363d; --soft: #9198a1; --good: #3fb950;
    --bad: #ff7b72; --hint: #bc8cff; }
}
body { background: var(--back); color: var(--text); font: 15px/1.5 sans-serif; margin: 2em auto;
  max-width: 90em; padding: 0 1em; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
ul { margin: .2em 0; padding-left: 1.2em; }
th, td { border-bottom: 1px solid var(--faint); padding: .3em .6em; text-align: left;
  vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
code, td.number { font-family: monospace; white-space: nowrap; }
td:last-child { min-width: 22em; }
caption { text-align: left; color: var(--soft); }
.agrees { color: var(--good); }
.disagrees { color: var(--bad); font-weight: bold; }
.skipped { color: var(--soft); }
svg { width: 100%; height: auto; }
svg text { fill: var(--text); font: 12px monospace; }
svg .scale { fill: var(--soft); font-size: 10px; }
svg .grid { stroke: var(--faint); }
svg .space { stroke: var(--soft); stroke-width: 2; }
svg .hint { stroke: var(--hint); opacity: .45; }
svg .refused { stroke: var(--bad); stroke-width: 2; fill: none; }
svg .arena { fill: var(--good); }
</style>
</head>
<body>
<main>
)";

std::string_view class_of(const TargetResult& result) {
  if (!result.ok) return "skipped";
  return *result.ok ? "agrees" : "disagrees";
}

std::string value_cell(const TargetResult& result, const char* key) {
  return fmt::format("<td class=\"number\">{}</td>",
                     html(result.findings.value(key).value_or("-")));
}

std::string list_of(const std::vector<std::string>& items) {
  if (items.empty()) return {};
  std::string out = "<ul>\n";
  for (const std::string& item : items) out += fmt::format("<li>{}</li>\n", html(item));
  return out + "</ul>\n";
}

std::string checks_of(const TargetResult& result) {
  if (result.findings.checks().empty()) return {};
  const auto& checks = result.findings.checks();
  const auto good = std::ranges::count_if(checks, [](const Check& check) { return check.ok; });
  std::string out = fmt::format("<details{}><summary>{} of {} checks agree</summary>\n<ul>\n",
                                result.findings.agrees() ? "" : " open", good, checks.size());
  for (const Check& check : checks) {
    out += fmt::format("<li class=\"{}\">{}: {}: {}</li>\n", check.ok ? "agrees" : "disagrees",
                       check.ok ? "ok" : "FAIL", html(check.name), html(check.why));
  }
  return out + "</ul>\n</details>\n";
}

std::string calls_of(const TargetResult& result) {
  const auto& calls = result.findings.calls();
  if (calls.empty()) return {};
  return fmt::format("<details><summary>{} calls to the operating system</summary>\n{}</details>\n",
                     calls.size(), list_of(calls));
}

std::string row_of(const TargetResult& result) {
  std::string out = fmt::format("<tr>\n<th scope=\"row\"><code>{}</code></th>\n<td>{}</td>\n",
                                html(result.target), html(result.how.empty() ? "-" : result.how));
  out += fmt::format("<td>{}</td>\n", result.port ? name(result.port->release) : "-");
  for (const char* key : {"pageSize", "addressBits", "FixedStack", "NumStackOrders", "firstHint",
                          "hintIndex", "firstArena"}) {
    out += value_cell(result, key) + "\n";
  }
  out +=
      fmt::format("<td class=\"{}\">{}</td>\n<td>{}{}{}</td>\n</tr>\n", class_of(result),
                  verdict_of(result), checks_of(result), list_of(result.notes), calls_of(result));
  return out;
}

std::string table_of_targets(std::span<const TargetResult> results) {
  // Whoever has no mouse can reach and scroll it.
  std::string out =
      "<div class=\"scroll\" role=\"region\" aria-label=\"Targets\" tabindex=\"0\">\n"
      "<table>\n<caption>A hint's number is its place in the port's list; - is none."
      "</caption>\n<thead>\n<tr>";
  for (const char* column :
       {"target", "run by", "Go", "page", "address bits", "FixedStack", "orders", "first hint",
        "hint used", "first arena", "verdict", "checks, notes and calls"}) {
    out += fmt::format("<th scope=\"col\">{}</th>", column);
  }
  out += "</tr>\n</thead>\n<tbody>\n";
  for (const TargetResult& result : results) out += row_of(result);
  return out + "</tbody>\n</table>\n</div>\n";
}

// "1.14 to 1.15: arenaBaseOffset 0x... is now 0x..." for each key that changed.
std::vector<std::string> changes_of(const port::Port& port) {
  std::vector<std::string> changes;
  std::optional<port::PortSpec> before;
  for (const port::Release release : port::kReleases) {
    port::Port now = port;
    now.release = release;
    if (!port::exists(now)) continue;
    const port::PortSpec spec = port::spec(now);
    for (const PortKey& key : all_port_keys()) {
      const bool in_both =
          before && key.releases.contains(before->release) && key.releases.contains(release);
      if (!in_both || key.name == "go") continue;
      const Json from = key.value(*before);
      const Json to = key.value(spec);
      if (from == to) continue;
      changes.push_back(fmt::format("{}: {} was {} and is {}", name(release), key.name,
                                    shown_value(key, from), shown_value(key, to)));
    }
    before = spec;
  }
  return changes;
}

std::string differences(std::span<const TargetResult> results) {
  std::vector<port::Port> seen;
  std::string out;
  for (const TargetResult& result : results) {
    if (!result.port) continue;
    const bool is_new = std::ranges::none_of(seen, [&](const port::Port& port) {
      return port.is(result.port->goos, result.port->goarch);
    });
    if (!is_new) continue;
    seen.push_back(*result.port);
    const std::vector<std::string> changes = changes_of(*result.port);
    out += fmt::format("<details><summary>{}: {} {}</summary>\n{}</details>\n",
                       html(port_name(*result.port)), changes.size(),
                       changes.size() == 1 ? "change" : "changes", list_of(changes));
  }
  return out;
}

std::string summary(std::span<const TargetResult> results) {
  const auto run = std::ranges::count_if(results, [](const auto& r) { return r.ok.has_value(); });
  const auto agree = std::ranges::count_if(results, [](const auto& r) { return r.ok == true; });
  return fmt::format("<p>{} targets: {} run, {} agree, {} not run.</p>\n", results.size(), run,
                     agree, static_cast<std::ptrdiff_t>(results.size()) - run);
}

}  // namespace

std::string verify_page(std::span<const TargetResult> results) {
  std::string out(kHead);
  out += "<h1>Every target, and how it was run</h1>\n" + summary(results);
  out +=
      "<h2>Addresses</h2>\n<p>On each line, from low addresses to high ones: the addresses that "
      "the "
      "system has (the line), the port's hints (thin strokes), places that the heap asked for and "
      "did not get (crosses), and its first arena (the dot). The scale is logarithmic.</p>\n";
  out += address_picture(results);
  out += "<h2>Targets</h2>\n" + table_of_targets(results);
  out +=
      "<h2>Differences between releases</h2>\n<p>What the numbers of each port were in the release "
      "before, and are from the named one on.</p>\n";
  out += differences(results);
  return out + "</main>\n</body>\n</html>\n";
}

}  // namespace Atoll::tool
