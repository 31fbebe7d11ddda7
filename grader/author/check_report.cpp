#include "author/check_report.hpp"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace weir::grader {

namespace json = boost::json;

namespace {

constexpr int results_version = 3;

std::string name_of(const check_item& item) {
  const std::string way = item.way.empty() ? "" : " (" + item.way + ")";
  return item.exercise + " " + item.subject + way;
}

/// What the table counts for one exercise.
struct tally {
  std::size_t accepts{}, accepts_good{}, rejects{}, rejects_good{}, others{}, others_good{};

  void count(const check_item& item) {
    const bool accept = item.subject.starts_with("accept/") && !item.way.empty();
    const bool reject = item.subject.starts_with("reject/") && !item.way.empty();
    const std::size_t good = item.good ? 1 : 0;
    (accept ? accepts : reject ? rejects : others) += 1;
    (accept ? accepts_good : reject ? rejects_good : others_good) += good;
  }
};

json::object to_json(const check_item& item, std::size_t number) {
  return {{"name", name_of(item)},
          {"status", item.good ? "pass" : "fail"},
          {"message", item.good ? json::value{} : json::value(item.detail)},
          {"output", item.good ? json::value(item.detail) : json::value{}},
          {"task_id", number},
          {"exercise", item.exercise},
          {"subject", item.subject},
          {"way", item.way}};
}

} // namespace

void print_check(std::ostream& out, const std::vector<const exercise*>& exercises,
                 const std::vector<check_item>& items) {
  std::map<std::string, tally> by_exercise;
  for (const check_item& item : items) {
    by_exercise[item.exercise].count(item);
    if (!item.good) {
      out << fmt::format("{}: {}\n", name_of(item), item.detail);
    }
  }
  out << fmt::format("  {:<20} {:>14} {:>14} {:>22}\n", "exercise", "accept runs", "reject runs",
                     "starter, solution, rest");
  for (const exercise* ex : exercises) {
    const tally& t = by_exercise[ex->id];
    out << fmt::format("  {:<20} {:>10}/{:<3} {:>10}/{:<3} {:>18}/{:<3}\n", ex->id, t.accepts_good,
                       t.accepts, t.rejects_good, t.rejects, t.others_good, t.others);
  }
}

std::string check_results(const std::vector<check_item>& items) {
  json::array tests;
  for (const check_item& item : items) {
    tests.push_back(to_json(item, tests.size() + 1));
  }
  const bool good = std::ranges::all_of(items, &check_item::good);
  return json::serialize(json::object{{"version", results_version},
                                      {"status", good ? "pass" : "fail"},
                                      {"message", json::value{}},
                                      {"tests", std::move(tests)}});
}

} // namespace weir::grader
