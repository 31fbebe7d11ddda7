#pragma once

/// The trace: what happened in a run, event by event. Recording is in recorder.hpp, the vocabulary
/// in event.hpp.
#include "weir/trace/chrome.hpp"
#include "weir/trace/event.hpp"
#include "weir/trace/file.hpp"
#include "weir/trace/recorder.hpp"
#include "weir/trace/recording.hpp"
#include "weir/trace/source.hpp"
#include "weir/trace/summary.hpp"
#include "weir/trace/text.hpp"
