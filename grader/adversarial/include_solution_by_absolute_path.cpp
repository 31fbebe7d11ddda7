// attack: #include of the solution by its absolute path
// accepted: does-not-compile
// forbidden in the report: WEIR_EXPLORE
#include "@ROOT@/solutions/01-back-pressure/01-bounded-queue/queue.cpp"
