#include "tools/atoll/address_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "src/port/port.h"
#include "tools/atoll/text.h"

namespace Atoll::tool {
namespace {

// In units of the picture.
constexpr double kLabels = 190;
constexpr double kWidth = 1000;
constexpr double kMargin = 20;
constexpr double kRow = 20;
constexpr double kHead = 30;

// The scale is logarithmic, as the places of different ports lie between megabytes and terabytes.
constexpr unsigned kFirstBit = 20;
constexpr unsigned kLastBit = 48;  // or more, where a port has more
constexpr unsigned kBitsPerLabel = 4;

// The hexadecimal number that the text begins with.
std::optional<std::uint64_t> read_hex(std::string_view text) {
  return parse_hex(text.substr(0, text.find_first_not_of("0123456789abcdefx")));
}

bool is_drawn(const TargetResult& result) { return result.ok.has_value() && result.port; }

class Picture {
 public:
  explicit Picture(std::span<const TargetResult> results) {
    for (const TargetResult& result : results) {
      if (!is_drawn(result)) continue;
      ++rows_;
      last_bit_ = std::max(last_bit_, port::spec(*result.port).heap_addr_bits);
    }
  }

  std::string draw(std::span<const TargetResult> results) {
    begin();
    double y = kHead;
    for (const TargetResult& result : results) {
      if (!is_drawn(result)) continue;
      add_row(result, y);
      y += kRow;
    }
    return out_ + "</svg>\n";
  }

 private:
  double height() const { return kHead + static_cast<double>(rows_) * kRow; }

  double x_of_bit(double bit) const {
    const double share = (bit - kFirstBit) / static_cast<double>(last_bit_ - kFirstBit);
    return kLabels + std::clamp(share, 0.0, 1.0) * (kWidth - kLabels - kMargin);
  }

  double x_of(std::uint64_t address) const {
    return x_of_bit(address == 0 ? 0 : std::log2(static_cast<double>(address)));
  }

  template <typename... Args>
  void add(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(out_), format, std::forward<Args>(args)...);
  }

  void begin() {
    add("<svg viewBox=\"0 0 {:.0f} {:.0f}\" role=\"img\" aria-labelledby=\"picture-title\">\n",
        kWidth, height());
    add("<title id=\"picture-title\">Addresses on each target: what the heap asked for, and what "
        "it got. The table below has the same addresses as text.</title>\n");
    for (unsigned bit = kFirstBit; bit <= last_bit_; bit += kBitsPerLabel) {
      const double x = x_of_bit(bit);
      add("<line class=\"grid\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"18\" y2=\"{1:.0f}\"/>\n", x,
          height());
      add("<text class=\"scale\" text-anchor=\"middle\" x=\"{:.1f}\" y=\"12\">2^{}</text>\n", x,
          bit);
    }
  }

  void add_row(const TargetResult& result, double y) {
    const double middle = y + kRow / 2;
    add("<g>\n<text class=\"label\" x=\"0\" y=\"{:.1f}\">{}</text>\n", middle + 4,
        html(result.target));
    const port::PortSpec spec = port::spec(*result.port);
    const std::uint64_t bits = result.findings.number("addressBits").value_or(spec.heap_addr_bits);
    const double end = x_of_bit(static_cast<double>(std::min<std::uint64_t>(bits, 64)));
    add("<line class=\"space\" x1=\"{0:.1f}\" x2=\"{1:.1f}\" y1=\"{2:.1f}\" y2=\"{2:.1f}\">"
        "<title>{3} bits of address</title></line>\n",
        kLabels, end, middle, bits);
    for (const std::uint64_t hint : port::arena_hints(spec).main) {
      add("<line class=\"hint\" x1=\"{0:.1f}\" x2=\"{0:.1f}\" y1=\"{1:.1f}\" y2=\"{2:.1f}\"/>\n",
          x_of(hint), middle - 4, middle + 4);
    }
    for (const Request& request : requests_of(result.findings.calls()))
      add_request(request, middle);
    if (const auto first = read_hex(result.findings.value("firstArena").value_or(""))) {
      add("<circle class=\"arena\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4\"><title>first arena at "
          "{}</title></circle>\n",
          x_of(*first), middle, hex(*first));
    }
    add("</g>\n");
  }

  // Only what was not honoured: the rest is where the arena is.
  void add_request(const Request& request, double middle) {
    if (request.was_honoured()) return;
    const double x = x_of(request.asked);
    const std::string got = request.got ? "got " + hex(*request.got) : "got nothing";
    add("<path class=\"refused\" d=\"M{:.1f} {:.1f}l8 8m0 -8l-8 8\"><title>asked for {}, "
        "{}</title></path>\n",
        x - 4, middle - 4, hex(request.asked), got);
  }

  std::size_t rows_ = 0;
  unsigned last_bit_ = kLastBit;
  std::string out_;
};

}  // namespace

std::vector<Request> requests_of(std::span<const std::string> calls) {
  constexpr std::string_view kVerb = "reserve(";
  constexpr std::string_view kArrow = ") -> ";
  std::vector<Request> requests;
  for (const std::string_view call : calls) {
    const std::size_t arrow = call.find(kArrow);
    if (!call.starts_with(kVerb) || arrow == std::string_view::npos) continue;
    const auto asked = read_hex(call.substr(kVerb.size()));
    if (asked.value_or(0) == 0) continue;
    requests.push_back({*asked, read_hex(call.substr(arrow + kArrow.size()))});
  }
  return requests;
}

std::string html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        // HTML has no control characters, not even as references.
        out += (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t') ? ' ' : c;
    }
  }
  return out;
}

std::string address_picture(std::span<const TargetResult> results) {
  return Picture(results).draw(results);
}

}  // namespace Atoll::tool
