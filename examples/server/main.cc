// A server that keeps texts by name, and the clients that ask it, in one process: a thread for each
// end of each connection.

#include <sys/socket.h>

#include <atomic>
#include <cstdlib>
#include <iostream>
#include <thread>
#include <vector>

#include "examples/server/connection.h"

int main(int argc, char** argv) {
  const auto number = [&](int i, unsigned otherwise) {
    return argc > i ? static_cast<unsigned>(std::strtoul(argv[i], nullptr, 10)) : otherwise;
  };
  const unsigned clients = number(1, 4);
  const unsigned requests = number(2, 10'000);
  if (argc > 3 || clients == 0 || requests == 0) {
    std::cerr << "usage: server [clients] [requests of each]\n";
    return 2;
  }
  Server::Store store;
  std::atomic<unsigned> wrong{0};
  std::vector<std::thread> threads;
  for (unsigned client = 0; client < clients; ++client) {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
      std::cerr << "no more connections\n";
      std::_Exit(1);
    }
    threads.emplace_back([&store, socket = ends[0]] {
      Server::Connection connection(socket);
      Server::serve(connection, store);
    });
    threads.emplace_back([&wrong, client, requests, socket = ends[1]] {
      Server::Connection connection(socket);
      wrong += Server::use_server(connection, client, requests);
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::cout << "clients " << clients << "\nrequests " << clients * requests << "\nnames "
            << store.size() << "\nwrong answers " << wrong << '\n';
  return wrong == 0 ? 0 : 1;
}
