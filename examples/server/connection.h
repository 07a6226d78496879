// One end of a connection: its lines of text, and the work of both ends.
#pragma once

#include <string>
#include <string_view>

#include "examples/server/store.h"

namespace Server {

class Connection {
 public:
  // Takes over the socket.
  explicit Connection(int socket) : socket_(socket) {}
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // False: the other end is gone.
  bool read_line(std::string& line);
  bool write_line(std::string_view line);

 private:
  int socket_;
  std::string unread_;
};

// Answers until the other end is gone: "set NAME VALUE", "get NAME", "del NAME" are answered by
// "ok", "is VALUE", "none", or "what?".
void serve(Connection& connection, Store& store);

// Sends `requests` random requests about names of its own, and compares each answer with what it
// remembers. How many were wrong.
unsigned use_server(Connection& connection, unsigned client, unsigned requests);

}  // namespace Server
