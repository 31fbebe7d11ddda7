// attack: #include of the solution by a path that a macro hides
// accepted: does-not-compile
// forbidden in the report: WEIR_EXPLORE
#define WHERE "@ROOT@/solutions/01-back-pressure/01-bounded-queue/queue.cpp"
#include WHERE
