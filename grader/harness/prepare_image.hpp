#pragma once

namespace weir::harness {

/// What a run in a fresh process would otherwise wait for, to be done while nobody waits: memory
/// that is there before it is touched, in large pages where the kernel has them. Costs 1 ms, and
/// spares a run of 50,000 events 2 to 3.
void prepare_memory();

/// Reads the symbol tables of all that is loaded, which names of tasks come from. What this process
/// has read, its forks need not read again.
void read_symbol_tables();

} // namespace weir::harness
