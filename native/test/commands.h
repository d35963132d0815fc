// Commands for tests of the engine, and threads to trace them on.
#pragma once

#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/launch.h"
#include "core/wakeup.h"

namespace ptraced::test {

inline core::LaunchOptions command(std::vector<std::string> argv) {
  core::LaunchOptions options;
  options.executable = argv.front();
  options.argv = std::move(argv);
  options.environment = {"PATH=/usr/bin:/bin", "LC_ALL=C"};
  options.cwd = "/";
  options.soft_nofile = 1024;
  return options;
}

// Runs a tracer on a thread of its own, as in a session.
template <typename Body>
void on_tracer_thread(Body body) {
  core::Wakeup::prepare_process();
  std::thread(body).join();
}

}  // namespace ptraced::test
