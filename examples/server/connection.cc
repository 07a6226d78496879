#include "examples/server/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <random>

namespace Server {

Connection::~Connection() { ::close(socket_); }

bool Connection::read_line(std::string& line) {
  for (;;) {
    if (const std::size_t end = unread_.find('\n'); end != std::string::npos) {
      line = unread_.substr(0, end);
      unread_.erase(0, end + 1);
      return true;
    }
    char part[4096];
    const ssize_t n = ::recv(socket_, part, sizeof part, 0);
    if (n <= 0) return false;
    unread_.append(part, static_cast<std::size_t>(n));
  }
}

bool Connection::write_line(std::string_view line) {
  std::string rest(line);
  rest += '\n';
  while (!rest.empty()) {
    const ssize_t n = ::send(socket_, rest.data(), rest.size(), MSG_NOSIGNAL);
    if (n <= 0) return false;
    rest.erase(0, static_cast<std::size_t>(n));
  }
  return true;
}

namespace {

std::string answer(const std::string& request, Store& store) {
  const std::size_t verb_end = request.find(' ');
  if (verb_end == std::string::npos) return "what?";
  const std::string verb = request.substr(0, verb_end);
  const std::size_t name_end = request.find(' ', verb_end + 1);
  const std::string name = request.substr(verb_end + 1, name_end - verb_end - 1);
  if (verb == "set" && name_end != std::string::npos) {
    store.set(name, request.substr(name_end + 1));
    return "ok";
  }
  if (verb == "get") {
    const std::optional<std::string> value = store.get(name);
    return value ? "is " + *value : "none";
  }
  if (verb == "del") return store.remove(name) ? "ok" : "none";
  return "what?";
}

}  // namespace

void serve(Connection& connection, Store& store) {
  std::string request;
  while (connection.read_line(request) && connection.write_line(answer(request, store))) {
  }
}

unsigned use_server(Connection& connection, unsigned client, unsigned requests) {
  std::mt19937 random(client);
  std::map<std::string, std::string> known;
  unsigned wrong = 0;
  for (unsigned i = 0; i < requests; ++i) {
    const std::string name =
        "client" + std::to_string(client) + "/name" + std::to_string(random() % 1000);
    const auto found = known.find(name);
    std::string request;
    std::string expected = found == known.end() ? "none" : "ok";
    switch (random() % 4) {
      case 0:
        request = "del " + name;
        known.erase(name);
        break;
      case 1: {
        const std::string value(random() % 2000, static_cast<char>('a' + random() % 26));
        request = "set " + name + " " + value;
        expected = "ok";
        known[name] = value;
        break;
      }
      default:
        request = "get " + name;
        if (found != known.end()) expected = "is " + found->second;
    }
    std::string line;
    if (!connection.write_line(request) || !connection.read_line(line)) return wrong + 1;
    if (line != expected) ++wrong;
  }
  return wrong;
}

}  // namespace Server
