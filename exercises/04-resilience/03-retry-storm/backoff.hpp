#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>

/// Many clients of one dependency.
struct fleet {
  std::size_t clients = 1000;
  /// What the dependency serves, in calls a second.
  double capacity = 250;
};

/// One of them, as it knows itself.
struct client {
  /// Its serial number: no other client of the fleet has it. They come in no order.
  std::uint64_t serial = 0;
  fleet among;
};

/// When one client tries again. A value behind an interface: it waits for nothing and calls nobody.
class backoff {
public:
  virtual ~backoff() = default;

  /// How long the client waits before its next call, after so many failures in a row (1, 2, 3, ...;
  /// a success in between starts it at 1 again). Not negative.
  virtual std::chrono::nanoseconds pause(unsigned failures) = 0;
};

/// Made once for each client, when it starts. All clients may start in the same instant, as after a
/// power cut. The same client gets the same pauses each time, so that what happened in the field
/// can be computed again: no `std::random_device`, no addresses.
std::unique_ptr<backoff> make_backoff(const client& self);
