// attack: #include of the hidden test by a relative path that a macro hides
// accepted: does-not-compile
// forbidden in the report: WEIR_EXPLORE
#define WHERE "../../../grader/hidden/01-back-pressure/01-bounded-queue/tests.cpp"
#include WHERE
