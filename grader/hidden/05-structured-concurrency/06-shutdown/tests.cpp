#include "fixture.hpp"
#include "storm.hpp"
#include "weir_catch.hpp"

using namespace weir_hidden;

namespace {

/// Where little can come in another order, or where there is very much, few schedules will do.
weir::explore_options few(std::size_t schedules, std::string name) {
  weir::explore_options options;
  options.name = std::move(name);
  options.search.schedules = schedules;
  options.limits.virtual_time = 20'000 * 24h; // some scenarios last for years
  return options;
}

/// `first`, and so many after it, a millisecond apart.
std::vector<nanoseconds> signals(nanoseconds first, int further) {
  std::vector<nanoseconds> all;
  for (int i = 0; i <= further; ++i)
    all.push_back(first + i * 1ms);
  return all;
}

std::vector<life> many(std::size_t how_many, life each) {
  return std::vector<life>(how_many, each);
}

} // namespace

TEST_CASE("whoever comes in is served, beside the others", "[serves]") {
  WEIR_EXPLORE(few(60, "three, one after the other"), [] {
    return process("serves", {.clients = {{.comes = 1ms, .lasts = 9ms},
                                          {.comes = 4ms, .lasts = 20ms},
                                          {.comes = 6ms, .lasts = 2ms}},
                              .signals = {100ms}});
  });
  WEIR_EXPLORE(few(60, "four in one instant"),
               [] { return process("serves", {.clients = many(4, {.comes = 5ms})}); });
  WEIR_EXPLORE(few(60, "one comes in the instant in which another goes"), [] {
    return process("serves", {.clients = {{.comes = 1ms, .lasts = 5ms}, {.comes = 6ms}}});
  });
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i) {
    const auto kind = static_cast<thrown>(i);
    WEIR_EXPLORE(few(10, weir::text("one throws {}", to_string(kind))), [kind] {
      return process("serves", {.clients = {{.comes = 1ms, .lasts = 3ms, .fails = kind},
                                            {.comes = 2ms},
                                            {.comes = 5ms, .fails = kind, .at_the_call = true},
                                            {.comes = 9ms}}});
    });
  }
  WEIR_EXPLORE(few(10, "one leaves its cancellation state changed"), [] {
    return process("serves", {.clients = {{.comes = 1ms, .shields = true}, {.comes = 9ms}}});
  });
  WEIR_EXPLORE(few(1, "ten thousand at once"),
               [] { return process("serves", {.clients = many(10'000, {.comes = 5ms})}); });
  WEIR_EXPLORE("a storm of clients", [] { return storm("serves", weather::calm); });
}

TEST_CASE("at the first signal the entrance is closed", "[stops]") {
  WEIR_EXPLORE(few(60, "two are inside, one comes later"), [] {
    return process("stops", {.clients = {{.comes = 25ms, .lasts = 20ms},
                                         {.comes = 28ms, .lasts = 4ms},
                                         {.comes = 31ms}}});
  });
  WEIR_EXPLORE(few(10, "nobody is inside"), [] { return process("stops", {}); });
  WEIR_EXPLORE(few(10, "no signal comes"),
               [] { return process("stops", {.clients = {{.comes = 1ms}}, .signals = {}}); });
  WEIR_EXPLORE("one comes in this very instant",
               [] { return process("stops", {.clients = {{.comes = 30ms, .lasts = 8ms}}}); });
  WEIR_EXPLORE("three come in this very instant, one is inside", [] {
    return process("stops", {.clients = {{.comes = 30ms, .lasts = 8ms},
                                         {.comes = 30ms, .lasts = 30ms},
                                         {.comes = 30ms},
                                         {.comes = 25ms}}});
  });
  WEIR_EXPLORE(few(60, "it came before anybody listened"),
               [] { return process("stops", {.clients = {{.comes = 3ms}}, .signals = {0ms}}); });
  WEIR_EXPLORE(few(60, "three signals"), [] {
    return process("stops",
                   {.clients = {{.comes = 28ms, .lasts = 20ms, .tidies = 10ms}, {.comes = 31ms}},
                    .signals = {30ms, 35ms, 36ms}});
  });
  WEIR_EXPLORE("a storm of signals", [] { return storm("stops", weather::hurried); });
}

TEST_CASE("those who are inside have their time", "[drains]") {
  WEIR_EXPLORE(few(60, "two get done"), [] {
    return process("drains",
                   {.clients = {{.comes = 25ms, .lasts = 12ms}, {.comes = 28ms, .lasts = 15ms}},
                    .resources = {{.lasts = 2ms}}});
  });
  WEIR_EXPLORE(few(10, "nobody is inside"),
               [] { return process("drains", {.resources = {{.lasts = 2ms}}}); });
  WEIR_EXPLORE(few(10, "nobody ever was, and nothing is open"),
               [] { return process("drains", {}); });
  WEIR_EXPLORE(few(60, "one goes in the instant of the signal"), [] {
    return process("drains", {.clients = {{.comes = 20ms, .lasts = 10ms}}, .resources = {{}}});
  });
  WEIR_EXPLORE(few(60, "one throws"), [] {
    return process("drains", {.clients = {{.comes = 25ms, .lasts = 12ms, .fails = thrown::number},
                                          {.comes = 28ms, .lasts = 15ms}}});
  });
  WEIR_EXPLORE(few(60, "one is done just before the grace is over"), [] {
    return process("drains", {.clients = {{.comes = 25ms, .lasts = nanoseconds(25ms) - 1ns}}});
  });
  WEIR_EXPLORE(few(60, "a grace below a millisecond"), [] {
    return process("drains", {.clients = {{.comes = 25ms, .lasts = 5800us}}, .grace = 900us});
  });
  WEIR_EXPLORE(few(20, "a grace of one and a half microseconds"), [] {
    return process("drains",
                   {.clients = {{.comes = 30ms - 1us, .lasts = 2'400ns}}, .grace = 1'500ns});
  });
  for (const nanoseconds grace : {for_ever, for_ever - 1ns, nanoseconds(10'000h)})
    WEIR_EXPLORE(few(10, grace == 10'000h    ? "a grace of more than a year"
                         : grace == for_ever ? "a grace without end"
                                             : "a grace without end, almost"),
                 [grace] {
                   return process("drains",
                                  {.clients = {{.comes = 25ms, .lasts = 9'999h}, {.comes = 26ms}},
                                   .resources = {{}},
                                   .grace = grace},
                                  10'001h);
                 });
  WEIR_EXPLORE(few(1, "256 get done, one after the other"), [] {
    std::vector<life> clients;
    for (int i = 0; i < 256; ++i)
      clients.push_back({.comes = 25ms, .lasts = 6ms + i * 10us});
    return process("drains", {.clients = clients, .resources = {{}}});
  });
  WEIR_EXPLORE(few(1, "a thousand get done"), [] {
    return process("drains", {.clients = many(1'000, {.comes = 25ms, .lasts = 10ms})});
  });
  WEIR_EXPLORE("a storm of clients", [] { return storm("drains", weather::calm); });
}

TEST_CASE("when the grace is over, the rest is cancelled and awaited", "[cuts-off]") {
  WEIR_EXPLORE(few(60, "one of two is late"), [] {
    return process("cuts-off", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 7ms},
                                            {.comes = 28ms, .lasts = 5ms}},
                                .resources = {{.lasts = 2ms}}});
  });
  WEIR_EXPLORE(few(60, "three, each in its own way"), [] {
    return process("cuts-off", {.clients = {{.comes = 25ms, .lasts = for_ever},
                                            {.comes = 26ms, .lasts = 30ms, .tidies = 9ms},
                                            {.comes = 27ms, .lasts = for_ever, .tidies = 2ms}},
                                .resources = {{}, {}}});
  });
  WEIR_EXPLORE(few(10, "one tidies up for a year"), [] {
    return process("cuts-off",
                   {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 9'000h}, {.comes = 26ms}},
                    .resources = {{}}},
                   9'001h);
  });
  WEIR_EXPLORE(few(20, "one throws something else"), [] {
    return process(
        "cuts-off",
        {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 3ms, .then = thrown::number},
                     {.comes = 25ms, .lasts = 1h, .tidies = 5ms, .then = thrown::runtime_error}}});
  });
  WEIR_EXPLORE(few(20, "one gets done all the same"), [] {
    return process("cuts-off",
                   {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 4ms, .then = {}}}});
  });
  WEIR_EXPLORE(few(20, "one takes its time"), [] {
    return process("cuts-off", {.clients = {{.comes = 25ms, .lasts = for_ever, .tidies = 5s}},
                                .resources = {{}}});
  });
  WEIR_EXPLORE(few(60, "one is done in this very instant"), [] {
    return process("cuts-off", {.clients = {{.comes = 25ms, .lasts = 25ms},
                                            {.comes = 25ms, .lasts = 26ms, .tidies = 2ms}}});
  });
  WEIR_EXPLORE(few(60, "there is no grace"), [] {
    return process("cuts-off", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 2ms},
                                            {.comes = 28ms, .lasts = 3ms}},
                                .grace = 0ms});
  });
  WEIR_EXPLORE("there is no grace, and one comes in this very instant", [] {
    return process("cuts-off", {.clients = {{.comes = 30ms, .lasts = 1h, .tidies = 2ms},
                                            {.comes = 28ms, .lasts = 1h}},
                                .grace = 0ms});
  });
  WEIR_EXPLORE(few(20, "one leaves its cancellation state changed"), [] {
    return process("cuts-off", {.clients = {{.comes = 25ms, .shields = true},
                                            {.comes = 28ms, .lasts = 1h, .shields = true}}});
  });
  WEIR_EXPLORE(few(60, "a further signal has cancelled them before"), [] {
    return process("cuts-off", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 30ms},
                                            {.comes = 28ms, .lasts = 12ms}},
                                .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(1, "three thousand are late"), [] {
    return process("cuts-off", {.clients = many(3'000, {.comes = 25ms, .lasts = 1h})});
  });
  WEIR_EXPLORE("a storm of clients", [] { return storm("cuts-off", weather::calm); });
}

TEST_CASE("what was opened is closed, the last first, when nobody is served", "[in-order]") {
  WEIR_EXPLORE(few(60, "three resources"), [] {
    return process("in-order", {.clients = {{.comes = 28ms, .lasts = 6ms}},
                                .resources = {{.lasts = 4ms}, {.lasts = 0ms}, {.lasts = 8ms}}});
  });
  WEIR_EXPLORE(few(60, "after one who was cut off"), [] {
    return process("in-order", {.clients = {{.comes = 28ms, .lasts = 1h, .tidies = 6ms},
                                            {.comes = 28ms, .lasts = 6ms}},
                                .resources = {{}, {}}});
  });
  for (std::size_t i = 0; i < weir::storm::thrown_kinds; ++i) {
    const auto kind = static_cast<thrown>(i);
    WEIR_EXPLORE(few(10, weir::text("two throw {}", to_string(kind))), [kind] {
      return process(
          "in-order",
          {.resources = {{}, {.fails = kind}, {}, {.fails = kind, .at_the_call = true}}});
    });
  }
  WEIR_EXPLORE(few(20, "one was cut off, and one throws"), [] {
    return process("in-order", {.clients = {{.comes = 28ms, .lasts = 1h, .tidies = 6ms}},
                                .resources = {{}, {.fails = thrown::system_error}, {}}});
  });
  WEIR_EXPLORE(few(20, "in a hurry, and one throws"), [] {
    return process("in-order", {.clients = {{.comes = 28ms, .lasts = 1h, .tidies = 6ms}},
                                .resources = {{}, {.fails = thrown::system_error}, {}},
                                .signals = {30ms, 33ms}});
  });
  WEIR_EXPLORE(few(10, "one takes a year"), [] {
    return process("in-order", {.resources = {{}, {.lasts = 9'000h}, {}}}, 9'001h);
  });
  WEIR_EXPLORE(few(10, "all throw"), [] {
    return process("in-order", {.resources = many(3, {.fails = thrown::runtime_error})});
  });
  WEIR_EXPLORE(few(10, "one takes longer than the grace"), [] {
    return process("in-order", {.clients = {{.comes = 28ms, .lasts = 1h}},
                                .resources = {{}, {.lasts = 200ms}}});
  });
  WEIR_EXPLORE(few(10, "fifty"), [] { return process("in-order", {.resources = many(50, {})}); });
  WEIR_EXPLORE("a storm of faults", [] { return storm("in-order", weather::hurried); });
}

TEST_CASE("each further signal cancels what is under way", "[hurries]") {
  WEIR_EXPLORE(few(60, "two are inside"), [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 7ms},
                                           {.comes = 28ms, .lasts = 15ms}},
                               .resources = {{}},
                               .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(60, "two are inside, and stay beyond the end of the grace"), [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 30ms},
                                           {.comes = 28ms, .lasts = 1h, .tidies = 40ms}},
                               .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(60, "the grace has no end"), [] {
    return process(
        "hurries",
        {.clients = {{.comes = 25ms, .lasts = for_ever}}, .grace = for_ever, .signals = {30ms, 1h}},
        2h);
  });
  WEIR_EXPLORE(few(60, "one tidies up"), [] {
    return process("hurries",
                   {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 9s, .hurries = 5s}},
                    .signals = {30ms, 35ms, 45ms, 47ms}});
  });
  WEIR_EXPLORE(few(60, "one was cut off, and tidies up"), [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 9s},
                                           {.comes = 28ms, .lasts = 1h}},
                               .resources = {{}},
                               .signals = {30ms, 55ms}});
  });
  WEIR_EXPLORE(few(60, "one resource is being closed"), [] {
    return process("hurries", {.resources = {{.lasts = 5ms}, {.lasts = 1h, .tidies = 2ms}},
                               .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(60, "resources are being closed, for each of them a signal"), [] {
    return process("hurries", {.resources = many(3, {.lasts = 1h, .tidies = 2ms}),
                               .signals = {30ms, 35ms, 40ms, 45ms}});
  });
  WEIR_EXPLORE(few(20, "the last resource gives up at once"), [] {
    return process("hurries", {.resources = {{}, {}, {.lasts = 1h}}, .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(20, "the last resource tidies up, and looks no more"), [] {
    return process("hurries", {.resources = {{}, {}, {.lasts = 1h, .tidies = 2ms, .plain = true}},
                               .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(20, "resources give up at once, each at a signal"), [] {
    return process("hurries",
                   {.resources = many(3, {.lasts = 1h}), .signals = {30ms, 35ms, 40ms, 45ms}});
  });
  WEIR_EXPLORE(few(20, "one resource tidies up, and is hurried again"), [] {
    return process("hurries", {.resources = {{}, {.lasts = 1h, .tidies = 9s, .hurries = 8s}},
                               .signals = {30ms, 35ms, 40ms, 41ms}});
  });
  WEIR_EXPLORE(few(20, "one client, and then each resource"), [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 1h}},
                               .resources = many(2, {.lasts = 1h, .tidies = 2ms}),
                               .signals = {30ms, 35ms, 40ms, 45ms}});
  });
  WEIR_EXPLORE(few(20, "one tidies up for a year, then one resource"), [] {
    return process("hurries",
                   {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 9'000h}},
                    .resources = {{}, {.lasts = 9'100h, .tidies = 9'000h}},
                    .signals = {30ms, 35ms, 9'001h}},
                   18'005h);
  });
  WEIR_EXPLORE(few(1, "six hundred signals"), [] {
    return process("hurries",
                   {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 300ms, .hurries = 1h}},
                    .resources = {{}, {.lasts = 1h, .tidies = 280ms, .hurries = 1h}},
                    .signals = signals(30ms, 600)});
  });
  WEIR_EXPLORE("two signals in one instant", [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 4ms},
                                           {.comes = 30ms, .lasts = 1h}},
                               .resources = {{.lasts = 3ms}},
                               .signals = {30ms, 30ms}});
  });
  WEIR_EXPLORE("three signals in one instant, in the middle", [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 9ms}},
                               .signals = {30ms, 34ms, 34ms, 34ms, 36ms}});
  });
  WEIR_EXPLORE("in the instant in which one of two is done", [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 10ms},
                                           {.comes = 28ms, .lasts = 1h, .tidies = 2ms}},
                               .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(100, "in the instant in which the last client is done"), [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 10ms}},
                               .resources = {{}, {.lasts = 1h, .tidies = 2ms}},
                               .signals = {30ms, 35ms, 40ms}});
  });
  WEIR_EXPLORE(few(100, "in the instant in which a resource is done"), [] {
    return process("hurries", {.resources = {{}, {}, {.lasts = 5ms}}, .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE("in the instant in which the grace is over", [] {
    return process("hurries", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 5ms},
                                           {.comes = 28ms, .lasts = 1h}},
                               .resources = {{.lasts = 2ms}},
                               .signals = {30ms, 50ms}});
  });
  WEIR_EXPLORE(few(1, "a thousand are inside"), [] {
    return process("hurries",
                   {.clients = many(1'000, {.comes = 25ms, .lasts = 1h}), .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE("a storm of signals", [] { return storm("hurries", weather::hurried); });
}

TEST_CASE("it returns when all have ended, and says how it went", "[exit-code]") {
  WEIR_EXPLORE(few(60, "all were served"), [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 10ms},
                                             {.comes = 26ms, .fails = thrown::runtime_error}},
                                 .resources = {{.lasts = 2ms}, {.lasts = 3ms}}});
  });
  WEIR_EXPLORE(few(10, "nothing was to be done"), [] { return process("exit-code", {}); });
  for (std::size_t i = 0; i < 2 * weir::storm::thrown_kinds; ++i) {
    const auto kind = static_cast<thrown>(i / 2);
    const bool at_the_call = i % 2 == 1;
    const std::string_view when = at_the_call ? " when it is called" : "";
    WEIR_EXPLORE(few(5, weir::text("a client throws {}{}", to_string(kind), when)), [=] {
      return process("exit-code",
                     {.clients = {{.comes = 25ms, .lasts = 10ms},
                                  {.comes = 26ms, .fails = kind, .at_the_call = at_the_call}}});
    });
    WEIR_EXPLORE(few(5, weir::text("a resource throws {}{}", to_string(kind), when)), [=] {
      return process("exit-code",
                     {.clients = {{.comes = 25ms, .lasts = 10ms}},
                      .resources = {{}, {.fails = kind, .at_the_call = at_the_call}, {}}});
    });
  }
  WEIR_EXPLORE(few(20, "closing lasts beyond the end of the grace"), [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 10ms}},
                                 .resources = {{.lasts = 20ms}, {.lasts = 30ms}}});
  });
  WEIR_EXPLORE(few(20, "the same, and nobody was there"),
               [] { return process("exit-code", {.resources = {{.lasts = 50ms}}}); });
  WEIR_EXPLORE(few(20, "there was no grace, and nobody"),
               [] { return process("exit-code", {.resources = {{}}, .grace = 0ms}); });
  WEIR_EXPLORE(few(40, "two signals in one instant, and nobody was there"), [] {
    return process("exit-code", {.resources = {{}, {.lasts = 9ms}}, .signals = {30ms, 30ms}});
  });
  WEIR_EXPLORE(few(60, "one was cut off"), [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 4ms},
                                             {.comes = 26ms, .lasts = 10ms}},
                                 .resources = {{}}});
  });
  WEIR_EXPLORE(few(20, "one was cut off, and got done all the same"), [] {
    return process("exit-code",
                   {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 4ms, .then = {}}}});
  });
  WEIR_EXPLORE(few(20, "one was cut off, and a resource throws"), [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 1h}},
                                 .resources = {{.fails = thrown::system_error}}});
  });
  WEIR_EXPLORE(few(20, "there was no grace"), [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 1h}}, .grace = 0ms});
  });
  WEIR_EXPLORE(few(60, "one was done in the instant in which the grace was over"),
               [] { return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 25ms}}}); });
  WEIR_EXPLORE(few(60, "hurried, with somebody inside"), [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 3ms}},
                                 .resources = {{.fails = thrown::number}},
                                 .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE(few(60, "hurried after one was cut off"), [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 1h, .tidies = 30ms}},
                                 .signals = {30ms, 55ms}});
  });
  WEIR_EXPLORE(few(60, "hurried while a resource was being closed"), [] {
    return process("exit-code",
                   {.resources = {{}, {.lasts = 1h, .then = {}}}, .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE("hurried in the instant in which the last is done", [] {
    return process("exit-code", {.clients = {{.comes = 25ms, .lasts = 10ms}},
                                 .resources = {{.lasts = 2ms}},
                                 .signals = {30ms, 35ms}});
  });
  WEIR_EXPLORE("a storm of signals and faults",
               [] { return storm("exit-code", weather::hurried); });
}
