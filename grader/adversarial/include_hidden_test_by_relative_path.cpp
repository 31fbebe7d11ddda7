// attack: #include of the hidden test by a relative path
// accepted: does-not-compile
// forbidden in the report: WEIR_EXPLORE
#include "../../../grader/hidden/01-back-pressure/01-bounded-queue/tests.cpp"
