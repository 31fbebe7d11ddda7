/// \file
/// Storms against a specification: random commands from several callers under explored schedules,
/// and a small model that says whether what was seen may be.
///
/// Five parts, each of use alone:
///
/// - `weir/storm/plan.hpp` draws the commands. Every draw is a `weir::pick`, so that the token of a
///   schedule holds the commands too, and the explorer's shrinking makes both simpler.
/// - `weir/storm/edges.hpp` holds the values at which code breaks.
/// - `weir/storm/outcome.hpp` tells how a call ended.
/// - `weir/storm/conformance.hpp` checks a history against the model.
/// - `weir/storm/runner.hpp` carries the commands out, with quiet moments, an end, and a story.
///
/// A storm is a scenario like any other: draw a plan, carry it out, note what happens in a
/// `conformance`, and ask it in quiet moments whether the model can follow.
///
/// Sources. The idea, commands drawn at random and checked against a model, then made simpler:
/// Claessen, Hughes: "QuickCheck" (ICFP 2000); Claessen, Palka, Smallbone, Hughes, Svensson, Arts,
/// Wiger: "Finding race conditions in Erlang with QuickCheck and PULSE" (ICFP 2009); Hughes,
/// Bolinder: "Testing a database for race conditions with QuickCheck" (Erlang 2011). Shrinking the
/// draws in place of the values: MacIver, Donaldson: "Test-case reduction via test-case generation:
/// insights from the Hypothesis reducer" (ECOOP 2020). Checking: see conformance.hpp.
#pragma once

#include <weir/storm/conformance.hpp>
#include <weir/storm/edges.hpp>
#include <weir/storm/outcome.hpp>
#include <weir/storm/plan.hpp>
#include <weir/storm/runner.hpp>
