// attack: #include of the hidden test by a path that a macro hides
// accepted: does-not-compile
// forbidden in the report: WEIR_EXPLORE
#define WHERE "@ROOT@/grader/hidden/01-back-pressure/01-bounded-queue/tests.cpp"
#include WHERE
