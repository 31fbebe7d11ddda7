/// \file
/// What the runtime's own tests share.
#pragma once

#include <weir/policy.hpp>
#include <weir/run.hpp>

namespace weir::test {

using channel = asio::experimental::channel<void(boost::system::error_code, int)>;

inline run_result run_once(const scenario& body, const run_options& options = {}) {
  const auto fifo = make_fifo();
  fifo->begin_run(options.seed);
  return run(body, *fifo, options);
}

} // namespace weir::test
