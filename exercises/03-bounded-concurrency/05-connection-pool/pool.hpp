#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

namespace asio = boost::asio;

/// Everything here is called on one executor, and that is one thread.
///
/// Errors are thrown as `boost::system::system_error`. What waits can be cancelled, with the type
/// `terminal` (part of what `||` and a deadline send), and then throws
/// `asio::error::operation_aborted`.

/// A connection to the database. Destroying it closes it.
class connection {
public:
  virtual ~connection() = default;

  /// True once it has failed: it will not work again. May come to pass at any time, in use or idle.
  [[nodiscard]] virtual bool broken() const = 0;
};

/// The database.
class database {
public:
  virtual ~database() = default;

  /// Opens a connection, which may take a while. When that fails, awaiting it throws, whatever that
  /// may be; the call itself never does. Cancelled, it ends in that instant. May be called while
  /// other calls run.
  virtual asio::awaitable<std::unique_ptr<connection>> connect() = 0;
};

class connection_pool;

/// A connection on loan: goes back to its pool when the lease is destroyed. Given; not yours to
/// write.
class lease {
public:
  /// Nothing on loan.
  lease() = default;

  lease(connection_pool& from, std::unique_ptr<connection> what)
      : from_(&from), what_(std::move(what)) {}

  lease(lease&&) = default;
  inline lease& operator=(lease&& other) noexcept;
  inline ~lease();

  [[nodiscard]] connection& operator*() const { return *what_; }

  [[nodiscard]] connection* operator->() const { return what_.get(); }

private:
  connection_pool* from_ = nullptr;
  std::unique_ptr<connection> what_;
};

/// At most `size` connections, for whoever needs one for a while.
///
/// Lifetime: nobody is inside and nothing is on loan when the pool is destroyed.
class connection_pool {
public:
  virtual ~connection_pool() = default;

  /// An idle connection, or a new one if there are fewer than `size`; otherwise waits until one is
  /// given back or can be opened. Throws `asio::error::timed_out` when `deadline` comes first, and
  /// what `connect` throws.
  virtual asio::awaitable<lease> acquire(std::chrono::steady_clock::time_point deadline) = 0;

  /// Takes back what a lease held. Only leases call it. Never waits, never throws.
  virtual void give_back(std::unique_ptr<connection> used) noexcept = 0;
};

inline lease& lease::operator=(lease&& other) noexcept {
  std::swap(from_, other.from_);
  std::swap(what_, other.what_);
  return *this;
}

inline lease::~lease() {
  if (what_)
    from_->give_back(std::move(what_));
}

/// A pool without any connections yet. `size` is at least 1; `opens` outlives the pool.
std::unique_ptr<connection_pool> make_connection_pool(asio::any_io_executor executor,
                                                      database& opens, std::size_t size);
