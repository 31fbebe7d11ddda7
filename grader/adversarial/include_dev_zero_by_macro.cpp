// attack: #include of a file without end, by a path that a macro hides
// accepted: does-not-compile, timed-out
#define WHERE "/dev/zero"
#include WHERE
