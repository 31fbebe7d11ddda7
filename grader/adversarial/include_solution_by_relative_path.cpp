// attack: #include of the solution by a relative path
// accepted: does-not-compile
// forbidden in the report: WEIR_EXPLORE
#include "../../../solutions/01-back-pressure/01-bounded-queue/queue.cpp"
