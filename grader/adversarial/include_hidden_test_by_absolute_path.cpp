// attack: #include of the hidden test by its absolute path
// accepted: does-not-compile
// forbidden in the report: WEIR_EXPLORE
#include "@ROOT@/grader/hidden/01-back-pressure/01-bounded-queue/tests.cpp"
