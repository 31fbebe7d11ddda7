/// \file
/// What most files of the grader include, and the heavy libraries that some do, compiled once: the
/// precompiled header of all rooms. No file includes it; each still names what it uses.
#pragma once

#include <weir/prelude.hpp>

#include <boost/asio.hpp>
#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <variant>
#include <vector>
