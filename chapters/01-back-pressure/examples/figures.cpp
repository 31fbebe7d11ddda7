// The arithmetic behind figures that the chapter, its quiz and the briefs of
// its exercises state. Each line is one of them; what is printed is what the
// text says.
#include <cmath>
#include <cstdio>

constexpr double kib = 1024, gib = kib * kib * kib;

int main() {
  bool as_told = true;
  const auto figure = [&as_told](const char* what, double value, double told,
                                 const char* unit) {
    std::printf("%-55s %9.2f %s\n", what, value, unit);
    as_told = as_told && std::abs(value - told) <=
                             0.005 * told; // told in two or three digits
  };

  figure("watermarks: 64 KiB x 10,000 connections", 64 * kib * 10'000 / 1e6,
         655, "MB");
  figure("drain: 2 GiB at 90 - 16 kB/s are full after",
         2 * gib / (90e3 - 16e3) / 3600, 8.06, "h");
  figure("bigger-buffer: 12,000 waiting, at 500 - 400 a second", 12'000 / 100.0,
         120, "s");
  figure("bigger-buffer: a line of 12,000 at 400 a second", 12'000 / 400.0, 30,
         "s");
  figure("bigger-buffer: a line of 360,000 at 400 a second",
         360'000 / 400.0 / 60, 15, "min");
  figure("bounded-queue: 263 uploads of 8 MB", 263 * 8 / 1000.0, 2.1, "GB");
  figure("spawn-per-item: 150 - 100 a second for three hours", 50 * 3 * 3600,
         540'000, "labels");
  figure("spawn-per-item: the last of them waits", 540'000 / 100.0 / 3600, 1.5,
         "h");
  figure("demand: 20,000 items a second and 5 ms", 20'000 * 0.005, 100,
         "outstanding");
  return as_told ? 0 : 1;
}
