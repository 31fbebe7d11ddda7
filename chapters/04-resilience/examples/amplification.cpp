// Retries multiply: what the lowest of three layers sees of one request, when each layer tries four
// times.
#include <weir/random.hpp>

#include <cstdio>

constexpr int attempts = 4;
constexpr int requests = 100'000;

struct world {
  double failing = 0; // share of the calls
  long calls = 0;
  weir::random_stream random{2015};
};

// [layer]
bool ask(world& dependency, int layers) {
  for (int attempt = 1; attempt <= attempts; ++attempt) {
    if (layers > 1) {
      if (ask(dependency, layers - 1))
        return true;
    } else {
      ++dependency.calls;
      if (!dependency.random.bernoulli(dependency.failing))
        return true;
    }
  }
  return false;
}

// [/layer]

int main() {
  double most = 0;
  std::printf("calls per request:   1 layer   2 layers   3 layers\n");
  for (const double failing : {0.0, 0.01, 0.1, 0.5, 0.9, 1.0}) {
    std::printf("%3.0f %% of them fail", failing * 100);
    for (const int layers : {1, 2, 3}) {
      world dependency{.failing = failing};
      for (int i = 0; i != requests; ++i)
        ask(dependency, layers);
      most = static_cast<double>(dependency.calls) / requests;
      std::printf("%*.2f", layers == 1 ? 12 : 11, most);
    }
    std::printf("\n");
  }
  return most == 64 ? 0 : 1;
}
