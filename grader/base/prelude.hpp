/// \file
/// What most files of the grader include, compiled once: the precompiled header of all rooms.
/// No file includes it; each still names what it uses.
#pragma once

#include <weir/prelude.hpp>

#include <boost/asio/buffer.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>
