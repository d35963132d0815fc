#include "addon/background_thread.h"

#include <pthread.h>
#include <signal.h>

#include <thread>
#include <utility>

namespace ptraced::addon {
namespace {

class AllSignalsBlocked {
 public:
  AllSignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before_);
  }
  ~AllSignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  AllSignalsBlocked(const AllSignalsBlocked&) = delete;
  AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;

 private:
  sigset_t before_ = {};
};

}  // namespace

void run_in_background(const char* name, std::function<void()> body) {
  const AllSignalsBlocked blocked;
  std::thread([name, body = std::move(body)] {
    pthread_setname_np(pthread_self(), name);
    body();
  }).detach();
}

}  // namespace ptraced::addon
