/// \file
/// What the fixture's scene asks of the fixture's "reader's code".
#pragma once

enum class mischief { none, crash, hang, leave, complain };

/// Does it, and comes back only from `none` and `complain`.
void do_mischief(mischief what);

/// 1 in one build of the code, 2 in the other.
double version();
