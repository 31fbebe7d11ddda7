/// \file
/// What the fixture's scene asks of the fixture's "reader's code".
#pragma once

enum class mischief { none, crash, hang, leave, complain, kill, fork, escape };

/// Does it, and comes back only from `none`, `complain` and what is refused.
void do_mischief(mischief what);

/// 1 in one build of the code, 2 in the other.
double version();

/// How often this has been called: the code keeps count in a global variable.
double visits();
