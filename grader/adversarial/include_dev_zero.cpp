// attack: #include of a file without end
// accepted: does-not-compile, timed-out
#include "/dev/zero"
